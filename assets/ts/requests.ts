// What happens around every request: progress, clean addresses, answers that are not what was asked for.

import { onContent } from "./htmx";
import { refusal, signedOut, tellFlashes } from "./sending";
import { say, tellFrom, toast } from "./toasts";

let running = 0;

document.addEventListener("htmx:before:request", () => {
  running += 1;
  document.documentElement.classList.add("busy");
});

document.addEventListener("htmx:finally:request", () => {
  running = Math.max(0, running - 1);
  if (running === 0) document.documentElement.classList.remove("busy");
});

// A filter that is not set has no place in the address. Words that were looked for as they were typed are not looked
// for again when their field is left: whoever left it to click into the answer would have it replaced under the pointer.
const asked = new WeakMap<Element, string>();
document.addEventListener("htmx:config:request", (event) => {
  const { request, sourceElement, sourceEvent } = event.detail.ctx;
  const { body } = request;
  if (!(body instanceof FormData) || !sourceElement.matches("form[data-prune]")) return;
  for (const [name, value] of [...body]) if (value === "") body.delete(name);
  const fields = new URLSearchParams([...body].map(([name, value]) => [name, String(value)])).toString();
  const left = sourceEvent?.type === "change" && sourceEvent.target instanceof Element && sourceEvent.target.matches("[type='search']");
  if (left && asked.get(sourceElement) === fields) event.preventDefault();
  asked.set(sourceElement, fields);
});

// A part of a page was asked for and a whole page came (signed out, or a fault): never put that into the part.
document.addEventListener("htmx:before:swap", (event) => {
  const { target, response, request, sourceElement } = event.detail.ctx;
  const leaving = sourceElement.matches("form[action='/sign-out']") || !document.querySelector("#signed-out-template");
  if (response && !leaving && signedOut(response.raw) && (target !== document.body || request.method === "POST")) {
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("kanwerk:signed-out", { detail: { source: sourceElement } }));
    return;
  }
  if (!response || target === document.body) return;
  tellFlashes(response.raw);
  if (request.method === "POST") tellFrom(new DOMParser().parseFromString(event.detail.ctx.text ?? "", "text/html"));
  if (response.status >= 400) {
    event.preventDefault();
    asked.delete(sourceElement);
    if (sourceElement instanceof HTMLFormElement && sourceElement.matches(".cell")) sourceElement.reset();
    const why = refusal(response.raw);
    if (why) toast(why, "error");
    else say("failed", "error");
  } else if (response.raw.redirected && new URL(response.raw.url).pathname !== location.pathname) {
    event.preventDefault();
    location.assign(response.raw.url);
  }
});

// Saving to the page's own address adds no step to the history.
document.addEventListener("htmx:before:history:update", (event) => {
  const { history } = (event as CustomEvent<{ history: { type: string; path: string } }>).detail;
  if (history.type === "push" && history.path === location.pathname + location.search) event.preventDefault();
});

// What is changed in a list that was scrolled, or added to it, comes back with as many rows as it shows.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const { body } = ctx.request;
  const rows = ctx.sourceElement.closest("#results")?.querySelectorAll("[data-row]").length;
  if (!(body instanceof FormData) || !body.has("back") || !rows) return;
  const name = ctx.sourceElement.matches(".cell") ? "back" : "filters";
  const [address = "", query = ""] = name === "back" ? String(body.get(name)).split("?") : ["", String(body.get(name) ?? "")];
  body.set(name, `${address}${address && "?"}${query}${query && "&"}rows=${rows}`);
});

document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
  if (ctx) asked.delete(ctx.sourceElement);
  if (error instanceof TypeError || (error instanceof DOMException && error.name === "AbortError")) {
    say("unreachable", "error");
  }
});

/** After a form came back with faults, start at the first one. */
function start(within: ParentNode): void {
  const faulty = within.querySelector<HTMLElement>("[aria-invalid='true']");
  (faulty ?? within.querySelector<HTMLElement>("[data-focus]"))?.focus({ preventScroll: !faulty });
}

// A select that was used shows what was chosen there, whatever the page says since.
onContent(() => {
  for (const option of document.querySelectorAll<HTMLOptionElement>(".cell-select:not(:focus) option")) option.selected = option.defaultSelected;
});

onContent(() => {
  document.documentElement.lang = document.querySelector<HTMLElement>("[data-language]")?.dataset["language"] ?? document.documentElement.lang;
});
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => start(document), { once: true });
else start(document);
// A task says itself what is wrong with it, and what others change takes nobody's place.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const { target, sourceElement } = ctx;
  if (target instanceof Element && target.isConnected && !target.closest(".task, #task-panel") && !sourceElement.matches("[data-live]")) start(target);
});
