// `<button data-copy="text">` puts the text on the clipboard and says so.

import { say } from "./toasts";

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
  if (button) void copy(button.dataset["copy"] ?? "");
});

/** Put a text on the clipboard and say so. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say("copied");
  } catch {
    say("notCopied", "error");
  }
}
