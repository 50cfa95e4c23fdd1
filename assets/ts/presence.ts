// Tells every 20 seconds that somebody looks at a task, and shows who else does.

import htmx from "htmx.org";
import { onContent } from "./htmx";

const EVERY_MS = 20_000;
let looking = "";

function place(): HTMLElement | null {
  return document.querySelector<HTMLElement>("#task-panel[open] [data-looking], .page--task [data-looking]");
}

async function tell(): Promise<void> {
  const here = place();
  const url = here?.dataset["looking"] ?? "";
  if (url !== looking) leave();
  looking = url;
  if (!here || document.visibilityState === "hidden") return;
  try {
    const answer = await fetch(url, { method: "POST", body: new URLSearchParams() });
    const now = place();
    if (answer.ok && now?.dataset["looking"] === url) {
      await htmx.swap({ sourceElement: now, target: now, text: await answer.text(), swap: "outerMorph ignoreTitle:true" });
    }
  } catch {
    // The next time will do.
  }
}

function leave(): void {
  if (looking) navigator.sendBeacon(looking, new URLSearchParams({ gone: "1" }));
  looking = "";
}

onContent(() => {
  if ((place()?.dataset["looking"] ?? "") !== looking) void tell();
});
document.addEventListener("kanwerk:panel", () => void tell());
document.addEventListener("close", () => void tell(), { capture: true });
window.addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => void tell());
window.setInterval(() => void tell(), EVERY_MS);
