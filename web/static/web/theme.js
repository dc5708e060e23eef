/** Light or dark, or whatever the system says. */
import { localStore } from "./core.js";
import { app } from "./state.js";

/** @import { Theme } from "./state.js" */

/** @param {Theme} theme */
export function setTheme(theme) {
  localStore.set("theme", theme === "auto" ? null : theme);
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  app.set({ theme });
}
