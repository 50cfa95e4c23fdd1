// The timeline: bars are moved and stretched by mouse, touch and keys; a task without days is drawn into its row.

import { dayOf, numberOf, reschedule, view } from "./days";
import { onContent } from "./htmx";
import { say } from "./saying";

const TOLERANCE = 4;
const HOLD_MS = 220;
type Side = "both" | "start" | "due" | "free";

interface Held {
  element: SVGElement;
  id: string;
  side: Side;
  start: number; // days, both included
  due: number;
  from: { start: number; due: number };
  dates: { start: string; due: string }; // as they were
}
let held: Held | undefined;
const opened = new WeakSet<Element>();

const timeline = (): HTMLElement | null => view("timeline-view");
const widthOf = (here: HTMLElement): number => Number(here.dataset["dayWidth"]);

function take(element: SVGElement, side: Side, at?: number): Held {
  const { id = "", start = "", due = "" } = element.dataset;
  const first = at ?? numberOf(start || due);
  const last = at ?? numberOf(due || start);
  element.dataset["hold"] = "";
  element.classList.add("plan-bar--held");
  return { element, id, side, start: first, due: last, from: { start: first, due: last }, dates: { start, due } };
}

function move(now: Held, by: number): void {
  const { from, side } = now;
  if (side === "free") {
    now.start = Math.min(from.start, from.start + by);
    now.due = Math.max(from.due, from.due + by);
    return;
  }
  now.start = side === "due" ? from.start : from.start + by;
  now.due = side === "start" ? from.due : from.due + by;
  if (now.start > now.due) {
    if (side === "start") now.start = now.due;
    else now.due = now.start;
  }
}

function draw(here: HTMLElement, now: Held): void {
  const day = widthOf(here);
  const x = (now.start - numberOf(here.dataset["first"] ?? "")) * day;
  const width = (now.due - now.start + 1) * day;
  const box = now.element.querySelector<SVGRectElement>(".plan-box") ?? now.element;
  box.setAttribute("x", String(x + 1));
  box.setAttribute("width", String(Math.max(width - 2, 3)));
  now.element.querySelector(".plan-text")?.setAttribute("x", String(x + 8));
}

function named(here: HTMLElement, now: Held): { start: string; end: string } {
  const format = new Intl.DateTimeFormat(here.dataset["locale"], { dateStyle: "medium", timeZone: "UTC" });
  const name = (days: number): string => format.format(new Date(`${dayOf(days)}T00:00:00Z`));
  return { start: name(now.start), end: name(now.due) };
}

function tell(here: HTMLElement, text: string | undefined, now: Held): void {
  const task = document.querySelector(`.plan-names a[data-task="${now.element.dataset["task"]}"]`)?.textContent ?? "";
  say("days-said", text, { task, ...named(here, now) });
}

/** Show the days beside the bar while it is held. */
function tip(here: HTMLElement, now: Held): void {
  const { start, end } = named(here, now);
  const shown = document.getElementById("plan-tip") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "plan-tip", className: "plan-tip" }));
  shown.textContent = now.start === now.due ? start : `${start} – ${end}`;
  const box = (now.element.querySelector(".plan-box") ?? now.element).getBoundingClientRect();
  shown.style.insetInlineStart = `${Math.min(Math.max(box.left, 8), window.innerWidth - 200)}px`;
  shown.style.insetBlockStart = `${box.bottom + 6}px`;
}

function follow(here: HTMLElement, now: Held): void {
  draw(here, now);
  tell(here, here.dataset["saidAt"], now);
  tip(here, now);
}

function letGo(here: HTMLElement, save: boolean): void {
  const now = held;
  held = undefined;
  document.getElementById("plan-tip")?.remove();
  if (!now) return;
  delete now.element.dataset["hold"];
  now.element.classList.remove("plan-bar--held", "plan-bar--lifted");
  const moved = now.side === "free" || now.start !== now.from.start || now.due !== now.from.due;
  if (!save || !moved) {
    Object.assign(now, now.from);
    if (now.side !== "free") draw(here, now);
    tell(here, here.dataset[save ? "saidAt" : "saidBack"], now);
    return;
  }
  // A bar with one day keeps one as long as it is only moved; stretched, it gets the other.
  const days: Record<string, string> = {};
  const single = now.start === now.due;
  if (now.dates.start || now.side === "start" || (now.side === "free" && !single) || (now.side === "due" && !now.dates.due)) {
    days["start_date"] = dayOf(now.start);
  }
  if (now.dates.due || now.side !== "both") days["due_date"] = dayOf(now.due);
  void reschedule(here, now.id, days, `bar-${now.id}`);
}

// Where there is little room, a timeline begins a few days before today.
onContent(() => {
  const plan = document.querySelector<HTMLElement>(".plan");
  if (!plan || opened.has(plan)) return;
  opened.add(plan);
  const at = Number(plan.querySelector(".plan-today")?.getAttribute("x1") ?? 0);
  const room = plan.clientWidth - (plan.querySelector<HTMLElement>(".plan-corner")?.offsetWidth ?? 0);
  if (at > room) plan.scrollLeft = at - room / 3;
});

document.addEventListener("pointerdown", (event) => {
  const here = timeline();
  const target = event.target instanceof Element ? event.target : null;
  const element = target?.closest<SVGElement>(".plan-bar, .plan-free");
  if (!here || !element || held || event.button !== 0) return;
  const drawing = element.closest("svg.plan-days")?.getBoundingClientRect();
  if (!drawing) return;
  const free = element.matches(".plan-free");
  const grip = target?.closest<SVGElement>("[data-grip]")?.dataset["grip"];
  const side: Side = free ? "free" : grip === "start" || grip === "due" ? grip : "both";
  const day = widthOf(here);
  const first = numberOf(here.dataset["first"] ?? "");
  const begun = { x: event.clientX, y: event.clientY };
  const mouse = event.pointerType === "mouse";
  const ends = new AbortController();
  const { signal } = ends;
  let timer = 0;
  const start = (): void => {
    held = take(element, side, free ? first + Math.floor((begun.x - drawing.left) / day) : undefined);
    element.setPointerCapture(event.pointerId);
    if (free) element.classList.add("plan-free--drawn");
    follow(here, held);
  };
  // A finger scrolls unless it rests on a bar first; then the page must not scroll under it.
  if (!mouse) timer = window.setTimeout(start, HOLD_MS);
  const end = (save: boolean): void => {
    clearTimeout(timer);
    ends.abort();
    if (!held) return;
    // What follows is no click on the bar. Only the window hears of it before the panel does.
    window.addEventListener("click", (click) => {
      click.preventDefault();
      click.stopImmediatePropagation();
    }, { capture: true, once: true, signal: AbortSignal.timeout(50) });
    letGo(here, save);
  };
  document.addEventListener("pointermove", (now) => {
    if (!held && Math.hypot(now.clientX - begun.x, now.clientY - begun.y) > TOLERANCE) {
      if (mouse) start();
      else end(false);
    }
    if (!held) return;
    move(held, free ? Math.floor((now.clientX - drawing.left) / day) - (held.from.start - first) : Math.round((now.clientX - begun.x) / day));
    follow(here, held);
  }, { signal });
  document.addEventListener("touchmove", (touch) => {
    if (held) touch.preventDefault();
  }, { signal, passive: false });
  document.addEventListener("pointerup", () => end(true), { signal });
  document.addEventListener("pointercancel", () => end(false), { signal });
});
// Links of an SVG are dragged by the browser otherwise.
document.addEventListener("dragstart", (event) => {
  if (event.target instanceof Element && event.target.closest(".plan-bar")) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  const here = timeline();
  const element = event.target instanceof Element ? event.target.closest<SVGElement>(".plan-bar") : null;
  if (!here || !element || event.metaKey || event.altKey) return;
  const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
  if (event.key === " ") {
    event.preventDefault();
    if (held) {
      letGo(here, true);
      return;
    }
    held = take(element, "both");
    element.classList.add("plan-bar--lifted");
    tell(here, here.dataset["saidLifted"], held);
    tip(here, held);
  } else if (held && by) {
    event.preventDefault();
    const side: Side = event.shiftKey ? "due" : event.ctrlKey ? "start" : "both";
    if (side !== "both" && held.side === "both") held.side = side;
    const step: Held = { ...held, side, from: { start: held.start, due: held.due } };
    move(step, by);
    held.start = step.start;
    held.due = step.due;
    follow(here, held);
  } else if (held && (event.key === "Enter" || event.key === "Escape")) {
    event.preventDefault();
    letGo(here, event.key === "Enter");
  }
});

document.addEventListener("focusout", (event) => {
  const here = timeline();
  if (!here || !held?.element.classList.contains("plan-bar--lifted")) return;
  if (event.relatedTarget instanceof Node && !held.element.contains(event.relatedTarget)) letGo(here, false);
});
