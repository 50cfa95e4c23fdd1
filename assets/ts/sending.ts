// What scripts send by themselves: a form's fields to a page's address, and back comes a part of a page.

import { toast } from "./toasts";

interface Flash {
  text: string;
  kind: "success" | "error";
  undo: string | null;
}

/** What the server refused, in the person's language. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    text: string,
  ) {
    super(text);
  }
}

/** Show why something was not done: what the server says, else what the view says itself. */
export function tellFailed(error: unknown, view: HTMLElement | null): void {
  toast(error instanceof Refused && error.message ? error.message : (view?.dataset["saidFailed"] ?? ""), "error");
}

const PART = { "HX-Request": "true", "HX-Request-Type": "partial" };

function told<T>(answer: Response, name: string): T | undefined {
  const text = answer.headers.get(name);
  return text ? (JSON.parse(decodeURIComponent(text)) as T) : undefined;
}

/** Show the short messages that a part of a page brings along. */
export function tellFlashes(answer: Response): void {
  for (const flash of told<Flash[]>(answer, "kanwerk-flash") ?? []) toast(flash.text, flash.kind, flash.undo);
}

/** What a part of a page was refused for, in the person's language; empty where it does not say. */
export const refusal = (answer: Response): string => told<{ text: string }>(answer, "kanwerk-problem")?.text ?? "";

/** Whether somebody's session had ended: the sign-in page came instead of what was asked for. */
export const signedOut = (answer: Response): boolean => answer.redirected && new URL(answer.url).pathname === "/sign-in";

async function read(answer: Response, method: string): Promise<Document> {
  if (signedOut(answer)) {
    document.dispatchEvent(new CustomEvent("kanwerk:signed-out", { detail: { gone: method === "GET" } }));
    throw new Refused(401, "signed_out", "");
  }
  if (!answer.ok) {
    const problem = told<{ code: string; text: string }>(answer, "kanwerk-problem");
    throw new Refused(answer.status, problem?.code ?? "", problem?.text ?? "");
  }
  tellFlashes(answer);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Send fields, follow where the answer leads, and return that part of a page. `Refused` where it says no. */
export async function send(url: string, fields: Iterable<[string, string]>): Promise<Document> {
  const body = new URLSearchParams([...fields]);
  return read(await fetch(url, { method: "POST", headers: PART, body }), "POST");
}

/** A list in parts of at most so many. */
export function inParts<Item>(all: Item[], most: number): Item[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, part) => all.slice(part * most, (part + 1) * most));
}

/** Ask for a part of a page. */
export async function ask(url: string): Promise<Document> {
  return read(await fetch(url, { headers: PART }), "GET");
}
