// Keyboard shortcuts live in the markup: `data-key="c"` or, one after the other, `data-key="g c"`.

const PAUSE_MS = 1200;
let first = "";
let timer = 0;

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

function find(keys: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-key="${CSS.escape(keys)}"]`);
}

function act(element: HTMLElement): void {
  if (element instanceof HTMLInputElement) {
    element.focus();
    element.select();
  } else {
    element.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const found = (first && find(`${first} ${event.key}`)) || find(event.key);
  first = "";
  clearTimeout(timer);
  if (found) {
    event.preventDefault();
    act(found);
  } else if (document.querySelector(`[data-key^="${CSS.escape(event.key)} "]`)) {
    first = event.key;
    timer = window.setTimeout(() => (first = ""), PAUSE_MS);
  }
});
