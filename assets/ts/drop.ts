// The file field that looks like a drop area: shows what was chosen, lights up under a dragged file.

function areaOf(event: Event): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>(".drop") : null;
}

document.addEventListener("dragover", (event) => areaOf(event)?.setAttribute("data-over", ""));
for (const name of ["dragleave", "drop"]) {
  document.addEventListener(name, (event) => areaOf(event)?.removeAttribute("data-over"));
}

document.addEventListener("change", (event) => {
  const area = areaOf(event);
  const title = area?.querySelector("[data-file-name]");
  const file = area?.querySelector<HTMLInputElement>("input[type='file']")?.files?.[0];
  if (title && file) title.textContent = file.name;
});
