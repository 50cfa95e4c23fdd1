// Cells of a list are changed where they stand: `data-cell` names what, the server has the form. It is saved by Enter,
// by a choice and by leaving it; Escape leaves all as it was.

import htmx from "htmx.org";
import { ask as confirm } from "./confirm";
import { keyedInto } from "./keys";
import { ask, Refused, send } from "./sending";
import { say, toast } from "./toasts";

const FIELD = "#cell-field";

// Of a cell that is open: one that is taken away while it is written in says so by `change` and `focusout`.
const formOf = (target: EventTarget | null): HTMLFormElement | null => (target instanceof Element ? target.closest<HTMLFormElement>("td[data-editing] > form.cell-edit") : null);

/** The list as it is found again, with as many rows as it shows. */
function addressOf(list: Element): string {
  const here = new URL(location.href);
  const rows = list.querySelectorAll("[data-row]").length;
  if (rows) here.searchParams.set("rows", String(rows));
  return here.pathname + here.search;
}

async function open(opener: HTMLAnchorElement, byPointer = false): Promise<void> {
  const cell = opener.closest("td");
  const list = opener.closest("#results");
  if (!cell || !list || cell.hasAttribute("data-editing")) return;
  cell.dataset["editing"] = opener.dataset["cell"] ?? "";
  cell.dataset["touched"] = ""; // stays while others change the list
  let ahead = "";
  const keep = (event: KeyboardEvent) => {
    if (event.key.length > 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ahead += event.key;
  };
  document.addEventListener("keydown", keep, { capture: true });
  try {
    const asked = new URLSearchParams({ name: opener.dataset["cell"] ?? "", back: addressOf(list) });
    const form = (await ask(`${opener.href}/cell?${asked}`)).querySelector("form.cell-edit");
    if (!form) throw new Refused(404, "", "");
    cell.append(document.importNode(form, true));
  } catch (error) {
    close(cell);
    if (error instanceof Refused) toast(error.message, "error");
    else say("unreachable", "error");
    return;
  } finally {
    document.removeEventListener("keydown", keep, { capture: true });
  }
  const field = cell.querySelector<HTMLInputElement | HTMLSelectElement>(FIELD);
  field?.focus();
  if (field instanceof HTMLInputElement && field.type === "text") {
    if (ahead) field.value = ahead; // typed before the form was there
    else field.select();
  } else if (byPointer || field instanceof HTMLSelectElement) {
    // Days are typed by whoever came by keyboard: their picker would take the keys.
    try {
      field?.showPicker();
    } catch {
      // A browser that opens it for the pointer alone.
    }
  }
}

/** Put a cell back as it was. */
function close(cell: HTMLElement): void {
  const within = cell.querySelector("form.cell-edit")?.contains(document.activeElement);
  const name = cell.dataset["editing"] ?? "";
  delete cell.dataset["editing"];
  delete cell.dataset["touched"];
  cell.querySelector("form.cell-edit")?.remove();
  if (within) back(cell.closest("tr")?.id ?? "", name);
}

/** Go on where the cell was opened; from its title that is the task. */
function back(row: string, name: string): void {
  const place = name === "title" ? "a[data-task]" : `[data-cell="${CSS.escape(name)}"]`;
  document.getElementById(row)?.querySelector<HTMLElement>(place)?.focus({ preventScroll: true });
}

const written = (form: HTMLFormElement): string => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])).toString();

function changed(form: HTMLFormElement): boolean {
  const now = written(form);
  const asItCame = form.cloneNode(true) as HTMLFormElement;
  asItCame.reset();
  return written(asItCame) !== now;
}

async function save(form: HTMLFormElement, more: [string, string][] = []): Promise<void> {
  const cell = form.closest("td");
  const list = form.closest<HTMLElement>("#results");
  if (!cell || !list || form.hasAttribute("data-saving")) return;
  if (!changed(form)) {
    close(cell);
    return;
  }
  if (!form.reportValidity()) return;
  form.toggleAttribute("data-saving", true);
  try {
    const came = await send(form.action, [...([...new FormData(form)] as [string, string][]), ...more]);
    const fresh = came.querySelector("#results");
    if (!fresh) {
      location.reload();
      return;
    }
    const [row, name, within] = [cell.closest("tr")?.id ?? "", cell.dataset["editing"] ?? "", form.contains(document.activeElement)];
    delete cell.dataset["touched"];
    await htmx.swap({ sourceElement: list, target: list, text: fresh.outerHTML, select: "#results", swap: "outerMorph ignoreTitle:true" });
    if (within) back(row, name);
  } catch (error) {
    // Asked while it still counts as being saved: the question takes the focus.
    const full = error instanceof Refused && error.code === "wip_limit" && more.length === 0;
    const anyway = full && (await confirm(error.message, list.dataset["saidFull"]));
    form.toggleAttribute("data-saving", false);
    if (anyway) await save(form, [["force", "true"]]);
    else if (full) close(cell);
    else if (error instanceof Refused) tell(form, error.message);
    else say("unreachable", "error");
  }
}

/** What is wrong stands under what was typed; nothing where somebody is asked to sign in. */
function tell(form: HTMLFormElement, text: string): void {
  const fault = form.querySelector<HTMLElement>(".cell-fault");
  const field = form.querySelector<HTMLElement>(FIELD);
  if (!fault || !field || !text) return;
  fault.textContent = text;
  fault.hidden = false;
  field.setAttribute("aria-invalid", "true");
  field.focus();
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
    void save(form);
  } else if (event.key === "F2" && event.target instanceof Element) {
    const pencil = event.target.closest("tr")?.querySelector<HTMLAnchorElement>("[data-cell='title']");
    if (!pencil || form) return;
    event.preventDefault();
    void open(pencil);
  }
});

document.addEventListener("change", ({ target }) => {
  const form = formOf(target);
  if (form && !(target instanceof HTMLInputElement && target.type === "date" && keyedInto(target))) void save(form);
});

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const form = formOf(target);
  if (!form || !document.hasFocus() || (relatedTarget instanceof Node && form.contains(relatedTarget))) return;
  void save(form);
});
