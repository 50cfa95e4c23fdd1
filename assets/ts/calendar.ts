// The calendar: tasks are carried to another day by mouse and touch, or by keys as on the board.

import Sortable from "sortablejs/modular/sortable.core.esm.js";
import { BY_HAND } from "./dragging";
import { dayOf, numberOf, reschedule, view } from "./days";
import { onContent } from "./htmx";
import { say } from "./saying";

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
let lifted: { task: HTMLElement; list: HTMLElement; next: Element | null } | undefined;

const calendar = (): HTMLElement | null => view("calendar");
const listOf = (day: string): HTMLElement | null => document.querySelector<HTMLElement>(`.calendar-tasks[data-day="${day}"]`);

/** The days that a task has once it is carried to another one: it stays as long as it was. */
function daysOn(task: HTMLElement, day: string): Record<string, string> {
  const { start, due, member } = task.dataset;
  if (!day) return { start_date: "", due_date: "" };
  if (!start || !due) return { [member ?? "due_date"]: day };
  return { start_date: dayOf(numberOf(start) + numberOf(day) - numberOf(due)), due_date: day };
}

function put(task: HTMLElement, from: HTMLElement, to: HTMLElement, focus = false): void {
  const here = calendar();
  const day = to.dataset["day"] ?? "";
  if (!here || day === (from.dataset["day"] ?? "")) return;
  void reschedule(here, task.dataset["id"] ?? "", daysOn(task, day), focus ? task.id : undefined);
}

onContent(() => {
  if (!calendar()) return;
  for (const list of document.querySelectorAll<HTMLElement>(".calendar-tasks")) {
    if (Sortable.get(list)) continue;
    Sortable.create(list, {
      group: "days",
      draggable: ".calendar-task",
      sort: false,
      animation: 120,
      ...BY_HAND,
      ghostClass: "calendar-task--ghost",
      dragClass: "calendar-task--drag",
      onStart: ({ item }) => {
        item.dataset["hold"] = "";
        document.documentElement.classList.add("dragging");
      },
      onEnd: ({ item, from, to }) => {
        delete item.dataset["hold"];
        document.documentElement.classList.remove("dragging");
        put(item, from, to);
      },
    });
  }
});

function tell(text: string | undefined, task: HTMLElement): void {
  const day = task.closest<HTMLElement>("[data-day]")?.dataset["day"] ?? "";
  const name = document.querySelector(`[data-day-name="${day}"]`) ?? document.getElementById("waiting");
  say("days-said", text, { task: task.querySelector("a")?.textContent ?? "", day: name?.firstChild?.textContent?.trim() ?? "" });
}

function carry(task: HTMLElement, step: number): void {
  const at = task.parentElement?.dataset["day"];
  const list = at ? listOf(dayOf(numberOf(at) + step)) : listOf(document.querySelector<HTMLElement>(".calendar-day--today ul")?.dataset["day"] ?? "");
  if (!list) return;
  list.append(task);
  task.querySelector("a")?.focus();
  task.scrollIntoView({ block: "nearest" });
  tell(calendar()?.dataset["saidAt"], task);
}

function drop(back: boolean): void {
  if (!lifted) return;
  const { task, list, next } = lifted;
  const to = task.parentElement;
  lifted = undefined;
  delete task.dataset["hold"];
  task.classList.remove("calendar-task--lifted");
  if (back) {
    list.insertBefore(task, next);
    task.querySelector("a")?.focus();
    tell(calendar()?.dataset["saidBack"], task);
  } else if (to) {
    put(task, list, to, true);
  }
}

document.addEventListener("keydown", (event) => {
  const task = event.target instanceof Element ? event.target.closest<HTMLElement>(".calendar-task") : null;
  const list = task?.parentElement;
  if (!task || !list || !calendar() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " ") {
    event.preventDefault();
    if (lifted) {
      drop(false);
      return;
    }
    lifted = { task, list, next: task.nextElementSibling };
    task.dataset["hold"] = "";
    task.classList.add("calendar-task--lifted");
    tell(calendar()?.dataset["saidLifted"], task);
  } else if (lifted && event.key in STEPS) {
    event.preventDefault();
    carry(lifted.task, STEPS[event.key] ?? 0);
  } else if (lifted && (event.key === "Enter" || event.key === "Escape")) {
    event.preventDefault();
    drop(event.key === "Escape");
  }
});

// Going elsewhere while a task is lifted puts it back.
document.addEventListener("focusout", (event) => {
  if (!lifted || !(event.relatedTarget instanceof Node)) return;
  if (!lifted.task.contains(event.relatedTarget)) drop(true);
});
