// `<button data-copy="text">` puts the text on the clipboard and says so.

import { say } from "./toasts";

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
  if (button) void copy(button.dataset["copy"] ?? "", button.previousElementSibling);
});

/** Put a text on the clipboard and say so. */
export async function copy(text: string, shown?: Element | null): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say("copied");
  } catch {
    say("notCopied", "error");
    if (!(shown instanceof HTMLElement) || shown.textContent !== text) return;
    shown.tabIndex = -1;
    shown.focus();
    document.getSelection()?.selectAllChildren(shown); // so that one key copies it
  }
}
