// A task on its page or in the panel: each of its forms is sent by itself, and what comes back is morphed in.
// `data-autosave` sends on change, `data-leave-saves` when it is left, `data-fresh` is empty again afterwards.

import htmx from "htmx.org";
import { fold } from "./fold";
import { keyedInto } from "./keys";
import { closePanel, rename } from "./panel";
import { written } from "./mentions";
import { signedOut } from "./sending";
import { tellFrom, toast } from "./toasts";

let queue: Promise<unknown> = Promise.resolve();

const DAY_MS = 1500;

function taskOf(element: Element): HTMLElement | null {
  if (element.closest("#toasts")) return document.querySelector<HTMLElement>("#task-panel[open] .task, .page--task .task");
  return element.closest<HTMLElement>(".task");
}

/** Whether something is written that was not sent yet. */
export function unsaved(): boolean {
  return document.querySelector(".task form[data-touched][data-autosave], .task form[data-touched][data-leave-saves], .task form[data-saving]") !== null;
}

/** Send what is still being written; says whether all of it was taken. */
export async function leaveTask(root: ParentNode): Promise<boolean> {
  const open = root.querySelectorAll<HTMLFormElement>("form[data-touched][data-autosave], form[data-touched][data-leave-saves]");
  const sent = [...open].map((form) => save(form));
  return (await Promise.all(sent)).every(Boolean);
}

function bodyOf(form: HTMLFormElement, submitter?: HTMLElement | null): FormData | URLSearchParams {
  const data = new FormData(form, submitter ?? null);
  if (form.enctype === "multipart/form-data") return data;
  const body = new URLSearchParams();
  for (const [name, value] of data) if (typeof value === "string") body.append(name, value);
  return body;
}

// What is added by a form is added once, however often somebody presses while it is on its way.
const onTheWay = new WeakMap<HTMLFormElement, { said: string; turn: Promise<boolean> }>();

/** Send a form, one after the other; what comes back is shown. Says whether it was taken. */
export function save(form: HTMLFormElement, submitter?: HTMLElement | null): Promise<boolean> {
  const task = taskOf(form);
  if (!task) return Promise.resolve(false);
  const body = bodyOf(form, submitter);
  const said = form.hasAttribute("data-fresh") && body instanceof URLSearchParams ? body.toString() : "";
  const before = onTheWay.get(form);
  if (said && before?.said === said) return before.turn;
  form.toggleAttribute("data-touched", false);
  form.toggleAttribute("data-saving", true);
  const turn = queue.then(async () => {
    const version = form.querySelector<HTMLInputElement>("[name='version']")?.value;
    if (version !== undefined) body.set("version", version);
    return send(task, form.action, body, form);
  });
  queue = turn.catch(() => undefined);
  if (said) {
    onTheWay.set(form, { said, turn });
    void queue.then(() => onTheWay.get(form)?.turn === turn && onTheWay.delete(form));
  }
  return turn;
}

/** Post to a task and show what comes back. */
export async function send(task: HTMLElement, url: string, body: FormData | URLSearchParams, form?: HTMLFormElement): Promise<boolean> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true" } });
    text = await answer.text();
  } catch {
    return failed(task, form);
  }
  form?.toggleAttribute("data-saving", false);
  const page = new DOMParser().parseFromString(text, "text/html");
  const came = page.querySelector<HTMLElement>(".task");
  if (!came) {
    if (signedOut(answer)) {
      form?.toggleAttribute("data-touched", true);
      document.dispatchEvent(new CustomEvent("kanwerk:signed-out", { detail: { source: form } }));
      return false;
    }
    if (answer.redirected && !new URL(answer.url).pathname.includes("/tasks/")) location.assign(answer.url);
    return failed(task, form);
  }
  tellFrom(page);
  if (answer.ok && form?.hasAttribute("data-closes") && task.closest("#task-panel")) {
    closePanel();
    return true;
  }
  await show(task, came, text, answer.ok, body, form);
  return answer.ok;
}

/** Bring back what was deleted in a panel that is closed by now: the view stays. */
async function bringBack(url: string): Promise<void> {
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(), headers: { "HX-Request": "true" } });
  if (answer.ok) tellFrom(new DOMParser().parseFromString(await answer.text(), "text/html"));
  else location.assign(url.replace(/\/(?:restore|undo)(?:\?.*)?$/, ""));
}

function failed(task: HTMLElement, form?: HTMLFormElement): false {
  form?.toggleAttribute("data-saving", false);
  form?.toggleAttribute("data-touched", true);
  toast(task.dataset["failed"] ?? "", "error");
  return false;
}

async function show(task: HTMLElement, came: HTMLElement, text: string, ok: boolean, sent: FormData | URLSearchParams, form?: HTMLFormElement): Promise<void> {
  const here = came.dataset["taskHere"] ?? "";
  if (here !== task.dataset["taskHere"] && location.pathname === task.dataset["taskHere"]) {
    history.replaceState(history.state, "", here);
    rename(here.split("/").pop() ?? "");
  }
  if (ok && form) {
    adopt(form, came, sent);
    tidy(form);
  }
  if (!task.isConnected || came.id !== task.id) return;
  await htmx.swap({ sourceElement: task, target: task, text, select: `#${CSS.escape(came.id)}`, swap: "outerMorph ignoreTitle:true" });
  const now = document.getElementById(came.id) ?? task;
  settle(now);
  if (ok) return;
  const question = now.querySelector<HTMLElement>("form[data-hold] button");
  if (question) {
    form?.closest<HTMLDetailsElement>("details.menu")?.removeAttribute("open");
    question.focus();
  }
  // What is wrong stays as it was typed, whatever others change meanwhile. What was wrong before is no news.
  const faults = [...now.querySelectorAll<HTMLElement>("[aria-invalid='true']")];
  (now.querySelector<HTMLElement>("#conflict-mine") ?? faults.find((each) => !each.closest("form[data-touched]")))?.focus();
  for (const faulty of faults) faulty.closest("form")?.toggleAttribute("data-touched", true);
}

/** Close what a form that was taken stood in, and empty it for the next. */
function tidy(form: HTMLFormElement): void {
  if (form.hasAttribute("data-fresh")) form.reset();
  const around = form.closest<HTMLDetailsElement>("details.task-more, details.task-edit, details.menu");
  if (!around?.open || form.matches(".picker-panel, [data-autosave]")) return;
  const inside = around.contains(document.activeElement);
  around.open = false;
  if (inside) around.querySelector("summary")?.focus();
}

/** A form that is written on while it is saved goes on from what was just saved, if that is what is there now. */
function adopt(form: HTMLFormElement, came: HTMLElement, sent: FormData | URLSearchParams): void {
  const version = form.querySelector<HTMLInputElement>("[name='version']");
  const path = new URL(form.action).pathname;
  const fresh = [...came.querySelectorAll<HTMLFormElement>("form")].find((each) => each.getAttribute("action") === path);
  const now = fresh?.querySelector<HTMLInputElement>("[name='version']");
  const text = fresh?.querySelector("textarea");
  if (version && now && text && words(text.value) === words(String(sent.get(text.name) ?? ""))) version.value = now.value;
}

function words(text: string): string {
  return text.split(/\s+/).filter(Boolean).join(" ");
}

/** Show what the server has in each form that nobody is writing on. */
export function settle(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form:not([data-touched], [data-saving])")) {
    for (const control of form.elements) {
      if (control instanceof HTMLTextAreaElement || (control instanceof HTMLInputElement && !["checkbox", "radio", "file"].includes(control.type))) {
        const now = control instanceof HTMLTextAreaElement ? written(control, control.defaultValue) : control.defaultValue;
        if (!control.hasAttribute("data-narrow") && control.value !== now) control.value = now;
      } else if (control instanceof HTMLInputElement) {
        if (control.type === "checkbox") control.checked = control.defaultChecked;
      } else if (control instanceof HTMLSelectElement && form.matches("[data-autosave]")) {
        for (const option of control.options) option.selected = option.defaultSelected;
      }
    }
  }
}

document.addEventListener("htmx:after:swap", () => {
  for (const task of document.querySelectorAll(".task")) settle(task);
});

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || form.matches("[data-send-files]")) return;
    const undo = form.closest(".toast");
    if (undo ? !/\/tasks\/[^?]*\/(?:restore$|undo\?)/.test(form.action) : !taskOf(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    undo?.remove();
    void (taskOf(form) ? save(form, event.submitter) : bringBack(form.action));
  },
  { capture: true },
);

// A day that is typed is another one after each key: it is saved when one leaves it, or has stopped for a while.
let pause = 0;

function saveDay(field: HTMLInputElement, left: boolean): void {
  clearTimeout(pause);
  const form = field.form;
  if (!form?.isConnected || !form.hasAttribute("data-touched")) return;
  if (form.checkValidity()) form.requestSubmit();
  else if (left) {
    form.removeAttribute("data-touched");
    settle(form.parentElement ?? form);
  }
}

document.addEventListener("focusout", ({ target }) => {
  if (target instanceof HTMLInputElement && target.type === "date" && target.closest(".task form[data-autosave]")) saveDay(target, true);
});

document.addEventListener("change", ({ target }) => {
  const form = target instanceof Element ? target.closest<HTMLFormElement>(".task form[data-autosave]") : null;
  if (!form || (target instanceof Element && target.matches("[data-narrow]"))) return;
  if (target instanceof HTMLInputElement && target.type === "date" && keyedInto(target)) {
    form.setAttribute("data-touched", "");
    clearTimeout(pause);
    pause = window.setTimeout(() => saveDay(target, false), DAY_MS);
    return;
  }
  if (form.checkValidity()) form.requestSubmit();
  else settle(form.parentElement ?? form);
});

document.addEventListener("focusout", (event) => {
  const form = event.target instanceof Element ? event.target.closest<HTMLFormElement>(".task form[data-leave-saves][data-touched]") : null;
  const next = event.relatedTarget;
  if (!form || (next instanceof Node && form.contains(next)) || (next === null && !document.hasFocus())) return;
  form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (!(target instanceof HTMLElement) || !target.closest(".task")) return;
  if (event.key === "Enter" && target.matches("[data-one-line]") && !event.isComposing) {
    event.preventDefault();
    target.closest("form")?.requestSubmit();
    if (target.matches("[data-todo-title]")) target.closest(".task")?.querySelector<HTMLElement>("#add-todo")?.focus();
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.matches("textarea")) {
    event.preventDefault();
    target.closest("form")?.requestSubmit();
  } else if (event.key === "Escape") {
    const edit = target.closest<HTMLDetailsElement>("details.task-edit[open], details.task-more[open]");
    if (!edit || event.defaultPrevented) return;
    event.preventDefault();
    const form = edit.querySelector<HTMLFormElement>("form[data-touched][data-leave-saves]");
    if (form) form.requestSubmit();
    else edit.open = false;
    edit.querySelector("summary")?.focus();
  }
});

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const text = target?.closest<HTMLElement>("[data-edit-text]");
  const address = target?.closest<HTMLElement>("[data-copy-address]");
  if (text && !target?.closest("a") && document.getSelection()?.isCollapsed !== false) {
    const edit = text.parentElement?.querySelector<HTMLDetailsElement>("details.task-edit");
    if (edit) write(edit);
  } else if (target?.closest("[data-cancel-edit]")) {
    const edit = target.closest<HTMLDetailsElement>("details");
    if (edit) edit.open = false;
    edit?.querySelector("summary")?.focus();
  } else if (address) {
    const url = new URL(address.dataset["copyAddress"] ?? "", location.href).href;
    void navigator.clipboard.writeText(url).then(() => toast(address.closest<HTMLElement>(".task")?.dataset["linked"] ?? ""));
  }
});

// What one writes in is open and has the focus at once: `toggle` would come after the next key.
const WRITTEN = "[data-narrow], .editor-area, .task-row-form .input";

function write(edit: HTMLDetailsElement): void {
  edit.open = true;
  edit.querySelector<HTMLElement>(WRITTEN)?.focus({ preventScroll: true });
  if (edit.matches(".task-edit")) edit.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const edit = event.target instanceof Element ? event.target.closest("summary")?.parentElement : null;
  if (!(edit instanceof HTMLDetailsElement) || edit.open || !edit.closest(".task") || !edit.querySelector(WRITTEN)) return;
  event.preventDefault();
  write(edit);
});

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || !target.matches("[data-narrow]")) return;
  target.form?.removeAttribute("data-touched");
  const wanted = fold(target.value);
  for (const item of target.form?.querySelectorAll<HTMLElement>(".picker-list .menu-item") ?? []) {
    item.hidden = !fold(item.textContent ?? "").includes(wanted);
  }
});
