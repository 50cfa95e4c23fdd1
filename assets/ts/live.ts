// What others change shows by itself. One tab of a space listens to the server and tells the rest; each tab
// then asks for its own page anew and morphs the parts marked `data-live="client client:<id> project:<id>"`.

import htmx from "htmx.org";
import { released } from "./dragging";
import { onContent } from "./htmx";

interface Change {
  sequence: number;
  type: string;
  kind: string;
  id: string;
  project_id: string | null;
}
type Told = { name: "change"; change: Change } | { name: "notices"; data: unknown } | { name: "reset" | "gone" } | { name: "at"; sequence: number };

const PAUSE_MS = 120;
const RETRY_MS = 10_000;
const NAMES = ["change", "notices", "reset", "gone"] as const;

let url = "";
let seen = 0;
let channel: BroadcastChannel | undefined;
let stop: (() => void) | undefined;
let changed = new Set<string>();
let everything = false;
let timer = 0;
let asking = false;
let behind: string | undefined;

/** Say at which address the view is found that a panel covers, while the window is at the panel's own. */
export function standsBehind(url: string | undefined): void {
  behind = url;
}

/** The address of the page that a part of what is shown came from. */
function addressOf(part: HTMLElement): string {
  const task = part.closest("#task-panel")?.querySelector<HTMLElement>("[data-task-here]");
  return new URL(task?.dataset["taskHere"] ?? behind ?? location.href, location.href).href;
}

onContent(() => {
  const place = document.querySelector<HTMLElement>("[data-live-url]");
  const wanted = place?.dataset["liveUrl"] ?? "";
  if (wanted === url) return;
  stop?.();
  url = wanted;
  if (place) begin(Number(place.dataset["liveAfter"] ?? 0));
});

function begin(after: number): void {
  seen = after;
  const own = (channel = new BroadcastChannel(`kanwerk ${url}`));
  own.onmessage = (event: MessageEvent<Told | { name: "hello" }>) => {
    if (event.data.name === "hello") {
      if (stream) own.postMessage({ name: "at", sequence: seen } satisfies Told);
    } else {
      hear(event.data);
    }
  };
  own.postMessage({ name: "hello" });
  const ended = new AbortController();
  let stream: EventSource | undefined;
  let again = 0;
  const listen = () => {
    stream = new EventSource(`${url}?after=${seen}`);
    for (const name of NAMES) {
      stream.addEventListener(name, (event: MessageEvent<string>) => {
        const data = JSON.parse(event.data) as unknown;
        const told = name === "change" ? { name, change: data as Change } : name === "notices" ? { name, data } : { name };
        own.postMessage(told);
        hear(told);
      });
    }
    // A refusal ends an EventSource for good; a server that starts anew refuses for a moment.
    stream.onerror = () => {
      if (stream?.readyState === EventSource.CLOSED) again = window.setTimeout(listen, RETRY_MS);
    };
  };
  // The lock is held as long as the tab lives: the next one in the queue takes over.
  void navigator.locks
    .request(`kanwerk ${url}`, { signal: ended.signal }, () => {
      listen();
      return new Promise<void>((resolve) => ended.signal.addEventListener("abort", () => resolve()));
    })
    .catch(() => undefined);
  stop = () => {
    ended.abort();
    clearTimeout(again);
    stream?.close();
    own.close();
  };
}

function hear(told: Told): void {
  if (told.name === "change") {
    const { sequence, kind, id, project_id: project } = told.change;
    seen = Math.max(seen, sequence);
    for (const each of [kind, `${kind}:${id}`, project === null ? "" : `project:${project}`]) changed.add(each);
  } else if (told.name === "notices") {
    changed.add("notices");
  } else if (told.name === "at") {
    if (told.sequence > seen) everything = true;
    seen = Math.max(seen, told.sequence);
  } else if (told.name === "gone") {
    document.dispatchEvent(new CustomEvent("kanwerk:signed-out", { detail: { gone: true } }));
    return;
  } else {
    everything = true;
  }
  document.dispatchEvent(new CustomEvent("kanwerk:live", { detail: told }));
  if (!timer) timer = window.setTimeout(refresh, PAUSE_MS);
}

function touched(element: HTMLElement): boolean {
  return everything || (element.dataset["live"] ?? "").split(" ").some((each) => changed.has(each));
}

/** A part that asks something, `data-hold`, or says what is wrong with what was typed stays until that is answered. */
const held = (part: HTMLElement): boolean => part.querySelector("[data-hold], [aria-invalid='true']") !== null;

async function refresh(): Promise<void> {
  timer = 0;
  const parts = [...document.querySelectorAll<HTMLElement>("[data-live][id]")].filter((part) => touched(part) && !held(part));
  if (asking) {
    timer = window.setTimeout(refresh, PAUSE_MS);
    return;
  }
  changed = new Set();
  everything = false;
  if (parts.length === 0) return;
  asking = true;
  try {
    const pages = new Map<string, HTMLElement[]>();
    for (const part of parts) pages.set(addressOf(part), [...(pages.get(addressOf(part)) ?? []), part]);
    await Promise.all([...pages].map(([url, those]) => refetch(url, those)));
  } catch {
    // The server cannot be reached: the stream will tell when it is back, by `reset` or what was missed.
  } finally {
    asking = false;
  }
}

/** Ask for a part anew that was held while others changed it. */
export async function catchUp(part: HTMLElement): Promise<void> {
  await refetch(addressOf(part), [part]).catch(() => undefined);
}

async function refetch(url: string, parts: HTMLElement[]): Promise<void> {
  // Rows that came by scrolling stay: the page is asked for as many as it shows.
  const here = new URL(url);
  const rows = Math.max(0, ...parts.map((part) => part.querySelectorAll("[data-row]").length));
  if (rows) here.searchParams.set("rows", String(rows));
  const inPanel = parts.every((part) => part.closest("#task-panel"));
  const answer = await fetch(here, { headers: { "HX-Request": "true", ...(inPanel ? { "HX-Request-Type": "partial" } : {}) } });
  const moved = answer.redirected && !(here.pathname.includes("/tasks/") && answer.url.includes("/tasks/"));
  if (moved) document.dispatchEvent(new CustomEvent("kanwerk:signed-out", { detail: { gone: true } }));
  else if (answer.ok) await show(await answer.text(), parts);
}

async function show(text: string, parts: HTMLElement[]): Promise<void> {
  for (const part of parts) {
    // A question may have come while the page was asked for: what stands in it is not to be lost.
    await released();
    if (!part.isConnected || held(part)) continue;
    if (!text.includes(`id="${part.id}"`)) continue; // that page has no such part: nothing to say of this one
    const select = `#${CSS.escape(part.id)}`;
    await htmx.swap({ sourceElement: part, target: part, text, select, swap: "outerMorph ignoreTitle:true" });
  }
}

// What somebody is at stays as they left it: a form with unsent words, a list that
// they narrow, an open menu or dialog.
htmx.registerExtension("live", {
  htmx_before_morph_node: (element: Element) => !element.matches("[data-touched], [data-saving], form:has([data-narrow]:not(:placeholder-shown))"),
  htmx_before_morph_attr: (_: Element, detail: { attrName: string; newValue: string | null }) =>
    detail.attrName !== "style" && !(detail.attrName === "open" && detail.newValue === null),
});
document.addEventListener("input", ({ target }) => mark(target, true));
document.addEventListener("reset", ({ target }) => mark(target, false));
document.addEventListener("submit", ({ target }) => mark(target, false), { capture: true });

function mark(target: EventTarget | null, touched: boolean): void {
  if (target instanceof Element) target.closest("[data-live] form")?.toggleAttribute("data-touched", touched);
}
