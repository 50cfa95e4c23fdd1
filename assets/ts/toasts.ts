// Short messages at the foot of the window. They leave by themselves, but not while looked at.

import { onContent } from "./htmx";

const STAY_MS = 8000;

/** Show a message that the browser itself has to tell. */
export function toast(text: string, kind: "success" | "error" = "success"): void {
  const template = document.querySelector<HTMLTemplateElement>("#toast-template");
  const region = document.querySelector("#toasts");
  const made = template?.content.firstElementChild?.cloneNode(true);
  if (!region || !(made instanceof HTMLElement)) return;
  made.classList.add(`toast--${kind}`);
  const line = made.querySelector("p");
  if (line) line.textContent = text;
  region.append(made);
  watch(made);
}

function watch(element: HTMLElement): void {
  let timer = 0;
  const hold = () => clearTimeout(timer);
  const release = () => {
    hold();
    timer = window.setTimeout(() => element.remove(), STAY_MS);
  };
  for (const name of ["pointerenter", "focusin"]) element.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) element.addEventListener(name, release);
  element.dataset["watched"] = "";
  release();
}

onContent(() => {
  for (const element of document.querySelectorAll<HTMLElement>(".toast:not([data-watched])")) watch(element);
});

document.addEventListener("click", (event) => {
  if (event.target instanceof Element) event.target.closest(".toast-close")?.closest(".toast")?.remove();
});
