// Menus are <details>, dialogs are <dialog>: the browser opens them, this closes them when one would expect it.

import { onContent } from "./htmx";

const OPEN = "details.menu[open]";

function closeMenus(except?: Element | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>(OPEN)) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target && !target.isConnected) return; // it went by what it did: an offer that was taken
  closeMenus(target?.closest(OPEN));
  const opener = target?.closest<HTMLElement>("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset["dialog"] ?? "");
  if (dialog instanceof HTMLDialogElement) {
    closeMenus();
    dialog.showModal();
  }
  if (target instanceof HTMLDialogElement) target.close();
});

document.addEventListener("keydown", (event) => {
  const menu = event.target instanceof Element ? event.target.closest<HTMLDetailsElement>("details.menu") : null;
  if (event.key === "Escape") {
    closeMenus();
    menu?.querySelector("summary")?.focus();
  }
  if (!menu || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  event.preventDefault();
  menu.open = true;
  const items = [...menu.querySelectorAll<HTMLElement>(".menu-item")];
  const here = items.indexOf(document.activeElement as HTMLElement);
  items.at((here + (event.key === "ArrowDown" ? 1 : here < 0 ? 0 : -1)) % items.length)?.focus();
});

// One that opens below the edge of the window is scrolled to.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target instanceof HTMLDetailsElement && target.open && target.matches(".menu")) target.querySelector(".menu-panel")?.scrollIntoView({ block: "nearest" });
  },
  { capture: true },
);

document.addEventListener("focusout", (event) => {
  const menu = event.target instanceof Element ? event.target.closest<HTMLDetailsElement>(OPEN) : null;
  if (menu && event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) menu.open = false;
});

// Tabs that scroll sideways on a phone show the one that is open.
onContent(() => document.querySelector(":is(.tabs, .view-tabs) [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }));
