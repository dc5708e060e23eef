/** Short notices that vanish by themselves, and calls whose refusal is shown as one. */
import { ApiError } from "./api_error.js";
import { t } from "./i18n.js";
import { app } from "./state.js";

const LASTS = { info: 4000, error: 8000 };

let lastId = 0;

/** Show `text` for some seconds. @param {string} text @param {"info" | "error"} [kind] */
export function toast(text, kind = "info") {
  const id = (lastId += 1);
  app.set({ toasts: [...app.state.toasts.slice(-2), { id, text, kind }] });
  setTimeout(() => app.set({ toasts: app.state.toasts.filter((shown) => shown.id !== id) }), LASTS[kind]);
}

/**
 * Run `work`, and show what the service refuses.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T | undefined>} undefined when it was refused
 */
export async function withToast(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 401) toast(error.sentence || t("error.server"), "error");
    return undefined;
  }
}

/** Put `text` on the clipboard, or show that the browser refuses (plain http, a frame). @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("copied"));
  } catch {
    toast(t("copy.refused"), "error");
  }
}
