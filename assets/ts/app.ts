// The browser's side of the web app. Pages work without it; this makes them quick.

import "./requests";
import "htmx.org/dist/ext/hx-preload.js";
import "./confirm";
import "./copy";
import "./dirty";
import "./drop";
import "./keys";
import "./menus";
import "./theme";
import "./toasts";
