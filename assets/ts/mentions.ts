// Mentions as they are written: "@Mia Berger". Markdown keeps whom that means, `[@Mia Berger](user:<id>)`; while one
// writes it is remembered beside the field, and put back into what is sent.

import { onContent } from "./htmx";

const KEPT = /\[@([^\]\n]+)\]\(user:([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\)/g;
const known = new WeakMap<HTMLTextAreaElement, Map<string, string>>();

function namesIn(area: HTMLTextAreaElement): Map<string, string> {
  const found = known.get(area) ?? new Map<string, string>();
  known.set(area, found);
  return found;
}

/** Remember whom a name means in this field, and return what is written for it. */
export function mention(area: HTMLTextAreaElement, name: string, id: string): string {
  const names = namesIn(area);
  if ((names.get(name) ?? id) !== id) return `[@${name}](user:${id})`; // two of the same name
  names.set(name, id);
  return `@${name}`;
}

/** Whether a word is the name of somebody who is mentioned already. */
export const mentioned = (area: HTMLTextAreaElement, word: string): boolean => namesIn(area).has(word.trimEnd());

/** Markdown as it is written in this field. */
export const written = (area: HTMLTextAreaElement, text: string): string => text.replace(KEPT, (_, name: string, id: string) => mention(area, name, id));

/** What is written in this field, as Markdown. */
export function markdownOf(area: HTMLTextAreaElement): string {
  const names = namesIn(area);
  if (names.size === 0) return area.value;
  const any = [...names.keys()].sort((one, other) => other.length - one.length).map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return area.value.replace(new RegExp(`(^|[^\\p{L}\\p{N}\\[])@(${any.join("|")})(?![\\p{L}\\p{N}])`, "gu"), (_, before: string, name: string) => `${before}[@${name}](user:${names.get(name)})`);
}

function show(): void {
  for (const area of document.querySelectorAll<HTMLTextAreaElement>("form:not([data-touched], [data-saving]) .editor-area")) {
    if (area.value === area.defaultValue && area.value.includes("](user:")) area.value = written(area, area.value);
  }
}

onContent(show);
document.addEventListener("reset", () => setTimeout(show));

document.addEventListener("formdata", (event) => {
  if (!(event.target instanceof HTMLFormElement)) return;
  for (const area of event.target.querySelectorAll<HTMLTextAreaElement>(".editor-area")) {
    if (area.name && event.formData.has(area.name)) event.formData.set(area.name, markdownOf(area));
  }
});
