// A session that has ended while somebody works: they sign in over the page, and it goes on where it was.

import { toast } from "./toasts";

let waiting: HTMLFormElement | undefined;
let typed = false;

/** The dialog that signs in again: put into the page when it is needed first. */
function dialog(): HTMLDialogElement | null {
  const there = document.querySelector<HTMLDialogElement>("#signed-out");
  const made = there ?? document.querySelector<HTMLTemplateElement>("#signed-out-template")?.content.querySelector("dialog")?.cloneNode(true);
  if (!(made instanceof HTMLDialogElement)) return null;
  if (!there) document.body.append(made);
  return made;
}

document.addEventListener("input", ({ target }) => {
  if (target instanceof Element && target.closest("form") && !target.closest("dialog:not(#task-panel), [data-prune], .looks")) typed = true;
});

// What was typed is safe only once another page has come: a form that was sent may still meet the sign-in.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.target === document.body) typed = false;
});

// `source` asked for something; `gone` means that the session ended elsewhere: without any words to lose the
// page goes, for whoever signed out does not want it to be looked at.
document.addEventListener("kanwerk:signed-out", ((event: CustomEvent<{ source?: Element; gone?: boolean } | null>) => {
  const found = dialog();
  const source = event.detail?.source;
  waiting = source?.closest("form") ?? waiting;
  if (found?.open) return;
  if (!found || (event.detail?.gone && !typed)) {
    location.reload();
    return;
  }
  for (const other of document.querySelectorAll<HTMLDialogElement>("dialog.palette[open]")) other.close();
  found.showModal();
}) as EventListener);

document.addEventListener("click", ({ target }) => {
  if (target instanceof Element && target.closest("#signed-out [data-later]")) dialog()?.close();
});

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const found = form instanceof Element ? form.closest<HTMLDialogElement>("#signed-out") : null;
    if (!(form instanceof HTMLFormElement) || !found) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void signIn(found, form);
  },
  { capture: true },
);

async function signIn(found: HTMLDialogElement, form: HTMLFormElement): Promise<void> {
  const fault = form.querySelector<HTMLElement>("[data-error]");
  const say = (text: string) => {
    if (!fault) return;
    fault.textContent = text;
    fault.hidden = text === "";
  };
  say("");
  try {
    const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    const answer = await fetch("/sign-in", { method: "POST", body });
    const here = new URL(answer.url).pathname === found.dataset["here"];
    if (answer.ok && here) {
      form.reset();
      found.close();
      toast(found.dataset["back"] ?? "");
      const again = waiting;
      waiting = undefined;
      if (again?.isConnected) again.requestSubmit();
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const told = page.querySelector(".callout--danger p, .field-error span")?.textContent;
    say(here || !told ? (found.dataset["other"] ?? "") : told);
  } catch {
    say(found.dataset["failed"] ?? "");
  }
}
