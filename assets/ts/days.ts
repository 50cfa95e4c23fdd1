// What calendar and timeline share: days as numbers, and saving the days it is given.

import htmx from "htmx.org";
import { ask, send, tellFailed } from "./sending";

const DAY_MS = 86_400_000;

/** Days since 1970 of a day as it is written: "2026-12-03". */
export const numberOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS;

/** The day of a number, as it is written. */
export const dayOf = (number: number): string => new Date(number * DAY_MS).toISOString().slice(0, 10);

/** The view of days on this page, if it is one and may be changed. */
export const view = (name: string): HTMLElement | null => document.querySelector<HTMLElement>(`#results.${name}[data-editable]`);

async function show(came: Document): Promise<void> {
  const shown = document.getElementById("results");
  const fresh = came.getElementById("results");
  if (!shown || !fresh) return;
  await htmx.swap({ sourceElement: shown, target: shown, text: fresh.outerHTML, swap: "outerMorph" });
}

/** Save the days of a task, and show the view as it is then; `focus` is the id of what has the focus afterwards. */
export async function reschedule(here: HTMLElement, id: string, days: Record<string, string>, focus?: string): Promise<void> {
  const back = here.dataset["here"] ?? location.pathname;
  try {
    await show(await send(here.dataset["dates"] ?? "", [["id", id], ["back", back], ...Object.entries(days)]));
  } catch (error) {
    tellFailed(error, here);
    await ask(back).then(show).catch(() => undefined);
  }
  if (focus) (document.getElementById(focus)?.querySelector<HTMLElement>("a") ?? document.getElementById(focus))?.focus({ preventScroll: true });
}
