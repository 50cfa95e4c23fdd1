// `hx-confirm="Question"` asks in a dialog of ours instead of the browser's.

/** Ask, and say whether the answer was yes. Without a dialog in the page the browser asks. */
export function ask(question: string, yes?: string): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>("#confirm");
  const text = dialog?.querySelector("[data-question]");
  const accept = dialog?.querySelector<HTMLButtonElement>("[value='yes']");
  if (!dialog || !text || !accept) return Promise.resolve(window.confirm(question));
  text.textContent = question;
  accept.textContent = yes ?? accept.dataset["label"] ?? "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

document.addEventListener("htmx:confirm", (event) => {
  event.preventDefault();
  const { ctx, issueRequest, dropRequest } = event.detail;
  const source = ctx.sourceElement as HTMLElement;
  const question = source.getAttribute("hx-confirm") ?? "";
  void ask(question, source.dataset["confirmYes"]).then((yes) => (yes ? issueRequest() : dropRequest()));
});
