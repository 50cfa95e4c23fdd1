// The command palette: a combobox (ARIA 1.2) over what was seen, what is found, and everything one can do.

import { copy } from "./copy";
import { released } from "./dragging";
import { keyOf } from "./keys";
import { fits, fold, offers, perform } from "./offers";
import { seen } from "./seen";
import { setDensity, setTheme } from "./theme";

const PAUSE_MS = 60;
const PATIENCE_MS = 1000;
const FEW = 5;
const COMMANDS = ["page", "make", "go", "run"];

let asked = new AbortController();
let timer = 0;
let commands = Promise.resolve();
let finding = Promise.resolve();
let moved = false;
let cameFrom: Element | null = null;

function dialog(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("#palette");
}

function input(): HTMLInputElement {
  return document.querySelector<HTMLInputElement>("#palette-q") as HTMLInputElement;
}

function group(name: string): HTMLElement {
  return document.querySelector<HTMLElement>(`#palette [data-group="${name}"] [data-options]`) as HTMLElement;
}

function options(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("#palette [role='option']")].filter((each) => !each.closest("[hidden]"));
}

function open(): void {
  const palette = dialog();
  if (!palette || palette.open) return;
  cameFrom = document.activeElement;
  input().value = "";
  offerPage();
  palette.showModal();
  commands = fetchCommands(palette);
  look();
}

function close(): void {
  dialog()?.close();
}

/** What this page offers, each as an option that stands for its element. */
function offerPage(): void {
  const template = document.querySelector<HTMLTemplateElement>("#palette template:not([data-recent-template])");
  const made = offers("[data-key], [data-action]").filter(({ element }) => !element.closest("#sidebar, .bottombar, .toast, [data-palette]"));
  const recent = document.querySelector<HTMLTemplateElement>("#palette [data-recent-template]");
  group("page").replaceChildren(
    ...made.map(({ label, keys, element }, index) => {
      const option = template?.content.firstElementChild?.cloneNode(true) as HTMLElement;
      option.id = `palette-page-${index}`;
      if (element instanceof HTMLAnchorElement) option.dataset["href"] = element.href;
      option.querySelector(".palette-main")?.append(label);
      for (const key of keys) option.append(Object.assign(document.createElement("kbd"), { textContent: key }));
      option.addEventListener("click", () => {
        close();
        perform(element);
      });
      return option;
    }),
  );
  group("recent").replaceChildren(
    ...seen().map((entry, index) => {
      const option = recent?.content.firstElementChild?.cloneNode(true) as HTMLAnchorElement;
      option.id = `palette-recent-${index}`;
      option.href = entry.url;
      option.querySelector(".palette-main")?.append(entry.title);
      option.querySelector(".palette-hint")?.append(entry.key);
      if (entry.kind === "task") option.dataset["task"] = entry.key;
      return option;
    }),
  );
}

async function ask(url: string, signal?: AbortSignal): Promise<Document | null> {
  const answer = await fetch(url, { headers: { "HX-Request": "true" }, ...(signal ? { signal } : {}) });
  if (answer.redirected) document.dispatchEvent(new CustomEvent("kanwerk:signed-out"));
  return answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

/** What the palette can always do is asked for once for each page. */
async function fetchCommands(palette: HTMLElement): Promise<void> {
  if (palette.dataset["filled"] !== undefined) return commands;
  palette.dataset["filled"] = "";
  try {
    const found = await ask(palette.dataset["url"] ?? "");
    await released();
    for (const part of found?.querySelectorAll<HTMLElement>("[data-for]") ?? []) group(part.dataset["for"] ?? "").append(...part.children);
    unreachable(false);
  } catch {
    delete palette.dataset["filled"];
    unreachable(true);
  }
  show();
}

function unreachable(so: boolean): void {
  const none = document.querySelector<HTMLElement>("#palette .palette-none");
  if (none) none.hidden = !so;
}

/** Look for what is typed: at once in what is here, a moment later on the server. The last answer wins. */
function look(): void {
  moved = false;
  asked.abort();
  clearTimeout(timer);
  const q = input().value.trim();
  const line = document.querySelector<HTMLAnchorElement>("#palette-everything");
  if (line) {
    line.hidden = q === "";
    line.href = (line.dataset["search"] ?? "") + encodeURIComponent(q);
    line.querySelector("[data-q]")?.replaceChildren(q);
  }
  finding = Promise.resolve();
  if (q === "") group("found").replaceChildren();
  else finding = new Promise((found) => (timer = window.setTimeout(() => void lookFor(q).then(found), PAUSE_MS)));
  show();
}

async function lookFor(q: string): Promise<void> {
  asked = new AbortController();
  const { signal } = asked;
  try {
    const found = await ask(`${dialog()?.dataset["url"]}?q=${encodeURIComponent(q)}`, signal);
    await released();
    if (signal.aborted || !found) return;
    const there = new Set(([...group("recent").children] as HTMLAnchorElement[]).filter((each) => !each.hidden).map((each) => each.href));
    group("found").replaceChildren(...([...found.body.children] as HTMLAnchorElement[]).filter((each) => !there.has(each.href)));
    unreachable(false);
    show();
  } catch (error) {
    if (signal.aborted || (error instanceof DOMException && error.name === "AbortError")) return;
    group("found").replaceChildren();
    unreachable(true);
  }
}

/** Show the options that fit. Commands that begin with what is typed come before what is found. */
function show(): void {
  const q = input().value.trim();
  const before: string[] = [];
  for (const name of ["recent", ...COMMANDS]) {
    let few = 0;
    for (const option of [...group(name).children] as HTMLElement[]) {
      const label = option.querySelector(".palette-main")?.textContent?.trim() ?? "";
      option.hidden = q === "" ? name === "recent" && ++few > FEW : !fits(`${label} ${option.dataset["words"] ?? ""}`, q);
      if (q !== "" && name !== "recent" && !option.hidden && fold(label).startsWith(fold(q))) before.push(name);
    }
  }
  // What the page itself offers need not be there twice.
  const here = new Set([...group("page").querySelectorAll<HTMLElement>("[data-href]")].map((option) => option.dataset["href"]));
  for (const option of group("make").querySelectorAll<HTMLAnchorElement>("a")) if (here.has(option.href)) option.hidden = true;
  const order = ["recent", "found", ...COMMANDS].sort((one, other) => Number(before.includes(other)) - Number(before.includes(one)));
  for (const name of order) {
    const section = group(name).parentElement as HTMLElement;
    section.hidden = ![...group(name).children].some((option) => !(option as HTMLElement).hidden);
    section.parentElement?.append(section);
  }
  const everything = document.querySelector("#palette-everything");
  everything?.parentElement?.append(everything);
  choose((moved && chosen()) || options()[0]);
}

function choose(option: HTMLElement | undefined): void {
  for (const each of document.querySelectorAll("#palette [aria-selected='true']")) each.ariaSelected = "false";
  if (option) {
    option.ariaSelected = "true";
    input().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input().removeAttribute("aria-activedescendant");
  }
}

function step(by: number): void {
  const there = options();
  const here = there.findIndex((each) => each.ariaSelected === "true");
  moved = true;
  choose(there[(here + by + there.length) % there.length]);
}

const chosen = (): HTMLElement | undefined => options().find((each) => each.ariaSelected === "true");

/** Do what is chosen. Who types faster than the server answers means what is about to come, not a search for it. */
async function take(apart: boolean): Promise<void> {
  const everything = chosen()?.id === "palette-everything";
  if (everything && !moved) await Promise.race([Promise.all([commands, finding]), new Promise((over) => setTimeout(over, PATIENCE_MS))]);
  const option = chosen();
  if (!dialog()?.open) return;
  if (option instanceof HTMLAnchorElement && apart) window.open(option.href, "_blank", "noopener");
  else option?.click();
}

function run(what: string): void {
  const [name, value = ""] = what.split(":");
  close();
  if (name === "theme") setTheme(value);
  else if (name === "density") setDensity(value);
  else if (name === "copy-link") void copy(location.href);
  else if (name === "keys") document.querySelector<HTMLElement>("[data-dialog='keys']")?.click();
  else if (name === "sign-out") document.querySelector<HTMLFormElement>("form[action='/sign-out']")?.requestSubmit();
}

document.addEventListener("keydown", (event) => {
  const palette = dialog();
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && keyOf(event) === "k") {
    event.preventDefault();
    if (palette?.open) close();
    else open();
    return;
  }
  if (!palette?.open || event.isComposing) return;
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: FEW, PageUp: -FEW };
  const by = steps[event.key];
  if (by !== undefined) {
    event.preventDefault();
    step(by);
  } else if (event.key === "Enter" && event.target === input()) {
    event.preventDefault();
    void take(event.ctrlKey || event.metaKey);
  } else if (event.key === "Tab") {
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  }
});

document.addEventListener("input", ({ target }) => {
  if (target === input()) look();
});

document.addEventListener(
  "click",
  (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest("[data-palette]");
    const option = event.target.closest<HTMLElement>("#palette [role='option']");
    if (opener && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      open();
    } else if (event.target.closest("#palette [data-close]")) {
      close();
    } else if (option instanceof HTMLButtonElement && option.value) {
      run(option.value);
    } else if (option instanceof HTMLAnchorElement && !event.ctrlKey && !event.metaKey) {
      close();
    }
  },
  { capture: true },
);

document.addEventListener("pointermove", ({ target }) => {
  const option = target instanceof Element ? target.closest<HTMLElement>("#palette [role='option']") : null;
  if (option && option.ariaSelected !== "true") choose(option);
});

document.addEventListener("close", ({ target }) => {
  if (target === dialog() && cameFrom instanceof HTMLElement && cameFrom.isConnected && document.activeElement === document.body) cameFrom.focus();
}, { capture: true });
