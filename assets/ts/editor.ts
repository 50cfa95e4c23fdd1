// A field for Markdown, `[data-editor]`: tool bar, preview, and files that are pasted, dropped or chosen.

import { markdownOf } from "./mentions";
import { send as post } from "./task";
import { toast } from "./toasts";

function areaOf(editor: Element | null): HTMLTextAreaElement | null {
  return editor?.querySelector<HTMLTextAreaElement>(".editor-area") ?? null;
}

/** Put text in place of what is chosen, as if it was typed: the browser's undo knows it. */
export function put(area: HTMLTextAreaElement, text: string, start = area.selectionStart, end = area.selectionEnd): void {
  area.focus();
  area.setRangeText(text, start, end, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function wrap(area: HTMLTextAreaElement, mark: string): void {
  const { selectionStart: start, selectionEnd: end, value } = area;
  put(area, mark + value.slice(start, end) + mark);
  area.setSelectionRange(start + mark.length, end + mark.length);
}

function prefix(area: HTMLTextAreaElement, mark: string): void {
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const lines = area.value.slice(start, area.selectionEnd).split("\n");
  put(area, lines.map((line) => (line.startsWith(mark) ? line.slice(mark.length) : mark + line)).join("\n"), start, area.selectionEnd);
}

function link(area: HTMLTextAreaElement): void {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end);
  put(area, `[${chosen}]()`);
  const at = chosen ? start + chosen.length + 3 : start + 1;
  area.setSelectionRange(at, at);
}

function apply(tool: HTMLElement, area: HTMLTextAreaElement): void {
  if (tool.dataset["wrap"] !== undefined) wrap(area, tool.dataset["wrap"]);
  else if (tool.dataset["prefix"] !== undefined) prefix(area, tool.dataset["prefix"]);
  else if (tool.dataset["link"] !== undefined) link(area);
}

async function look(editor: HTMLElement, tool: HTMLElement): Promise<void> {
  const area = areaOf(editor);
  const place = editor.querySelector<HTMLElement>(".editor-preview");
  if (!area || !place) return;
  const on = tool.getAttribute("aria-pressed") !== "true";
  if (on) {
    const answer = await fetch(editor.dataset["preview"] ?? "", { method: "POST", body: new URLSearchParams({ text: markdownOf(area) }) });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...[...page.body.childNodes].map((node) => document.importNode(node, true)));
  }
  tool.setAttribute("aria-pressed", String(on));
  place.hidden = !on;
  area.hidden = on;
  if (!on) area.focus();
}

/** Send files one by one; each leaves its link where the cursor was. */
async function sendAll(editor: HTMLElement, files: Iterable<File>): Promise<void> {
  const area = areaOf(editor);
  const task = editor.closest<HTMLElement>(".task");
  if (!area) return;
  for (const file of files) {
    const name = file.name || "file";
    const mark = `![${name.replace(/[[\]]/g, "")}](…)`;
    put(area, mark);
    const text = (await send(editor.dataset["files"] ?? "", file)) ?? "";
    const at = area.value.indexOf(mark);
    if (at >= 0) put(area, text, at, at + mark.length);
    if (!text) toast(task?.dataset["unsent"] ?? "", "error");
  }
}

async function send(url: string, file: File): Promise<string | undefined> {
  const body = new FormData();
  body.set("file", file);
  try {
    const answer = await fetch(url, { method: "POST", body });
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector<HTMLElement>("a[data-name]");
    if (!answer.ok || !made) return undefined;
    const name = (made.dataset["name"] ?? "").replace(/[[\]]/g, "");
    return `${made.dataset["picture"] === undefined ? "" : "!"}[${name}](${made.getAttribute("href")})`;
  } catch {
    return undefined;
  }
}

function editorOf(event: Event): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>("[data-editor]") : null;
}

document.addEventListener("click", (event) => {
  const editor = editorOf(event);
  const tool = event.target instanceof Element ? event.target.closest<HTMLElement>(".editor-tool") : null;
  const area = areaOf(editor);
  if (!editor || !tool || !area) return;
  if (tool.dataset["look"] !== undefined) void look(editor, tool);
  else apply(tool, area);
});

document.addEventListener("keydown", (event) => {
  const editor = editorOf(event);
  const area = areaOf(editor);
  if (!editor || !area || event.target !== area || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  const tool = editor.querySelector<HTMLElement>(`[data-keys="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!tool) return;
  event.preventDefault();
  apply(tool, area);
});

document.addEventListener("paste", (event) => {
  const editor = editorOf(event);
  const files = event.clipboardData?.files;
  if (!editor || !files?.length) return;
  event.preventDefault();
  void sendAll(editor, [...files]);
});

document.addEventListener("dragover", (event) => {
  if (event.dataTransfer?.types.includes("Files") && (editorOf(event) || (event.target as Element).closest(".task"))) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const files = [...(event.dataTransfer?.files ?? [])];
  const target = event.target instanceof Element ? event.target : null;
  if (!files.length || !target?.closest(".task")) return;
  event.preventDefault();
  const editor = editorOf(event);
  const form = target.closest(".task")?.querySelector<HTMLFormElement>("form[data-send-files]");
  if (editor) void sendAll(editor, files);
  else if (form) void attach(form, files);
});

document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.type !== "file" || !target.files?.length) return;
  const editor = target.matches("[data-send]") ? target.closest<HTMLElement>("[data-editor]") : null;
  const form = target.closest<HTMLFormElement>("form[data-send-files]");
  if (!editor && !form) return; // a form's own field keeps its file
  const files = [...target.files];
  if (editor) void sendAll(editor, files);
  else if (form) void attach(form, files);
  target.value = "";
});

async function attach(form: HTMLFormElement, files: File[]): Promise<void> {
  for (const file of files) {
    const task = form.closest<HTMLElement>(".task");
    const body = new FormData();
    body.set("file", file);
    if (task) await post(task, form.action, body);
  }
}
