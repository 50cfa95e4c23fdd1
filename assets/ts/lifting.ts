// Cards by keyboard: arrows go from card to card, the space bar lifts one, arrows carry it, the space bar drops it.

import { board, cardsIn, placeIn, putBack, titleOf } from "./cards";
import { save } from "./board";
import { say } from "./saying";

interface Lifted {
  card: HTMLElement;
  list: Element;
  next: Element | null;
}
let lifted: Lifted | undefined;

const lists = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(".board-column:not([data-folded]) .board-cards")];

function tell(text: string | undefined, card: HTMLElement): void {
  const list = card.parentElement;
  if (!list) return;
  const { place, count } = placeIn(list, card);
  say("board-said", text, {
    task: titleOf(card),
    column: document.getElementById(`column-name-${list.dataset["column"]}`)?.textContent ?? "",
    place: String(place),
    count: String(count),
  });
}

function focus(card: HTMLElement | undefined): void {
  const link = card?.querySelector("a");
  link?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** The card or place beside this one, in the direction of an arrow. */
function aside(card: HTMLElement, key: string): HTMLElement | undefined {
  const all = lists();
  const list = card.parentElement;
  const at = all.findIndex((each) => each === list);
  const row = list ? cardsIn(list).indexOf(card) : 0;
  if (key === "ArrowUp" || key === "ArrowDown") return list ? cardsIn(list)[row + (key === "ArrowUp" ? -1 : 1)] : undefined;
  const step = key === "ArrowLeft" ? -1 : 1;
  for (let other = all[at + step], number = at + step; other; number += step, other = all[number]) {
    const cards = cardsIn(other);
    if (cards.length) return cards[Math.min(row, cards.length - 1)];
  }
  return undefined;
}

function carry(card: HTMLElement, key: string): void {
  const list = card.parentElement;
  if (!list) return;
  const all = lists();
  const cards = cardsIn(list);
  const row = cards.indexOf(card);
  const sorted = (key === "ArrowUp" || key === "ArrowDown") && board()?.dataset["by"]; // lanes keep their order
  if (sorted) return;
  if (key === "ArrowUp") cards[row - 1]?.before(card);
  else if (key === "ArrowDown") cards[row + 1]?.after(card);
  else {
    const other = all[all.findIndex((each) => each === list) + (key === "ArrowLeft" ? -1 : 1)];
    if (!other) return;
    const there = cardsIn(other)[row];
    if (there) there.before(card);
    else other.insertBefore(card, other.querySelector(":scope > [data-more]"));
  }
  focus(card);
  tell(board()?.dataset["saidAt"], card);
}

function lift(card: HTMLElement): void {
  const list = card.parentElement;
  if (!list || !board()?.hasAttribute("data-editable")) return;
  lifted = { card, list, next: card.nextElementSibling };
  card.classList.add("task-card--lifted");
  tell(board()?.dataset["saidLifted"], card);
}

function drop(back: boolean): void {
  if (!lifted) return;
  const { card, list, next } = lifted;
  lifted = undefined;
  card.classList.remove("task-card--lifted");
  const moved = card.parentElement !== list || card.nextElementSibling !== next;
  if (back) {
    if (next && next.parentElement !== list) putBack([card.dataset["id"] ?? ""]);
    else list.insertBefore(card, next);
    focus(card);
    tell(board()?.dataset["saidBack"], card);
    return;
  }
  tell(board()?.dataset["saidDropped"], card);
  if (moved) void save([card]);
}

document.addEventListener("keydown", (event) => {
  const card = event.target instanceof Element ? event.target.closest<HTMLElement>(".task-card") : null;
  if (!card || !board() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    if (lifted) carry(lifted.card, event.key);
    else focus(aside(card, event.key));
  } else if (event.key === " ") {
    event.preventDefault();
    if (lifted) drop(false);
    else lift(card);
  } else if (lifted && (event.key === "Enter" || event.key === "Escape")) {
    event.preventDefault();
    drop(event.key === "Escape");
  }
});

// Going elsewhere while a card is lifted puts it back.
document.addEventListener("focusout", (event) => {
  if (!lifted || !(event.relatedTarget instanceof Node)) return;
  if (!lifted.card.contains(event.relatedTarget)) drop(true);
});
