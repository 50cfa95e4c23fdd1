// htmx, configured before it looks at the page: no injected styles, and nothing evaluated from text.

import htmx from "htmx.org";

htmx.config.includeIndicatorCSS = false;
htmx.config.defaultTimeout = 30_000;

// htmx has put its indicator styles into the page while it loaded; ours are in app.css.
document.adoptedStyleSheets = [];

// What the panel and the cells of lists open themselves is no link to a page: its page is not fetched as it is pressed.
htmx.registerExtension("opened", {
  htmx_before_init: (element: Element) => !element.matches("a[data-task]:not(.page--task *), a[data-cell]"),
});

/** Run once for the page as it came, and again for whatever is swapped in. */
export function onContent(look: () => void): void {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", look, { once: true });
  else look();
  document.addEventListener("htmx:after:swap", look);
}
