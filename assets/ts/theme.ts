// Light, dark or as the system says; with more room or less. Cookies tell the server, so that the next page
// comes in the right dress.

import { onContent } from "./htmx";

const YEAR_SECONDS = 31_536_000;

document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement)) return;
  if (target.matches("[data-theme-choice]")) setTheme(target.value);
  if (target.matches("[data-density-choice]")) setDensity(target.value);
});

/** Dress the page: `light`, `dark` or `system`. */
export function setTheme(theme: string): void {
  set("theme", theme);
}

/** Give everything room (`comfortable`) or fit more on the screen (`compact`). */
export function setDensity(density: string): void {
  set("density", density);
}

function set(name: string, value: string): void {
  document.documentElement.dataset[name] = value;
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
  mark();
}

/** Say in the menus which is chosen: a page may have come before it was changed elsewhere. */
function mark(): void {
  for (const name of ["theme", "density"]) {
    const value = document.documentElement.dataset[name];
    for (const each of document.querySelectorAll<HTMLInputElement>(`[data-${name}-choice]`)) each.checked = each.value === value;
  }
}

onContent(mark);
