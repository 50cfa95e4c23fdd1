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

// From the press on: what is dragged is taken hold of before it moves, and a click is one only where what was
// pressed is still there when it is let go.
let pressed = false;
document.addEventListener("pointerdown", ({ target, button }) => {
  pressed = button === 0 && target instanceof Element && target.closest(".task-card, .calendar-task, a, button, summary") !== null;
}, { capture: true });
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => (pressed = false), { capture: true });
window.addEventListener("blur", () => (pressed = false));

/** Whether something is pressed or carried, by the mouse, a finger or the keys: it is not to be replaced. */
export const carrying = (): boolean => pressed || document.querySelector(":root.dragging, .task-card--lifted") !== null;

/** Wait until nothing is. */
export async function released(): Promise<void> {
  while (carrying()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
