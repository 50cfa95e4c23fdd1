// The board: cards are moved by mouse and touch here, by keys in lifting.ts. A drop shows at once and is saved behind it.

import Sortable from "sortablejs/modular/sortable.core.esm.js";
import { ask as confirm } from "./confirm";
import { board, cardsOf, CHOSEN, putBack, refresh, show, titleOf } from "./cards";
import { BY_HAND } from "./dragging";
import { onContent } from "./htmx";
import { say } from "./saying";
import { inParts, Refused, send, tellFailed } from "./sending";
import { toast } from "./toasts";

const PAUSE_MS = 120;
const AT_ONCE = 50;
const MOST_MOVES = 25;
const FOLDED = "kanwerk folded columns";

/** Where a card stands, as the server is told: before the one behind it, after the one it follows, or at the end. */
function placeOf(card: HTMLElement, moving: Set<HTMLElement>): string {
  let next = card.nextElementSibling;
  while (next instanceof HTMLElement && moving.has(next)) next = next.nextElementSibling;
  if (next instanceof HTMLElement && next.matches(".task-card")) return `before:${next.dataset["id"]}`;
  let before = card.previousElementSibling;
  while (before instanceof HTMLElement && moving.has(before)) before = before.previousElementSibling;
  return next && before instanceof HTMLElement && before.dataset["id"] ? `after:${before.dataset["id"]}` : "end";
}

/** Save where cards were put, in the order they stand in now. */
export async function save(cards: HTMLElement[]): Promise<void> {
  const here = board();
  if (!here) return;
  if (here.dataset["by"]) {
    // In a lane cards stand by their days: what counts is whether they came from another.
    const given = cards.filter((card) => card.parentElement?.dataset["column"] !== card.dataset["column"]);
    const told = given.map((card) => `${card.dataset["id"]} ${card.dataset["column"]} ${card.parentElement?.dataset["column"]}`);
    if (told.length === 0) putBack(cards.map((card) => card.dataset["id"] ?? ""));
    else await sendMoves("give", told, [["group_by", here.dataset["by"]]]);
    return;
  }
  const moving = new Set(cards);
  // Each goes before the same neighbour, or after the one moved before it: so their order stays.
  const moves = cards.map((card, number) => {
    const column = card.parentElement?.dataset["column"] ?? "";
    const before = cards[number - 1];
    const place = before ? `after:${before.dataset["id"]}` : placeOf(card, moving);
    return `${card.dataset["id"]} ${column} ${place}`;
  });
  await sendMoves("move", moves);
}

/** Move tasks to the end of a column, wherever their cards are. */
export async function moveTo(column: string, ids: string[]): Promise<void> {
  await sendMoves("move", ids.map((id) => `${id} ${column} end`));
}

/** Send moves, so many at once that what undoes them still fits into a cookie. */
async function sendMoves(verb: "move" | "give", moves: string[], more: [string, string][] = []): Promise<void> {
  const here = board();
  if (!here) return;
  const kept: [string, string][] = [["filters", here.dataset["filters"] ?? ""], ...more];
  for (const some of inParts(moves, MOST_MOVES)) {
    const told = some.map((each): [string, string] => ["m", each]);
    await moved(`${here.dataset["board"]}/${verb}`, [...kept, ...told], some.map((each) => each.split(" ")[0] ?? ""));
  }
}

// What is dropped stands beside what was dropped before: each waits for the one before it.
let queue: Promise<void> = Promise.resolve();

function moved(url: string, fields: [string, string][], ids: string[]): Promise<void> {
  queue = queue.then(() => attempt(url, fields, ids));
  return queue;
}

async function attempt(url: string, fields: [string, string][], ids: string[]): Promise<void> {
  try {
    await show(await send(url, fields), ids);
  } catch (error) {
    if (error instanceof Refused && error.code === "wip_limit" && !fields.some(([name]) => name === "force")) {
      if (await confirm(error.message, board()?.dataset["saidFull"])) {
        await attempt(url, [...fields, ["force", "true"]], ids);
        return;
      }
    } else {
      tellFailed(error, board());
    }
    await refresh(ids).catch(() => putBack(ids));
    const [card] = cardsOf(ids[0] ?? "");
    if (card) say("board-said", board()?.dataset["saidBack"], { task: titleOf(card) });
  }
}

function sortable(list: HTMLElement): void {
  const lanes = board()?.hasAttribute("data-by") ?? false; // they stand by their days: no place to choose
  Sortable.create(list, {
    group: "cards",
    sort: !lanes,
    draggable: ".task-card",
    animation: 140,
    ...BY_HAND,
    ghostClass: "task-card--ghost",
    dragClass: "task-card--drag",
    onStart: ({ item }) => {
      list.toggleAttribute("data-from", true);
      document.documentElement.classList.add("dragging");
      for (const other of companions(item)) other.classList.add("task-card--along");
    },
    onEnd: ({ item, from, to, oldIndex, newIndex }) => {
      document.documentElement.classList.remove("dragging");
      list.toggleAttribute("data-from", false);
      const along = companions(item);
      for (const other of along) other.classList.remove("task-card--along");
      if (from === to && oldIndex === newIndex && along.length === 0) return;
      let last = item;
      for (const other of along) {
        last.after(other);
        last = other;
      }
      void save([item, ...along]);
    },
  });
}

/** The other chosen cards, if this one is chosen too. */
function companions(card: HTMLElement): HTMLElement[] {
  if (!card.classList.contains(CHOSEN)) return [];
  return [...document.querySelectorAll<HTMLElement>(`.${CHOSEN}`)].filter((each) => each !== card);
}

onContent(() => {
  const here = board();
  if (!here) return;
  for (const column of here.querySelectorAll<HTMLElement>(".board-column")) fold(column, folded().has(column.id));
  if (!here.hasAttribute("data-editable")) return;
  for (const list of here.querySelectorAll<HTMLElement>(".board-cards")) {
    if (!Sortable.get(list)) sortable(list);
  }
});

// A new card: the field stays, so that the next one can be written.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const here = board();
  const undo = here && form.closest(".toast") && /\/board\/(?:move|give)\?|\/tasks\/restore\?/.test(form.action);
  if (!form.matches("[data-board-add]") && !undo) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (undo) {
    form.closest(".toast")?.remove();
    const asked = new URL(form.action).searchParams;
    const ids = [...[...asked.getAll("m"), ...asked.getAll("u")].map((each) => each.split(" ")[0] ?? ""), ...(asked.get("ids")?.split(",") ?? [])];
    void moved(form.action, [["filters", here.dataset["filters"] ?? ""], ["part", `${here.dataset["board"]}/cards`]], ids);
    return;
  }
  const title = form.elements.namedItem("title");
  if (!(title instanceof HTMLInputElement) || !title.value.trim()) return;
  const fields = [...new FormData(form)] as [string, string][];
  const typed = title.value;
  title.value = "";
  send(form.action, fields)
    .then(async (came) => {
      const added = came.querySelector(".task-card");
      await show(came, []);
      if (!added?.isConnected) toast(here?.dataset["saidElsewhere"] ?? "");
      const list = form.parentElement?.querySelector(".board-cards");
      list?.scrollTo({ top: list.scrollHeight });
    })
    .catch((error: unknown) => {
      title.value ||= typed;
      tellFailed(error, here);
    });
}, { capture: true });

// Folded columns: a thing of this browser.
function folded(): Set<string> {
  return new Set(JSON.parse(localStorage.getItem(FOLDED) ?? "[]") as string[]);
}

function fold(column: HTMLElement, closed: boolean): void {
  column.toggleAttribute("data-folded", closed);
  column.querySelector(".board-fold")?.setAttribute("aria-expanded", String(!closed));
}

document.addEventListener("click", ({ target }) => {
  if (!(target instanceof Element)) return;
  const column = target.closest<HTMLElement>(".board-column");
  if (!column) return;
  if (target.closest(".board-fold") || (column.hasAttribute("data-folded") && target.closest(".board-column-head"))) {
    const closed = !column.hasAttribute("data-folded");
    fold(column, closed);
    const all = folded();
    if (closed) all.add(column.id);
    else all.delete(column.id);
    localStorage.setItem(FOLDED, JSON.stringify([...all]));
  } else if (target.closest("[data-add]")) {
    column.querySelector<HTMLInputElement>(".board-add-input")?.focus();
  }
});

// Escape leaves the field for new tasks, with what is written in it, to the last card above.
document.addEventListener("keydown", (event) => {
  const field = event.target instanceof HTMLElement && event.key === "Escape" ? event.target.closest<HTMLInputElement>(".board-add-input") : null;
  if (!field || event.defaultPrevented) return;
  event.preventDefault();
  field.blur();
  [...(field.closest(".board-column")?.querySelectorAll<HTMLElement>(".task-card-title") ?? [])].at(-1)?.focus();
});

// What others do to cards.
interface Change {
  kind: string;
  id: string;
  task_id?: string;
  project_id: string | null;
}
const waiting = new Set<string>();
let timer = 0;

document.addEventListener("kanwerk:live", ({ detail: told }) => {
  const here = board();
  if (!here) return;
  if (told.name === "reset") {
    for (const card of document.querySelectorAll<HTMLElement>(".task-card")) waiting.add(card.dataset["id"] ?? "");
  } else if (told.name === "change" && told.change) {
    const change: Change = told.change;
    const id = change.kind === "task" ? change.id : change.task_id;
    if (!id || (change.project_id !== here.dataset["project"] && cardsOf(id).length === 0)) return;
    waiting.add(id);
  }
  if (waiting.size && !timer) timer = window.setTimeout(look, PAUSE_MS);
});

function look(): void {
  timer = 0;
  const ids = [...waiting].slice(0, AT_ONCE);
  for (const id of ids) waiting.delete(id);
  if (waiting.size) timer = window.setTimeout(look, PAUSE_MS);
  void refresh(ids).catch(() => undefined);
}

declare global {
  interface DocumentEventMap {
    "kanwerk:live": CustomEvent<{ name: string; change?: Change }>;
  }
}
