/** Whether people here can be translated, for owners of a workspace: read again while models are on their way. */
import * as api from "./api.js";
import { ApiError } from "./api_error.js";
import { Observable, tabStore } from "./core.js";

/** @import { LocalModelResource, TranslationStatusResource } from "../../schema" */

/**
 * `model` is the one on its way; `languages` those in use between which something is not translated.
 *
 * @typedef {{
 *   kind: "progress" | "unreachable" | "failed" | "missing", key: string, ready: number, wanted: number,
 *   model: LocalModelResource | undefined, languages: string[],
 * }} TranslationNotice
 */

const SOON = 5_000;
const LATEST = 600_000;
/** How often is looked for models that are about to be fetched: the last time after five minutes. */
const MOST_TRIES = 6;
const SHELF = "dismissed.translation";

/**
 * What is to be said; null where all pairs in use are translated, or are about to be.
 *
 * @param {TranslationStatusResource} status
 * @returns {TranslationNotice | null}
 */
export function noticeOf(status) {
  const kind = kindOf(status);
  if (!kind) return null;
  const missing = new Set(status.missing.flatMap(({ source, target }) => [source, target]));
  return {
    kind,
    // Another language in use is another matter, though this one was dismissed.
    key: [kind, ...[...status.languages].sort()].join(" "),
    ready: status.models_ready,
    wanted: status.models_wanted,
    model: status.models.find(({ state }) => state === "fetching"),
    languages: status.languages.filter((code) => missing.has(code)),
  };
}

/** @param {TranslationStatusResource} status */
function kindOf({ missing, models, reason, is_fetching: isFetching, fetching }) {
  if (missing.length === 0) return null;
  const isUnderWay = models.some(({ state }) => state === "fetching");
  if (isUnderWay || (isFetching && reason !== "unreachable")) return "progress";
  if (reason) return reason === "unreachable" ? "unreachable" : "failed";
  return fetching === "auto" ? null : "missing";
}

/**
 * In how many milliseconds to read again; null when nothing will change by itself.
 *
 * @param {TranslationStatusResource} status
 * @param {number} tries how often it was read since something happened
 * @param {number} [now] milliseconds
 */
export function pauseAfter(status, tries, now = Date.now()) {
  const { missing, models, is_fetching: isFetching, fetching } = status;
  if (missing.length === 0) return null;
  if (isFetching) return SOON;
  const retries = models.flatMap(({ retry_at: at }) => (at ? [Date.parse(at) - now] : []));
  if (retries.length > 0) return Math.min(Math.max(Math.min(...retries), SOON) + SOON, LATEST);
  const isExpected = fetching === "auto" && models.length === 0 && tries < MOST_TRIES;
  return isExpected ? SOON * 2 ** tries : null;
}

/** @returns {Promise<TranslationStatusResource>} */
const readStatus = async () => (await api.get("/translation/status")).data;

export class TranslationWatch extends Observable {
  /** @type {TranslationStatusResource | null} */
  status = null;
  /** @type {object | null} */
  #current = null;
  #timer = 0;
  #tries = 0;

  constructor({ read = readStatus, pause = pauseAfter } = {}) {
    super();
    this.read = read;
    this.pause = pause;
  }

  /** What is to be shown. @returns {TranslationNotice | null} */
  get notice() {
    const notice = this.status && noticeOf(this.status);
    return notice && !dismissed().includes(notice.key) ? notice : null;
  }

  /** Say no more of this while the browser's session lasts. */
  dismiss() {
    const { notice } = this;
    if (notice) tabStore.set(SHELF, [...dismissed(), notice.key]);
    this.changed();
  }

  /** Watch from now on, for somebody whom it concerns. @returns {() => void} how to stop */
  begin() {
    this.#current = {};
    const onVisible = () => this.#readNow();
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      document.removeEventListener("visibilitychange", onVisible);
      clearTimeout(this.#timer);
      this.#current = null;
      this.status = null;
      this.changed();
    };
  }

  /** Something happened that may matter, if anybody watches. */
  refresh() {
    this.#tries = 0;
    return this.#readNow();
  }

  async #readNow() {
    clearTimeout(this.#timer);
    const current = this.#current;
    // What is due while nobody sees the page is read when somebody does.
    if (!current || document.visibilityState !== "visible") return;
    try {
      const status = await this.read();
      if (this.#current === current) this.status = status;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
    if (this.#current !== current) return;
    const pause = this.status && this.pause(this.status, this.#tries);
    this.#tries += 1;
    clearTimeout(this.#timer);
    if (pause !== null) this.#timer = setTimeout(() => this.#readNow(), pause);
    this.changed();
  }
}

/** @returns {string[]} */
const dismissed = () => tabStore.get(SHELF) ?? [];

/** Of whoever is signed in. */
export const translationWatch = new TranslationWatch();
