// A link to a task, `a[data-task]`, opens the task over the view that it stands in, under the task's own address.
// Without scripts, or in a new tab, the same address is a page.

import htmx from "htmx.org";
import { standsBehind } from "./live";
import { onContent } from "./htmx";
import { leaveTask, unsaved } from "./task";

interface Shown {
  dialog: HTMLDialogElement;
  key: string;
  link: HTMLAnchorElement | undefined;
  view: string;
  title: string;
  main: Element | null;
  warned?: boolean; // that something was not taken
}

const KEPT_MS = 10_000;
const kept = new Map<string, { at: number; text: Promise<string | undefined> }>();
// What is kept is what was there before anything was done.
document.addEventListener("submit", () => kept.clear(), { capture: true });
document.addEventListener("kanwerk:live", ({ detail: told }) => {
  if (told.name === "change" || told.name === "reset") kept.clear();
});
let shown: Shown | undefined;
let last: Shown | undefined;
let byHistory = false;
let turn = 0;
let ours = false;

/** Ask for a task's part; undefined when what came is none (signed out, or not there). */
function part(url: string): Promise<string | undefined> {
  const found = kept.get(url);
  if (found && Date.now() - found.at < KEPT_MS) return found.text;
  const text = fetch(url, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" } })
    .then(async (answer) => (answer.ok && new URL(answer.url).pathname.includes("/tasks/") ? answer.text() : undefined))
    .catch(() => undefined);
  kept.set(url, { at: Date.now(), text });
  return text;
}

function made(): HTMLDialogElement {
  const there = document.querySelector<HTMLDialogElement>("#task-panel");
  if (there) return there;
  const dialog = document.createElement("dialog");
  dialog.id = "task-panel";
  dialog.className = "panel-task";
  const body = document.createElement("div");
  body.className = "panel-task-body";
  dialog.append(body);
  dialog.addEventListener("close", closed);
  document.body.append(dialog);
  return dialog;
}

function toasts(place: Element): void {
  const region = document.querySelector("#toasts");
  if (region && region.parentElement !== place) place.append(region);
}

async function open(url: string, key: string, link?: HTMLAnchorElement, push = true): Promise<void> {
  const mine = (turn += 1);
  const text = await part(url);
  kept.delete(url);
  if (mine !== turn) return; // another was asked for meanwhile
  if (text === undefined) {
    location.assign(url);
    return;
  }
  const dialog = made();
  const body = dialog.querySelector<HTMLElement>(".panel-task-body");
  if (!body) return;
  if (shown) await leaveTask(dialog);
  const before = shown ?? { view: location.href, title: document.title, main: document.querySelector("#main") };
  const state = { htmx: true, panel: key };
  if (push && !shown) history.pushState(state, "", url);
  else history.replaceState(state, "", url);
  shown = last = { dialog, key, link, view: before.view, title: before.title, main: before.main };
  standsBehind(before.view);
  const now = shown;
  const stood = dialog.open;
  await htmx.swap({ sourceElement: body, target: body, text, swap: "innerHTML ignoreTitle:true" });
  if (shown !== now || (stood && !dialog.open)) return; // closed meanwhile
  if (!dialog.open) dialog.showModal();
  toasts(dialog);
  const head = body.querySelector("h1")?.textContent;
  if (head) document.title = head;
  dialog.setAttribute("aria-label", head ?? key);
  document.dispatchEvent(new CustomEvent("kanwerk:panel"));
  body.scrollTop = 0;
  body.tabIndex = -1;
  if (!body.querySelector("[data-focus]")) body.focus({ preventScroll: true });
}

function closed(): void {
  const was = shown;
  if (!was) return;
  shown = undefined;
  standsBehind(undefined);
  toasts(document.body);
  document.title = was.title;
  if (!byHistory) history.back();
  byHistory = false;
  focusLink(was);
  // Going back in the history takes the focus away once more.
  window.navigation?.addEventListener("navigatesuccess", () => focusLink(was), { once: true });
  // What was still being written is saved; what somebody else overtook comes back to be looked at.
  void leaveTask(was.dialog).then((fine) => {
    if (fine || shown || (was.warned && !was.dialog.querySelector("#task-conflict"))) return; // the second time it is left as it is
    history.pushState({ htmx: true, panel: was.key }, "", was.dialog.querySelector<HTMLElement>(".task")?.dataset["taskHere"] ?? "");
    shown = { ...was, warned: true };
    standsBehind(was.view);
    was.dialog.showModal();
    toasts(was.dialog);
    was.dialog.querySelector<HTMLElement>("#conflict-mine, [aria-invalid='true']")?.focus();
  });
}

// A link in the panel that leads to another page takes the panel away with the old one.
onContent(() => {
  if (!shown || shown.dialog.isConnected) return;
  shown = last = undefined;
  standsBehind(undefined);
});

function focusLink(was: Shown): void {
  const link = was.link?.isConnected ? was.link : document.querySelector<HTMLElement>(`a[data-task="${CSS.escape(was.key)}"]`);
  if (!shown) link?.focus({ preventScroll: true });
}

/** Close the panel, if it is open. */
export function closePanel(): void {
  shown?.dialog.close();
}

/** Say that the task in the panel has another key now. */
export function rename(key: string): void {
  if (shown) shown.key = key;
}

/** Where a link leads; one in a drawing tells it by its attribute only. */
const hrefOf = (link: Element): string => new URL(link.getAttribute("href") ?? "", location.href).href;

function links(): HTMLAnchorElement[] {
  const seen = new Set<string>();
  return [...document.querySelectorAll<HTMLAnchorElement>("a[data-task]")].filter((link) => {
    const key = link.dataset["task"] ?? "";
    if (link.closest("#task-panel") || seen.has(key) || link.offsetParent === null) return false;
    seen.add(key);
    return true;
  });
}

function step(by: number): void {
  if (!shown) return;
  const all = links();
  const here = all.findIndex((link) => link.dataset["task"] === shown?.key);
  const next = all[here + by];
  if (here >= 0 && next) void open(hrefOf(next), next.dataset["task"] ?? "", next);
}

document.addEventListener(
  "click",
  (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const link = target?.closest<HTMLAnchorElement>("a[data-task]");
    if (link && !link.closest(".page--task")) {
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      void open(hrefOf(link), link.dataset["task"] ?? "", link.closest("#task-panel") ? shown?.link : link);
    } else if (target?.closest("[data-panel-close]")) {
      closePanel();
    } else if (target?.closest("[data-panel-step]")) {
      step(Number(target.closest<HTMLElement>("[data-panel-step]")?.dataset["panelStep"]));
    } else if (shown && target?.closest("#task-panel [data-panel-reload]")) {
      event.preventDefault();
      event.stopPropagation();
      void open(location.href, shown.key, shown.link);
    }
  },
  { capture: true },
);

for (const name of ["pointerover", "focusin"]) {
  document.addEventListener(name, (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-task]") : null;
    if (link && !link.closest(".page--task")) void part(hrefOf(link));
  });
}

// Escape closes an open menu first, and the panel the next time.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Escape" && shown?.dialog.querySelector("details.menu[open]")) event.preventDefault();
  },
  { capture: true },
);

document.addEventListener("keydown", (event) => {
  if (!shown?.dialog.open || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target instanceof HTMLElement && event.target.matches("input, textarea, select")) return;
  if (document.querySelector("dialog[open]:not(#task-panel)") || shown.dialog.querySelector("details.menu[open]")) return;
  if (event.key === "j" || event.key === "ArrowRight") step(1);
  else if (event.key === "k" || event.key === "ArrowLeft") step(-1);
  else if (/^[a-z]$/.test(event.key)) {
    const found = shown.dialog.querySelector<HTMLElement>(`[data-key="${event.key}"]`);
    if (!found) return;
    found.click();
    found.closest("details")?.querySelector<HTMLElement>(".editor-area")?.focus();
  } else return;
  event.preventDefault();
});

window.addEventListener("popstate", (event) => {
  const state = event.state as { panel?: string } | null;
  if (shown && state?.panel === undefined) {
    byHistory = ours = true;
    shown.dialog.close();
    closed(); // at once: the event of the dialog comes later
  } else if (!shown && last?.main?.isConnected) {
    if (state?.panel !== undefined) void open(location.href, state.panel, last.link, false);
    ours = state?.panel !== undefined || location.href === last.view;
  }
  window.setTimeout(() => (ours = false), 200);
});

// The view is still there behind the panel: htmx need not fetch it.
document.addEventListener("htmx:before:history:restore", (event) => {
  if (ours) event.preventDefault();
});

window.addEventListener("beforeunload", (event) => {
  if (unsaved()) event.preventDefault();
});
