// The cards of a board as the server shows them: put where they belong, one by one, whatever else is on the board.

import htmx from "htmx.org";
import { carrying, released } from "./dragging";
import { placed } from "./motion";
import { ask } from "./sending";

/** The board of this page, if it is one. */
export const board = (): HTMLElement | null => document.querySelector<HTMLElement>("#board[data-board]");

/** A task's cards: in a board that is grouped there may be several. */
export const cardsOf = (id: string): HTMLElement[] => [...(board()?.querySelectorAll<HTMLElement>(`.task-card[data-id="${id}"]`) ?? [])];

/** The cards of a column's list that are there, in their order. */
export const cardsIn = (list: Element): HTMLElement[] => [...list.querySelectorAll<HTMLElement>(":scope > .task-card")];

/** What a card is called. */
export const titleOf = (card: HTMLElement): string => card.querySelector("a")?.textContent ?? "";

export const CHOSEN = "task-card--selected";

/** Choose a card or no more; who listens hears of it where the card is read. */
export function choose(card: HTMLElement, on: boolean): void {
  card.classList.toggle(CHOSEN, on);
  const link = card.querySelector(".task-card-title");
  const told = (link?.getAttribute("aria-describedby") ?? "").split(" ").filter((each) => each && each !== "chosen-card");
  if (on) told.unshift("chosen-card");
  link?.setAttribute("aria-describedby", told.join(" "));
}

/** The place of a card among those of its column, of which some may not be loaded yet. */
export function placeIn(list: HTMLElement, card: HTMLElement): { place: number; count: number } {
  const cards = cardsIn(list);
  const told = Number(document.getElementById(`sums-${list.dataset["column"]}`)?.dataset["count"]);
  const more = list.querySelector(":scope > [data-more]") ? told + (card.dataset["column"] === list.dataset["column"] ? 0 : 1) : 0;
  return { place: cards.indexOf(card) + 1, count: Math.max(cards.length, more) };
}

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
  for (const card of [...ids].flatMap(cardsOf)) {
    const list = document.getElementById(`cards-${card.dataset["column"]}`);
    if (!list) continue;
    put(card, list);
    if (!card.isConnected) list.querySelector(":scope > [data-more]")?.before(card);
  }
}

/** Show cards as they came, once the hand is free; those asked for that did not come are gone. */
export async function show(came: Document, asked: Iterable<string>): Promise<void> {
  await released();
  const focused = document.activeElement?.closest<HTMLElement>(".task-card");
  const among = focused?.parentElement;
  const cards = [...came.querySelectorAll<HTMLElement>(".task-card")];
  const coming = new Set(cards.map((card) => card.id));
  const before = [...new Set([...asked, ...cards.map((card) => card.dataset["id"] ?? "")])].flatMap(cardsOf);
  const glide = placed(before);
  const pairs: [HTMLElement, HTMLElement][] = [];
  let lost = false;
  for (const card of cards) {
    const list = document.getElementById(`cards-${card.dataset["column"]}`);
    const copies = before.filter((each) => each.dataset["id"] === card.dataset["id"]);
    const shown = copies.find((each) => each.id === card.id);
    const left = shown ?? copies.find((each) => !coming.has(each.id));
    if (left) pairs.push([left, card]);
    if ((shown ? [shown] : copies).some((each) => each.matches(`.${CHOSEN}`))) choose(card, true);
    lost ||= !list;
    shown?.replaceWith(card);
    if (list) put(card, list);
    htmx.process(card);
  }
  for (const card of before) if (!coming.has(card.id)) card.remove();
  glide(pairs);
  for (const sums of came.querySelectorAll(".column-sums")) document.getElementById(sums.id)?.replaceWith(sums);
  if (focused && !focused.isConnected) {
    const there = cardsOf(focused.dataset["id"] ?? "");
    (there.find((card) => card.parentElement === among) ?? there[0])?.querySelector("a")?.focus({ preventScroll: true });
  }
  board()?.dispatchEvent(new CustomEvent("kanwerk:cards"));
  if (lost) await anew(); // a lane that was not here before
}

/** Ask for the whole board. */
async function anew(): Promise<void> {
  const here = board();
  if (here) await htmx.ajax("GET", `${here.dataset["board"]}?${here.dataset["filters"] ?? ""}`, { target: "#board", select: "#board", swap: "outerHTML" });
}

/** Ask for cards as they are now, and show them. */
export async function refresh(ids: string[]): Promise<void> {
  const here = board();
  if (!here || ids.length === 0) return;
  const filters = here.dataset["filters"];
  let came: Document;
  do {
    await released();
    came = await ask(`${here.dataset["board"]}/cards?ids=${ids.join(",")}${filters ? `&${filters}` : ""}`);
  } while (carrying());
  await show(came, ids);
}
