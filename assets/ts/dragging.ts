// How things are dragged, wherever SortableJS does it: by the mouse at once, by a finger that rests first.

export const BY_HAND = {
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 4,
  delay: 180,
  delayOnTouchOnly: true,
  touchStartThreshold: 6,
};

const LOOK_MS = 60;

/** Whether something is in the hand, by the mouse, a finger or the keys: it is not to be replaced. */
export const carrying = (): boolean => document.querySelector(":root.dragging, .task-card--lifted") !== null;

/** Wait until nothing is. */
export async function released(): Promise<void> {
  while (carrying()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
