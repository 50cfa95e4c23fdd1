// A <details data-remember="key"> stays as it was left, on every page of this browser.

import { onContent } from "./htmx";

const PREFIX = "kanwerk open ";

function keyOf(details: HTMLDetailsElement): string {
  return PREFIX + (details.dataset["remember"] ?? "");
}

onContent(() => {
  for (const details of document.querySelectorAll<HTMLDetailsElement>("details[data-remember]")) {
    const kept = localStorage.getItem(keyOf(details));
    // What holds the page one looks at is open in any case.
    if (kept !== null) details.open = kept === "1" || details.querySelector("[aria-current]") !== null;
  }
  document.querySelector("#side-projects [aria-current]")?.scrollIntoView({ block: "nearest" });
});

// By its summary alone: `toggle` comes also when a page opens or closes it by itself.
document.addEventListener("click", (event) => {
  const summary = event.target instanceof Element ? event.target.closest("details[data-remember] > summary") : null;
  const details = summary?.parentElement;
  if (details instanceof HTMLDetailsElement) localStorage.setItem(keyOf(details), details.open ? "0" : "1");
});
