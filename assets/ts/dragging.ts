// How things are dragged, wherever SortableJS does it: by the mouse at once, by a finger that rests first.

export const BY_HAND = {
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 4,
  delay: 180,
  delayOnTouchOnly: true,
  touchStartThreshold: 6,
};
