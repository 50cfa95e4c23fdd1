// `<button data-copy="text">` puts the text on the clipboard and says so.

import { toast } from "./toasts";

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
  if (button) void copy(button.dataset["copy"] ?? "");
});

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("The browser does not allow copying here. Select the text and copy it by hand.", "error");
  }
}
