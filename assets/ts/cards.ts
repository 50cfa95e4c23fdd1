// The cards of a board as the server shows them: put where they belong, one by one, whatever else is on the board.

import htmx from "htmx.org";
import { ask } from "./sending";

/** The board of this page, if it is one. */
export const board = (): HTMLElement | null => document.querySelector<HTMLElement>("#board[data-board]");

/** The cards of a column's list that are there, in their order. */
export const cardsIn = (list: Element): HTMLElement[] => [...list.querySelectorAll<HTMLElement>(":scope > .task-card")];

const place = (card: HTMLElement): number => Number(card.dataset["position"]);

function put(card: HTMLElement, list: HTMLElement): void {
  const others = cardsIn(list).filter((each) => each !== card);
  const next = others.find((each) => place(each) > place(card) || (place(each) === place(card) && each.id > card.id));
  const more = list.querySelector(":scope > [data-more]");
  if (next) next.before(card);
  else if (more)
    card.remove(); // its turn comes by scrolling
  else list.append(card);
}

/** Put cards back where the server last showed them. */
export function putBack(ids: Iterable<string>): void {
  for (const id of ids) {
    const card = document.getElementById(`card-${id}`);
    const list = card && document.getElementById(`cards-${card.dataset["column"]}`);
    if (!list) continue;
    put(card, list);
    if (!card.isConnected) list.querySelector(":scope > [data-more]")?.before(card);
  }
}

/** Show cards as they came; those asked for that did not come are gone. */
export function show(came: Document, asked: Iterable<string>): void {
  const focused = document.activeElement?.closest(".task-card")?.id;
  const gone = new Set(asked);
  for (const card of came.querySelectorAll<HTMLElement>(".task-card")) {
    gone.delete(card.dataset["id"] ?? "");
    const list = document.getElementById(`cards-${card.dataset["column"]}`);
    const shown = document.getElementById(card.id);
    card.classList.toggle("task-card--selected", shown?.classList.contains("task-card--selected") ?? false);
    shown?.replaceWith(card);
    if (list) put(card, list);
    htmx.process(card);
  }
  for (const id of gone) document.getElementById(`card-${id}`)?.remove();
  for (const sums of came.querySelectorAll(".column-sums")) document.getElementById(sums.id)?.replaceWith(sums);
  if (focused) document.getElementById(focused)?.querySelector("a")?.focus({ preventScroll: true });
  board()?.dispatchEvent(new CustomEvent("kanwerk:cards"));
}

/** Ask for cards as they are now, and show them. */
export async function refresh(ids: string[]): Promise<void> {
  const here = board();
  if (!here || ids.length === 0) return;
  const filters = here.dataset["filters"];
  show(await ask(`${here.dataset["board"]}/cards?ids=${ids.join(",")}${filters ? `&${filters}` : ""}`), ids);
}
