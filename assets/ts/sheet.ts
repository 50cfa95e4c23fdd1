// The sheet of shortcuts says what this page really offers, then what goes everywhere.

import { onContent } from "./htmx";
import { type Offer, offers } from "./offers";

const MAC = /mac|iphone|ipad/i.test(navigator.platform);

onContent(() => {
  if (MAC) for (const each of document.querySelectorAll("[data-mod]")) each.textContent = "⌘";
});

// Before the dialog is shown, which menus.ts does on the same click.
document.addEventListener(
  "click",
  ({ target }) => {
    const sheet = document.querySelector<HTMLElement>("#keys");
    if (sheet && target instanceof Element && target.closest("[data-dialog='keys']")) fill(sheet);
  },
  { capture: true },
);

function fill(sheet: HTMLElement): void {
  const body = sheet.querySelector(".keys-groups");
  const template = sheet.querySelector("template")?.content.firstElementChild;
  if (!body || !template) return;
  for (const old of body.querySelectorAll("[data-made]")) old.remove();
  const groups = new Map<string, Offer[]>();
  for (const offer of offers("[data-key], [data-shortcut]")) {
    if (["?", "/"].includes(offer.keys.join(" ")) || offer.element.closest(".toast")) continue;
    const name = offer.group || (sheet.dataset["page"] ?? "");
    groups.set(name, [...(groups.get(name) ?? []), offer]);
  }
  const here = sheet.dataset["page"] ?? "";
  const ordered = [...groups].sort(([one], [other]) => Number(other === here) - Number(one === here));
  for (const [name, those] of ordered.reverse()) body.prepend(section(template, name, those, sheet.dataset["then"] ?? ""));
}

function section(template: Element, name: string, those: Offer[], then: string): HTMLElement {
  const made = template.cloneNode(true) as HTMLElement;
  made.dataset["made"] = "";
  made.querySelector("h3")?.append(name);
  for (const { label, keys } of those) {
    const [line, term, detail] = ["div", "dt", "dd"].map((tag) => document.createElement(tag)) as [HTMLElement, HTMLElement, HTMLElement];
    term.append(label);
    keys.forEach((key, index) => {
      const pressed = document.createElement("kbd");
      pressed.append(key);
      detail.append(...(index ? [` ${then} `] : []), pressed);
    });
    line.append(term, detail);
    made.querySelector("dl")?.append(line);
  }
  return made;
}
