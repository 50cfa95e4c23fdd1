// The lines of a checklist in another order: by their grip, or with Alt and an arrow key.

import { send } from "./task";

let dragged: HTMLElement | undefined;

async function place(line: HTMLElement): Promise<void> {
  const task = line.closest<HTMLElement>(".task");
  const next = line.nextElementSibling as HTMLElement | null;
  const before = line.previousElementSibling as HTMLElement | null;
  const body = new URLSearchParams();
  if (next?.dataset["todo"]) body.set("before_id", next.dataset["todo"]);
  else if (before?.dataset["todo"]) body.set("after_id", before.dataset["todo"]);
  const focused = line.contains(document.activeElement);
  if (task) await send(task, line.dataset["move"] ?? "", body);
  if (focused) document.getElementById(line.id)?.querySelector<HTMLElement>("[data-todo-title]")?.focus();
}

document.addEventListener("dragstart", (event) => {
  const grip = event.target instanceof Element ? event.target.closest(".todo-grip") : null;
  const line = grip?.closest<HTMLElement>("[data-todo]");
  if (!line || !event.dataTransfer) return;
  dragged = line;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", line.querySelector("textarea")?.value ?? "");
  event.dataTransfer.setDragImage(line, 0, 0);
  line.toggleAttribute("data-dragged", true);
});

document.addEventListener("dragover", (event) => {
  const line = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-todo]") : null;
  if (!dragged || !line || line.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  if (line === dragged) return;
  const { top, height } = line.getBoundingClientRect();
  if (event.clientY < top + height / 2) line.before(dragged);
  else line.after(dragged);
});

document.addEventListener("dragend", () => {
  const line = dragged;
  dragged = undefined;
  if (!line) return;
  line.removeAttribute("data-dragged");
  void place(line);
});

document.addEventListener("keydown", (event) => {
  const line = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-todo]") : null;
  if (!line || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  event.preventDefault();
  const other = event.key === "ArrowUp" ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (event.key === "ArrowUp") line.after(other);
  else line.before(other);
  void place(line);
});

document.addEventListener("keydown", (event) => {
  const title = event.target;
  if (event.key !== "Backspace" || !(title instanceof HTMLTextAreaElement) || !title.matches("[data-todo-title]") || title.value !== "") return;
  event.preventDefault();
  const line = title.closest("[data-todo]");
  title.form?.reset();
  line?.querySelector<HTMLElement>("[data-todo-delete]")?.click();
});
