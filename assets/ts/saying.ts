// What is said to those who listen instead of looking: a text of the markup, its `{names}` replaced.

/** Say something in the live region of this id. */
export function say(region: string, text: string | undefined, words: Record<string, string>): void {
  const element = document.getElementById(region);
  if (element) element.textContent = (text ?? "").replace(/\{(\w+)\}/g, (_, name: string) => words[name] ?? "");
}
