// What is offered while somebody types: people after `@`, tasks after `#`, and tasks in fields that take a key.

import { put } from "./editor";
import { fold } from "./fold";
import { mention, mentioned } from "./mentions";

interface Offer {
  id?: string; // of somebody who is mentioned
  text: string;
  key: string;
  nodes: Node[];
}

const MOST = 8;
const PAUSE_MS = 120;
let timer = 0;
let asked = 0;

function listOf(area: HTMLElement): HTMLElement | null {
  if (area.matches(".editor-area")) return area.closest("[data-editor]")?.querySelector<HTMLElement>(".editor-offers") ?? null;
  const there = area.nextElementSibling;
  if (there?.matches(".editor-offers")) return there as HTMLElement;
  const made = document.createElement("ul");
  made.className = "editor-offers";
  made.id = `${area.id || "task"}-offers`;
  made.setAttribute("role", "listbox");
  made.hidden = true;
  area.setAttribute("aria-controls", made.id);
  area.after(made);
  return made;
}

/** The word that stands before the cursor, with its sign, and where it begins. */
function typed(area: HTMLTextAreaElement): { sign: string; word: string; at: number } | undefined {
  const before = area.value.slice(0, area.selectionStart);
  const found = /(^|[\s(])([@#])([^\s@#()[\]]*(?: [^\s@#()[\]]*)?)$/u.exec(before);
  if (!found || found[2] === undefined || found[3] === undefined) return undefined;
  return { sign: found[2], word: found[3], at: before.length - found[3].length - 1 };
}

function people(area: HTMLTextAreaElement, word: string): Offer[] {
  const wanted = fold(word);
  if (mentioned(area, word)) return [];
  return [...(area.closest(".task")?.querySelectorAll<HTMLOptionElement>("#task-people option") ?? [])]
    .filter((option) => ` ${fold(option.value)}`.includes(` ${wanted}`))
    .slice(0, MOST)
    .map((option) => ({ text: option.value.replace(/[[\]]/g, ""), key: "", id: option.dataset["id"] ?? "", nodes: [document.createTextNode(option.value)] }));
}

async function tasks(url: string, word: string): Promise<Offer[]> {
  if (!word.trim()) return [];
  const answer = await fetch(`${url}?${new URLSearchParams({ q: word })}`);
  if (!answer.ok) return [];
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [...page.querySelectorAll<HTMLElement>("[data-url]")].map((item) => ({
    text: `[${item.dataset["key"]}](${item.dataset["url"]}) `,
    key: item.dataset["key"] ?? "",
    nodes: [...item.childNodes].map((node) => document.importNode(node, true)),
  }));
}

function close(list: HTMLElement | null): void {
  if (!list) return;
  list.hidden = true;
  list.replaceChildren();
  tell(list);
}

/** Say at the field which offer is chosen, and whether there are any (WAI-ARIA's combobox). */
function tell(list: HTMLElement): void {
  const field = document.querySelector<HTMLElement>(`[aria-controls="${CSS.escape(list.id)}"]`);
  const chosen = list.querySelector("[aria-selected='true']");
  field?.toggleAttribute("aria-activedescendant", chosen !== null);
  if (chosen) field?.setAttribute("aria-activedescendant", chosen.id);
  if (field instanceof HTMLInputElement) {
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", String(!list.hidden));
  }
}

function offer(list: HTMLElement, offers: Offer[], take: (offer: Offer) => void): void {
  list.replaceChildren(
    ...offers.map((each, at) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.id = `${list.id}-${at}`;
      item.setAttribute("aria-selected", String(at === 0));
      item.append(...each.nodes);
      item.addEventListener("pointerdown", (event) => event.preventDefault());
      item.addEventListener("click", () => take(each));
      return item;
    }),
  );
  list.hidden = offers.length === 0;
  tell(list);
  if (!list.hidden) list.scrollIntoView({ block: "nearest" });
}

async function suggest(area: HTMLTextAreaElement | HTMLInputElement): Promise<void> {
  const list = listOf(area);
  if (!list) return;
  const turn = (asked += 1);
  if (area instanceof HTMLTextAreaElement) {
    const found = typed(area);
    if (!found) return close(list);
    const url = area.closest<HTMLElement>("[data-editor]")?.dataset["complete"] ?? "";
    const offers = found.sign === "@" ? people(area, found.word) : await tasks(url, found.word);
    if (turn !== asked || document.activeElement !== area) return;
    offer(list, offers, (each) => {
      put(area, each.id ? `${mention(area, each.text, each.id)} ` : each.text, found.at, found.at + 1 + found.word.length);
      close(list);
    });
  } else {
    const offers = await tasks(area.dataset["completeTask"] ?? "", area.value);
    if (turn !== asked || document.activeElement !== area) return;
    offer(list, offers, (each) => {
      area.value = each.key;
      close(list);
      area.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

const FIELDS = ".editor-area, [data-complete-task]";

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement) || !target.matches(FIELDS)) return;
  clearTimeout(timer);
  timer = window.setTimeout(() => void suggest(target), PAUSE_MS);
});

document.addEventListener("focusout", ({ target }) => {
  if (target instanceof HTMLElement && target.matches(FIELDS)) {
    clearTimeout(timer);
    asked += 1;
    close(listOf(target));
  }
});

document.addEventListener(
  "keydown",
  (event) => {
    const target = event.target;
    const list = target instanceof HTMLElement && target.matches(FIELDS) ? listOf(target) : null;
    if (!list || list.hidden) return;
    const items = [...list.children];
    const here = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = (here + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
      items.forEach((item, at) => item.setAttribute("aria-selected", String(at === next)));
      items[next]?.scrollIntoView({ block: "nearest" });
      tell(list);
    } else if (event.key === "Enter" || event.key === "Tab") {
      (items[here] as HTMLElement | undefined)?.click();
    } else if (event.key === "Escape") {
      close(list);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  },
  { capture: true },
);
