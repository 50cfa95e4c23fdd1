// What changes is seen to change: a page that came arrives, a card that somebody else moved glides to its place. All of it
// is there at once and takes keys and clicks meanwhile; the browser's own view transitions would hold them up.

const ARRIVE_MS = 120;
const GLIDE_MS = 220;
const LEAST_PX = 4;
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Remember where elements are. What is returned takes pairs of one that was there and one that glides from its place. */
export function placed(elements: HTMLElement[]): (pairs: [HTMLElement, HTMLElement][]) => void {
  const places = new Map(elements.map((element) => [element, element.getBoundingClientRect()]));
  return (pairs) => {
    if (still.matches) return;
    for (const [before, element] of pairs) {
      const from = places.get(before);
      const to = element.getBoundingClientRect();
      if (!from?.width || !to.width) continue;
      const [x, y] = [from.left - to.left, from.top - to.top];
      if (Math.hypot(x, y) < LEAST_PX) continue;
      element.animate([{ translate: `${x}px ${y}px` }, { translate: "0" }], { duration: GLIDE_MS, easing: "ease-out" });
    }
  };
}

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.target !== document.body || still.matches) return;
  document.querySelector("main")?.animate([{ opacity: 0.5 }, { opacity: 1 }], { duration: ARRIVE_MS, easing: "ease-out" });
});
