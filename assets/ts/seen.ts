// What somebody looked at lately: kept in this browser alone, by space and person, and forgotten on signing out.

import { onContent } from "./htmx";

export interface Seen {
  url: string;
  title: string;
  kind: string;
  key: string;
}

const KEY = "kanwerk seen ";
const MOST = 12;

function place(): string | undefined {
  return document.querySelector<HTMLElement>("#palette")?.dataset["seen"];
}

/** What was seen, the latest first, without the page that is open. */
export function seen(): Seen[] {
  const name = place();
  if (!name) return [];
  try {
    const kept = JSON.parse(localStorage.getItem(KEY + name) ?? "[]") as Seen[];
    return kept.filter((each) => !location.pathname.startsWith(each.url));
  } catch {
    return [];
  }
}

function keep(entry: Seen): void {
  const name = place();
  if (!name) return;
  try {
    const kept = JSON.parse(localStorage.getItem(KEY + name) ?? "[]") as Seen[];
    const rest = kept.filter((each) => each.url !== entry.url);
    localStorage.setItem(KEY + name, JSON.stringify([entry, ...rest].slice(0, MOST)));
  } catch {
    // A full or closed store: nothing is remembered, nothing else is lost.
  }
}

function note(): void {
  const found = /^(\/[^/]+\/(clients|projects|tasks)\/([^/]+))/.exec(location.pathname);
  const [, url, noun, id] = found ?? [];
  if (!url || !noun || !id || /^(?:new|import)$/.test(id) || !document.querySelector(".shell")) return;
  const key = noun === "clients" ? "" : decodeURIComponent(id);
  const whole = document.title.replace(/ · [^·]*$/, "").trim();
  const title = noun === "tasks" && whole.startsWith(`${key} `) ? whole.slice(key.length + 1) : whole;
  if (title) keep({ url, title, kind: noun.slice(0, -1), key });
}

/** Put what was seen into the places of the page that wait for it. */
function show(): void {
  for (const list of document.querySelectorAll<HTMLElement>("[data-seen-list]")) {
    const template = list.querySelector("template");
    const found = seen().slice(0, Number(list.dataset["seenList"]));
    if (!template || found.length === 0) continue;
    for (const old of list.querySelectorAll("[data-made]")) old.remove();
    for (const entry of found) {
      const made = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
      made.dataset["made"] = "";
      const link = made.querySelector("a");
      if (!link) continue;
      link.href = entry.url;
      link.append(entry.title);
      if (entry.kind === "task") link.dataset["task"] = entry.key;
      made.querySelector("[data-seen-key]")?.append(entry.key);
      for (const mark of made.querySelectorAll<HTMLElement>("[data-kind]")) mark.hidden = mark.dataset["kind"] !== entry.kind;
      list.append(made);
    }
    list.hidden = false;
    const none = list.parentElement?.querySelector<HTMLElement>("[data-seen-none]");
    if (none) none.hidden = true;
  }
}

onContent(() => {
  note();
  show();
});

// A task opened over another view changes the address without a new page.
document.addEventListener("kanwerk:seen", ((event: CustomEvent<Seen>) => keep(event.detail)) as EventListener);

document.addEventListener(
  "submit",
  ({ target }) => {
    if (!(target instanceof HTMLFormElement) || new URL(target.action).pathname !== "/sign-out") return;
    for (const name of Object.keys(localStorage)) if (name.startsWith(KEY)) localStorage.removeItem(name);
  },
  { capture: true },
);
