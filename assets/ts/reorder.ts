// A list marked `data-reorder="form"` is sorted by dragging: the form with that id sends the ids in their new
// order. The arrows beside each line do the same without a mouse and without this.

let dragged: HTMLElement | null = null;

function itemAt(event: Event): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>("[data-reorder] > [data-id]") : null;
}

document.addEventListener("dragstart", (event) => {
  dragged = itemAt(event);
  if (!dragged || !event.dataTransfer) return;
  event.dataTransfer.effectAllowed = "move";
  dragged.dataset["dragged"] = "";
});

document.addEventListener("dragover", (event) => {
  const over = itemAt(event);
  if (!dragged || !over || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  if (over === dragged) return;
  const { top, height } = over.getBoundingClientRect();
  if (event.clientY < top + height / 2) over.before(dragged);
  else over.after(dragged);
});

document.addEventListener("drop", (event) => {
  if (dragged && itemAt(event)) event.preventDefault();
});

document.addEventListener("dragend", () => {
  const list = dragged?.parentElement;
  if (dragged) delete dragged.dataset["dragged"];
  dragged = null;
  const form = document.getElementById(list?.dataset["reorder"] ?? "");
  if (!list || !(form instanceof HTMLFormElement)) return;
  const inputs = [...form.querySelectorAll<HTMLInputElement>("input[name='ids']")];
  const ids = [...list.children].map((item) => (item as HTMLElement).dataset["id"] ?? "");
  if (ids.every((id, at) => inputs[at]?.value === id)) return;
  inputs.forEach((input, at) => (input.value = ids[at] ?? ""));
  form.requestSubmit();
});

// A choice marked `data-submit` is sent as soon as it is made.
document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement && event.target.matches("[data-submit]")) event.target.form?.requestSubmit();
});
