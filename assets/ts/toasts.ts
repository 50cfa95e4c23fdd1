// Short messages at the foot of the window. They leave by themselves, but not while looked at. The newest one
// that offers an Undo can be undone by `z`, or by Ctrl Z where nobody is writing.

import { onContent } from "./htmx";
import { keyOf, typing } from "./keys";

const STAY_MS = 8000;
const MOST = 4;

/** Show a message that the browser itself has to tell; `undo` is the address that takes it back. */
export function toast(text: string, kind: "success" | "error" = "success", undo?: string | null): void {
  const template = document.querySelector<HTMLTemplateElement>("#toast-template");
  const region = document.querySelector("#toasts");
  const made = template?.content.firstElementChild?.cloneNode(true);
  if (!region || !(made instanceof HTMLElement)) return;
  made.classList.add(`toast--${kind}`);
  const line = made.querySelector("p");
  if (line) line.textContent = text;
  const form = made.querySelector("form");
  if (told(text, undo)) return;
  if (undo) form?.setAttribute("action", undo);
  else form?.remove();
  region.append(made);
  watch(made);
  arrange();
}

/** Whether this very message stands there already: two answers that were on their way at once both bring it. */
function told(text: string, undo?: string | null): boolean {
  return [...document.querySelectorAll<HTMLElement>("#toasts > .toast")].some(
    (each) => each.querySelector("p")?.textContent === text && (each.querySelector("form")?.getAttribute("action") ?? null) === (undo ?? null),
  );
}

/** Show a message whose words the page holds: an attribute `data-…` of #toasts, in the reader's language. */
export function say(name: string, kind: "success" | "error" = "success"): void {
  toast(document.querySelector<HTMLElement>("#toasts")?.dataset[name] ?? "", kind);
}

/** What was just done has no Undo: the key is not to take back what was done before. */
export function forgetUndo(): void {
  for (const each of document.querySelectorAll("#toasts .toast-action")) each.removeAttribute("data-key");
}

function watch(element: HTMLElement): void {
  let timer = 0;
  const hold = () => clearTimeout(timer);
  const release = () => {
    hold();
    timer = window.setTimeout(() => leave(element), STAY_MS);
  };
  for (const name of ["pointerenter", "focusin"]) element.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) element.addEventListener(name, release);
  element.dataset["watched"] = "";
  release();
}

function leave(element: HTMLElement | null | undefined): void {
  element?.remove();
  arrange();
}

/** Keep the newest few, name the key on the Undo that it stands for, and lie above an open dialog. */
function arrange(): void {
  const region = document.querySelector<HTMLElement>("#toasts");
  if (!region) return;
  const there = [...region.querySelectorAll<HTMLElement>(".toast")];
  for (const old of there.slice(0, -MOST)) old.remove();
  const undos = [...region.querySelectorAll<HTMLElement>(".toast-action")];
  for (const each of undos) each.removeAttribute("data-key");
  undos.at(-1)?.setAttribute("data-key", "z");
  const open = [...document.querySelectorAll("dialog:modal")].at(-1);
  if (region.parentElement !== (open ?? document.body)) (open ?? document.body).append(region);
}

/** Let the messages that have just come leave in their time, and the newest be undone by its key. */
function watchNew(): void {
  for (const element of document.querySelectorAll<HTMLElement>(".toast:not([data-watched])")) watch(element);
  arrange();
}

/** Show the short messages that came with a page of which only a part is shown. */
export function tellFrom(page: Document): void {
  const region = document.querySelector("#toasts");
  for (const each of page.querySelectorAll("#toasts > .toast")) {
    const undo = each.querySelector("form")?.getAttribute("action");
    if (!told(each.querySelector("p")?.textContent ?? "", undo)) region?.append(document.importNode(each, true));
  }
  watchNew();
}

onContent(watchNew);

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest(".toast-close")) leave(event.target.closest<HTMLElement>(".toast"));
});

// A dialog that closes gives the messages back to the page.
document.addEventListener("close", () => setTimeout(arrange), { capture: true });

document.addEventListener("keydown", (event) => {
  const undo = document.querySelector<HTMLElement>(".toast-action[data-key]");
  if (!undo || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || typing(event.target) || keyOf(event) !== "z") return;
  event.preventDefault();
  undo.click();
});
