// A form marked `data-guard` that was changed is not left by accident.

import { ask } from "./confirm";

const changed = new WeakSet<HTMLFormElement>();

function unsaved(): HTMLFormElement | undefined {
  return [...document.querySelectorAll<HTMLFormElement>("form[data-guard]")].find((form) => changed.has(form));
}

document.addEventListener("input", (event) => {
  if (!(event.target instanceof Element) || event.target.matches("[data-theme-choice]")) return;
  const form = event.target.closest<HTMLFormElement>("form[data-guard]");
  if (form) changed.add(form);
});

document.addEventListener("submit", (event) => changed.delete(event.target as HTMLFormElement), { capture: true });

window.addEventListener("beforeunload", (event) => {
  if (unsaved()) event.preventDefault();
});

document.addEventListener(
  "click",
  (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
    const form = unsaved();
    if (!link || !form || link.target === "_blank" || link.hasAttribute("download")) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void ask(form.dataset["guard"] ?? "", form.dataset["guardYes"]).then((yes) => {
      if (!yes) return;
      changed.delete(form);
      link.click();
    });
  },
  { capture: true },
);
