/** Which page is shown: the address bar is the truth, and a view watches it. */
import { Store } from "./core.js";

const PAGES = [
  { name: "room", pattern: /^\/rooms\/([0-9a-z]{26})(?:\/(embed))?\/?$/i, fields: ["room", "embed"] },
  { name: "invite", pattern: /^\/invites\/([^/]+)\/?$/, fields: ["token"] },
  { name: "reset", pattern: /^\/reset-password\/?$/, fields: [] },
  { name: "social", pattern: /^\/auth\/([\w-]+)\/callback\/?$/, fields: ["provider"] },
  { name: "share", pattern: /^\/share\/?$/, fields: [] },
  { name: "settings", pattern: /^\/w\/settings(?:\/(\w+))?\/?$/, fields: ["section"] },
  { name: "workspace", pattern: /^\/w\/([0-9a-z]{26})\/settings(?:\/(\w+))?\/?$/i, fields: ["workspace", "section"] },
  { name: "channel", pattern: /^\/w\/([0-9a-z]{26})(?:\/c\/([0-9a-z]{26}))?\/?$/i, fields: ["workspace", "channel"] },
  { name: "direct", pattern: /^\/w\/(?:([0-9a-z]{26})\/)?d\/([0-9a-z]{26})\/?$/i, fields: ["workspace", "direct"] },
];

function read() {
  for (const { name, pattern, fields } of PAGES) {
    const match = pattern.exec(location.pathname);
    if (match) {
      const params = Object.fromEntries(
        fields.map((field, i) => [field, match[i + 1] ? decodeURIComponent(match[i + 1]) : ""]),
      );
      return { name, params, query: new URLSearchParams(location.search) };
    }
  }
  return { name: "home", params: {}, query: new URLSearchParams(location.search) };
}

/** @typedef {{name: string, params: Record<string, string>, query: URLSearchParams}} Route */

/** @type {Store<Route>} */
export const route = new Store(read());

/** @param {string} path a path of this client @param {{replace?: boolean}} [how] */
export function go(path, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", path);
  else if (path !== location.pathname + location.search) history.pushState(null, "", path);
  route.set(read());
}

addEventListener("popstate", () => route.set(read()));

/** Links of the client change the page without a request; modified clicks stay the browser's. */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-go]") : null;
  if (
    !link ||
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  event.preventDefault();
  go(link.getAttribute("href") ?? "/");
});
