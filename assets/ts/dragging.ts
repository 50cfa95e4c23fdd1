// How things are dragged, wherever SortableJS does it: by the mouse at once, by a finger that rests first. What lies
// beyond an edge comes along.

import Sortable, { AutoScroll } from "sortablejs/modular/sortable.core.esm.js";

Sortable.mount(new AutoScroll());

export const BY_HAND = {
  scroll: true,
  forceAutoScrollFallback: true,
  scrollSensitivity: 60,
  scrollSpeed: 14,
  bubbleScroll: true,
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 4,
  delay: 180,
  delayOnTouchOnly: true,
  touchStartThreshold: 6,
};

const LOOK_MS = 60;

// From the press on: what is dragged is taken hold of before it moves.
let pressed = false;
document.addEventListener("pointerdown", ({ target }) => {
  pressed = target instanceof Element && target.closest(".task-card, .calendar-task") !== null;
}, { capture: true });
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => (pressed = false), { capture: true });

/** Whether something is in the hand, by the mouse, a finger or the keys: it is not to be replaced. */
export const carrying = (): boolean => pressed || document.querySelector(":root.dragging, .task-card--lifted") !== null;

/** Wait until nothing is. */
export async function released(): Promise<void> {
  while (carrying()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
