// Several tasks at once: Ctrl or Shift with a click, or the key x, chooses; by touch each tap does once *Select* is
// pressed. The bar at the foot does one thing to all.

import { moveTo } from "./board";
import { board, cardsIn, CHOSEN, choose, show, titleOf } from "./cards";
import { ask as confirm } from "./confirm";
import { onContent } from "./htmx";
import { say } from "./saying";
import { inParts, send, tellFailed } from "./sending";
import { forgetUndo } from "./toasts";

const MOST = 80; // what undoes a delete has to fit into a cookie
let last: HTMLElement | null = null;

const chosen = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(`.${CHOSEN}`)];
const mode = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-choosing]");
const bar = (): HTMLFormElement | null => document.querySelector<HTMLFormElement>("#bulk");

function tell(): void {
  const form = bar();
  if (!form) return;
  const count = new Set(chosen().map((card) => card.dataset["id"])).size;
  form.hidden = count === 0;
  const text = form.querySelector("[data-count]");
  if (text) text.textContent = (form.dataset["saidCount"] ?? "").replace("{count}", String(count));
}

function toggle(card: HTMLElement): void {
  const on = !card.classList.contains(CHOSEN);
  choose(card, on);
  say("board-said", on ? board()?.dataset["saidChosen"] : board()?.dataset["saidUnchosen"], { task: titleOf(card) });
  last = card;
  tell();
}

function until(card: HTMLElement): void {
  const list = card.parentElement;
  const cards = list ? cardsIn(list) : [];
  const from = last?.parentElement === list && last ? cards.indexOf(last) : cards.indexOf(card);
  const to = cards.indexOf(card);
  for (const each of cards.slice(Math.min(from, to), Math.max(from, to) + 1)) choose(each, true);
  last = card;
  tell();
}

function clear(): void {
  for (const card of chosen()) choose(card, false);
  mode()?.setAttribute("aria-pressed", "false");
  const left = bar()?.contains(document.activeElement) ? (last?.isConnected ? last.querySelector<HTMLElement>("a") : mode()) : null;
  tell();
  left?.focus({ preventScroll: true });
}

document.addEventListener(
  "click",
  (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-bulk-clear]")) clear();
    const choosing = mode()?.ariaPressed === "true";
    if (target?.closest("[data-choosing]")) {
      if (choosing) clear();
      else mode()?.setAttribute("aria-pressed", "true");
    }
    const card = target?.closest<HTMLElement>(".board[data-editable] .task-card");
    if (!card || !(choosing || event.ctrlKey || event.metaKey || event.shiftKey)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.shiftKey) until(card);
    else toggle(card);
  },
  { capture: true },
);

document.addEventListener("keydown", (event) => {
  if (!board()?.hasAttribute("data-editable") || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target instanceof Element ? event.target.closest<HTMLElement>(".task-card") : null;
  if (event.key === "x" && at) {
    event.preventDefault();
    toggle(at);
  } else if (event.key === "Escape" && !event.defaultPrevented && (chosen().length || mode()?.ariaPressed === "true") && !document.querySelector("dialog[open]")) {
    clear();
  }
});

async function act(form: HTMLFormElement, name: string, value: string): Promise<void> {
  const ids = [...new Set(chosen().map((card) => card.dataset["id"] ?? ""))];
  const fields: [string, string][] = [
    ["part", `${board()?.dataset["board"]}/cards`],
    ["filters", board()?.dataset["filters"] ?? ""],
  ];
  if (name === "column") {
    await moveTo(value, ids);
    tell();
    return;
  }
  try {
    for (const some of inParts(ids, MOST)) await show(await send(form.action, [...fields, ["ids", some.join(",")], [name, value]]), some);
    if (name === "delete") clear();
    else forgetUndo();
  } catch (error) {
    tellFailed(error, board());
  }
  tell();
}

// A choice that does something at once is made in the open list: an arrow on a closed one would take the next.
document.addEventListener("keydown", (event) => {
  const { target, key, altKey } = event;
  if (altKey || (key !== "ArrowDown" && key !== "ArrowUp")) return;
  if (!(target instanceof HTMLSelectElement) || !target.matches("#bulk select, .cell-select")) return;
  event.preventDefault();
  target.showPicker();
});

document.addEventListener("change", ({ target }) => {
  const form = bar();
  if (!form || !(target instanceof HTMLSelectElement) || target.form !== form || !target.value) return;
  const { name, value } = target;
  target.value = "";
  void act(form, name, value);
});

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.id !== "bulk") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    const question = button?.dataset["question"]?.replace("{count}", String(chosen().length));
    void (question ? confirm(question, button?.textContent?.trim()) : Promise.resolve(true)).then((yes) => {
      if (yes) void act(form, button?.getAttribute("name") ?? "", button?.getAttribute("value") ?? "");
    });
  },
  { capture: true },
);

document.addEventListener("kanwerk:cards", tell, { capture: true });
onContent(tell); // another board may have come
