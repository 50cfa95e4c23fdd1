// Where one is stays where it was when the part of the page that holds it comes anew; a new page begins at its main
// part, and those who listen hear its title.

import { say } from "./saying";

const TITLE_MS = 100; // htmx gives the page its title after it is shown

interface Place {
  id: string;
  around: string;
  like: string;
}
let place: Place | undefined;
let path = location.pathname;

const quoted = (text: string | null): string => `"${CSS.escape(text ?? "")}"`;

/** How the same thing is found in what comes: its name among those of its kind. */
function likeness(element: Element): string {
  for (const name of ["name", "aria-label", "href", "data-task"]) {
    if (!element.hasAttribute(name)) continue;
    const value = name === "name" && element.hasAttribute("value") && element.matches("button") ? `[value=${quoted(element.getAttribute("value"))}]` : "";
    return `${element.localName}[${name}=${quoted(element.getAttribute(name))}]${value}`;
  }
  return element.localName;
}

document.addEventListener("htmx:before:swap", () => {
  const at = document.activeElement;
  if (!at || at === document.body) return;
  place = { id: at.id, around: at.parentElement?.closest("[id]")?.id ?? "", like: likeness(at) };
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const was = place;
  place = undefined;
  const whole = ctx.target === document.body;
  const now = whole && ctx.response ? new URL(ctx.response.raw.url).pathname : path;
  const elsewhere = now !== path;
  path = now;
  if (elsewhere) setTimeout(() => say("page-said", document.title, {}), TITLE_MS);
  if (!was || (document.activeElement && document.activeElement !== document.body)) return;
  if (document.querySelector("dialog:modal")) return;
  const main = document.querySelector<HTMLElement>("#main");
  const same = elsewhere ? null : ((was.id && document.getElementById(was.id)) || document.getElementById(was.around)?.querySelector<HTMLElement>(was.like));
  (same ?? main)?.focus({ preventScroll: true });
});
