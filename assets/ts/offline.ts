// The connection: a bar says when the server cannot be reached, and that it is there again.

const LOOK_MS = 2500;
const STAY_MS = 4000;
let gone = false;
let timer = 0;

function bar(): HTMLElement | null {
  return document.querySelector<HTMLElement>("#offline");
}

function say(what: "gone" | "back"): void {
  const found = bar();
  if (!found) return;
  found.textContent = found.dataset[what] ?? "";
  found.dataset["state"] = what;
  found.hidden = false;
}

async function look(): Promise<void> {
  clearTimeout(timer);
  try {
    const answer = await fetch("/healthz", { cache: "no-store" });
    if (answer.ok) back();
    else lost();
  } catch {
    lost();
  }
}

function lost(): void {
  gone = true;
  say("gone");
  timer = window.setTimeout(() => void look(), LOOK_MS);
}

function back(): void {
  if (!gone) return;
  gone = false;
  say("back");
  timer = window.setTimeout(() => bar()?.setAttribute("hidden", ""), STAY_MS);
  document.dispatchEvent(new CustomEvent("kanwerk:back"));
}

// The page that is kept for this goes as soon as it is not needed, back to what was asked for.
document.addEventListener("kanwerk:back", () => {
  if (document.querySelector("[data-offline-page]")) location.reload();
});
if (location.pathname !== "/offline" && document.querySelector("[data-offline-page]")) lost();

window.addEventListener("offline", lost);
window.addEventListener("online", () => void look());
document.addEventListener("htmx:error", ({ detail: { error } }) => {
  if (error instanceof TypeError) void look();
});

// Pages that come while nobody answers are the browser's; this one lets what was opened before be seen again.
if ("serviceWorker" in navigator && window.isSecureContext) {
  window.addEventListener("load", () => void navigator.serviceWorker.register("/sw.js").catch(() => undefined));
}
