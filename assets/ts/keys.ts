// Keyboard shortcuts live in the markup: `data-key="c"` or, one after the other, `data-key="g c"`. Where a page
// has nothing for a key, what says `data-key-else` takes it.

import { perform } from "./offers";

const PAUSE_MS = 1200;
let first = "";
let timer = 0;

/** Whether somebody is writing there. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !/^(?:checkbox|radio|button|submit|reset|range|color|file)$/.test(target.type);
  return target.isContentEditable || target.matches("textarea, select, [role='textbox']");
}

let keyed: EventTarget | null = null;
document.addEventListener("keydown", ({ target, key }) => (keyed = key === "Enter" ? null : target), { capture: true });
document.addEventListener("pointerdown", () => (keyed = null), { capture: true });

/** Whether the last thing that happened in a field was a key, that is, whether more may come. */
export const keyedInto = (field: EventTarget): boolean => field === keyed;

/** The key as shortcuts name it, whatever the layout: Greek or Cyrillic letters stand where Latin ones would. */
export function keyOf(event: KeyboardEvent): string {
  const latin = /^[\x20-\x7e]$/.test(event.key) || event.key.length > 1;
  const key = latin ? event.key : (/^(?:Key|Digit)(.)$/.exec(event.code)?.[1]?.toLowerCase() ?? event.key);
  return event.shiftKey || key.length > 1 ? key : key.toLowerCase();
}

function find(keys: string): HTMLElement | null {
  const open = [...document.querySelectorAll("dialog:modal")].at(-1);
  const named = CSS.escape(keys);
  for (const name of ["data-key", "data-key-else"]) {
    const found = (keys === "?" ? document : (open ?? document)).querySelectorAll<HTMLElement>(`[${name}="${named}"]`);
    const there = [...found].find((each) => open || !each.closest("dialog:not([open])"));
    if (there) return there;
  }
  return null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
  if (typing(event.target)) return;
  const key = keyOf(event);
  if (key.length === 1 && document.querySelector("details.picker[open]")) return; // letters look for something there
  const found = (first && find(`${first} ${key}`)) || find(key);
  first = "";
  clearTimeout(timer);
  if (found) {
    event.preventDefault();
    perform(found);
  } else if (document.querySelector(`[data-key^="${CSS.escape(key)} "]`) && !document.querySelector("dialog:modal")) {
    first = key;
    timer = window.setTimeout(() => (first = ""), PAUSE_MS);
  }
});
