// Cells of a list are changed where they stand: `data-cell` names what, the server has the form. It is saved by Enter,
// by a choice and by leaving it; Escape leaves all as it was.

import htmx from "htmx.org";
import { ask as confirm } from "./confirm";
import { released } from "./dragging";
import { keyedInto } from "./keys";
import { catchUp } from "./live";
import { ask, Refused, send } from "./sending";
import { say, toast } from "./toasts";

const FIELD = "#cell-field";
const ROW_AND_ID = "row-".length + 36; // what the rows of one task have in common, whatever group they stand in

const formOf = (target: EventTarget | null): HTMLFormElement | null => (target instanceof Element ? target.closest<HTMLFormElement>("td[data-editing] > form.cell-edit") : null);

let opening = false;
let missed = false; // others changed the list, which waits for whoever writes in it
document.addEventListener("kanwerk:live", () => (missed ||= document.querySelector("form.cell-edit") !== null));

// What a swap takes away is neither changed nor left by anybody.
let swapping = false;
document.addEventListener("htmx:before:swap", (event) => (swapping = !event.defaultPrevented));
document.addEventListener("htmx:after:swap", () => (swapping = false));

/** The list as it is found again, with as many rows as it shows. */
function addressOf(list: Element): string {
  const here = new URL(location.href);
  const rows = list.querySelectorAll("[data-row]").length;
  if (rows) here.searchParams.set("rows", String(rows));
  return here.pathname + here.search;
}

async function open(opener: HTMLAnchorElement, byPointer = false): Promise<void> {
  const cell = opener.closest("td");
  const name = opener.dataset["cell"] ?? "";
  if (!cell || opening || cell.hasAttribute("data-editing")) return;
  opening = true;
  const ahead = { text: "", left: false, sent: false };
  const keep = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.key.length === 1) ahead.text += event.key;
    else if (event.key === "Backspace") ahead.text = ahead.text.slice(0, -1);
    else if (event.key === "Escape") ahead.left = true;
    else if (event.key === "Enter") ahead.sent = true;
  };
  document.addEventListener("keydown", keep, { capture: true });
  let form: HTMLFormElement | null = null;
  try {
    form = (await ask(`${opener.href}/cell?${new URLSearchParams({ name })}`)).querySelector<HTMLFormElement>("form.cell-edit");
  } catch (error) {
    if (!(error instanceof Refused)) say("unreachable", "error");
    else if (error.message) toast(error.message, "error");
  } finally {
    opening = false;
    document.removeEventListener("keydown", keep, { capture: true });
  }
  if (!form || ahead.left || !cell.isConnected) return;
  form = document.importNode(form, true);
  cell.dataset["editing"] = name;
  cell.append(form);
  const field = form.querySelector<HTMLInputElement | HTMLSelectElement>(FIELD);
  field?.focus();
  if (field instanceof HTMLInputElement && field.type === "text") {
    if (ahead.text) field.setRangeText(ahead.text, 0, field.value.length, "end");
    else field.select();
    if (ahead.sent) await save(form);
  } else if (byPointer || field instanceof HTMLSelectElement) {
    // Days are typed by whoever came by keyboard: their picker would take the keys.
    try {
      field?.showPicker();
    } catch {
      // A browser that opens it for the pointer alone.
    }
  }
}

/** Put a cell back as it was, and the list as others have made it meanwhile. */
function close(cell: HTMLElement): void {
  const form = cell.querySelector("form.cell-edit");
  const within = form?.contains(document.activeElement);
  const name = cell.dataset["editing"] ?? "";
  delete cell.dataset["editing"]; // first: what is taken away while it is written in says so
  form?.remove();
  if (within) back(cell.closest("tr")?.id ?? "", name);
  const list = cell.closest<HTMLElement>("#results");
  if (missed && list) void catchUp(list);
  missed = false;
}

/** Go on where the cell was opened; from its title that is the task. */
function back(row: string, name: string): void {
  const place = name === "title" ? "a[data-task]" : `[data-cell="${CSS.escape(name)}"]`;
  const now = document.getElementById(row) ?? document.querySelector(`tr[id^="${CSS.escape(row.slice(0, ROW_AND_ID))}"]`);
  now?.querySelector<HTMLElement>(place)?.focus({ preventScroll: true });
}

const written = (form: HTMLFormElement): string => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])).toString();

function changed(form: HTMLFormElement): boolean {
  const asItCame = form.cloneNode(true) as HTMLFormElement;
  asItCame.reset();
  return written(asItCame) !== written(form);
}

async function save(form: HTMLFormElement, more: [string, string][] = []): Promise<void> {
  const cell = form.closest("td");
  const list = form.closest<HTMLElement>("#results");
  if (!cell || !list || form.hasAttribute("data-saving")) return;
  const sent = written(form);
  form.toggleAttribute("data-saving", true);
  try {
    const fields = [...new FormData(form)] as [string, string][];
    const came = await send(form.action, [...fields, ["back", addressOf(list)], ...more]);
    const fresh = came.querySelector("#results");
    if (!fresh) {
      location.reload();
      return;
    }
    await released();
    const [row, name, within] = [cell.closest("tr")?.id ?? "", cell.dataset["editing"] ?? "", form.contains(document.activeElement)];
    delete cell.dataset["editing"];
    missed = false;
    await htmx.swap({ sourceElement: list, target: list, text: fresh.outerHTML, select: "#results", swap: "outerMorph ignoreTitle:true" });
    if (within) back(row, name);
  } catch (error) {
    // Asked while it still counts as being saved: the question takes the focus.
    const full = error instanceof Refused && error.code === "wip_limit" && more.length === 0;
    const anyway = full && (await confirm(error.message, list.dataset["saidFull"]));
    form.toggleAttribute("data-saving", false);
    if (anyway) await save(form, [["force", "true"]]);
    else if (full) close(cell);
    else if (error instanceof Refused) tell(form, error.message, sent);
    else say("unreachable", "error");
  }
}

/** What is wrong stands under what was typed; nothing where somebody is asked to sign in. */
function tell(form: HTMLFormElement, text: string, sent: string): void {
  const fault = form.querySelector<HTMLElement>(".cell-fault");
  const field = form.querySelector<HTMLElement>(FIELD);
  if (!fault || !field || !text) return;
  form.dataset["refused"] = sent;
  fault.textContent = text;
  fault.hidden = false;
  field.setAttribute("aria-invalid", "true");
}

/** Whoever leaves a cell has it saved; what was refused stays as it is until it is changed. */
async function leave(form: HTMLFormElement): Promise<void> {
  const cell = form.closest("td");
  if (!cell || form.hasAttribute("data-saving") || form.dataset["refused"] === written(form)) return;
  if (changed(form) && form.checkValidity()) {
    await save(form);
    return;
  }
  await released(); // rows that move under the pointer are not those that were pressed
  if (form.isConnected && !form.contains(document.activeElement)) close(cell);
}

document.addEventListener(
  "click",
  (event) => {
    const opener = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-cell]") : null;
    if (!opener || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    void open(opener, event.detail > 0);
  },
  { capture: true },
);

document.addEventListener("keydown", (event) => {
  const form = formOf(event.target);
  if (form && event.key === "Escape" && !event.defaultPrevented) {
    event.preventDefault();
    const cell = form.closest("td");
    if (cell) close(cell);
  } else if (form && event.key === "Enter" && event.target instanceof HTMLInputElement && !event.isComposing) {
    event.preventDefault();
    const cell = form.closest("td");
    if (!changed(form) && cell) close(cell);
    else if (form.reportValidity()) void save(form);
  } else if (event.key === "F2" && event.target instanceof Element) {
    const pencil = event.target.closest("tr")?.querySelector<HTMLAnchorElement>("[data-cell='title']");
    if (!pencil || form) return;
    event.preventDefault();
    void open(pencil);
  }
});

document.addEventListener("change", ({ target }) => {
  const form = formOf(target);
  const typed = target instanceof HTMLInputElement && target.type !== "checkbox" && (target.type !== "date" || keyedInto(target));
  if (form && !swapping && !typed) void save(form);
});

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const form = formOf(target);
  if (!form || swapping || !document.hasFocus() || (relatedTarget instanceof Node && form.contains(relatedTarget))) return;
  void leave(form);
});
