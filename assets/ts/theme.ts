// Light, dark or as the system says. The cookie tells the server, so that the next page comes in the right dress.

const YEAR_SECONDS = 31_536_000;

document.addEventListener("change", (event) => {
  const choice = event.target;
  if (choice instanceof HTMLInputElement && choice.matches("[data-theme-choice]")) setTheme(choice.value);
});

function setTheme(theme: string): void {
  document.documentElement.dataset["theme"] = theme;
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}
