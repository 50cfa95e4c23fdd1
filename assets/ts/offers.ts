// What a page offers: every element with `data-key` or `data-action` is something one can do, told by its label.

export interface Offer {
  label: string;
  keys: string[];
  group: string;
  element: HTMLElement;
}

/** Do what an element is for: a field takes the cursor, the rest is clicked. */
export function perform(element: HTMLElement): void {
  if (element instanceof HTMLInputElement && !element.matches("[type='checkbox'], [type='radio']")) {
    element.focus();
    element.select();
  } else {
    element.click();
  }
}

/** The words an element goes by: its own label, else what it says. */
export function labelOf(element: HTMLElement): string {
  const told = element.dataset["label"] ?? element.getAttribute("aria-label");
  if (told) return told.trim();
  if (element instanceof HTMLInputElement) return (element.labels?.[0]?.textContent ?? element.placeholder).trim();
  const copy = element.cloneNode(true) as HTMLElement;
  for (const each of copy.querySelectorAll("kbd, svg, .count, .visually-hidden, [aria-hidden='true']")) each.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** Everything the page offers now, in its order, each label once. What is switched off is not there. */
export function offers(selector: string): Offer[] {
  const found = new Map<string, Offer>();
  for (const element of document.querySelectorAll<HTMLElement>(selector)) {
    if (element.matches(":disabled, [aria-disabled='true']") || element.closest("[hidden], template, dialog:not([open])")) continue;
    const label = labelOf(element);
    const place = element.closest<HTMLElement>("[data-keys], nav[aria-label], [role='toolbar'][aria-label]");
    const group = place?.dataset["keys"] ?? place?.getAttribute("aria-label") ?? "";
    const keys = (element.dataset["key"] ?? element.dataset["shortcut"] ?? "").split(" ").filter(Boolean);
    if (label && !found.has(`${group}\n${label}`)) found.set(`${group}\n${label}`, { label, keys, group, element });
  }
  return [...found.values()];
}

/** Text as it is compared: small letters without marks. */
export function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").toLowerCase();
}

/** Whether each word that is asked for begins a word of the text. */
export function fits(text: string, asked: string): boolean {
  const words = fold(text).split(/[^\p{L}\p{N}]+/u);
  return fold(asked).split(/[^\p{L}\p{N}]+/u).every((each) => words.some((word) => word.startsWith(each)));
}
