// The API reference page: Scalar over our own description, from our own origin, calling nobody.

import { createApiReference } from "@scalar/api-reference";
import "@scalar/api-reference/style.css";
import "../css/reference.css";

const mount = document.querySelector<HTMLElement>("#reference");

if (mount) {
  const theme = document.documentElement.dataset["theme"];
  createApiReference(mount, {
    url: mount.dataset["url"] ?? "/api/v1/openapi.json",
    theme: "none",
    layout: "modern",
    withDefaultFonts: false,
    proxyUrl: "",
    telemetry: false,
    hideClientButton: true,
    documentDownloadType: "both",
    agent: { disabled: true },
    mcp: { disabled: true },
    showDeveloperTools: "never",
    hideDarkModeToggle: theme === "light" || theme === "dark",
    ...(theme === "light" || theme === "dark" ? { forceDarkModeState: theme } : {}),
  });
}
