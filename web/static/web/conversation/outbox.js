/**
 * Messages on their way out: shown at once, posted one at a time and in order, and tried until the service has them.
 * They wait in the tab's storage, so that a reload loses none.
 */
import { now } from "../api.js";
import { ApiError } from "../api_error.js";
import { randomKey, tabStore } from "../core.js";

/** @import { Message, NewMessage, Outgoing } from "../../../types" */

const RETRY_WAITS = [1000, 2000, 4000, 8000, 15_000];

export class Outbox {
  /** @type {Outgoing[]} */
  items = [];
  #isSending = false;
  #isClosed = false;
  /** Tries in a row that brought no answer. */
  #failures = 0;
  #timer = 0;

  /**
   * @param {{
   *   shelf: () => string, post: (item: Outgoing) => Promise<Message>,
   *   onPosted: (message: Message) => void, changed: () => void,
   * }} options
   *   `shelf`: the name under which the tab stores them, which contains their author: nobody else who signs in
   *   here later sends them as theirs; `post`: rejects with an ApiError
   */
  constructor({ shelf, post, onPosted, changed }) {
    this.shelf = shelf;
    this.post = post;
    this.onPosted = onPosted;
    this.changed = changed;
    /** @type {Outgoing[] | null} */
    const stored = tabStore.get(shelf());
    if (Array.isArray(stored)) {
      this.items = stored.map((item) => ({ ...item, state: item.state === "failed" ? "failed" : "waiting" }));
    }
  }

  /** Show `message` at once and send it. @param {NewMessage} message */
  add({ content, files = [], parent = null, isBroadcast = false, language }) {
    const at = new Date(now()).toISOString();
    const written = { key: randomKey(), content, files, parent, isBroadcast, language };
    this.#set([...this.items, { ...written, state: "sending", error: "", at }]);
    this.flush();
  }

  /** @param {string} key */
  retry(key) {
    this.#change(key, { state: "sending", error: "" });
    this.resume();
  }

  /** @param {string} key */
  discard(key) {
    this.#set(this.items.filter((item) => item.key !== key));
  }

  /** Try now what waits: the service can be reached. */
  resume() {
    this.#failures = 0;
    this.flush();
  }

  /** Whoever wrote this has signed out: nothing that waits is sent or stored any longer. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Send what waits. One at a time and in order, so that what was written first is read first. */
  async flush() {
    clearTimeout(this.#timer);
    if (this.#isSending || this.#isClosed) return;
    this.#isSending = true;
    try {
      let next = this.#next();
      while (next && !this.#isClosed && (await this.#send(next))) next = this.#next();
    } finally {
      this.#isSending = false;
    }
  }

  #next() {
    return this.items.find((item) => item.state !== "failed");
  }

  /** Post one. @param {Outgoing} item @returns {Promise<boolean>} whether to go on with the next */
  async #send(item) {
    this.#change(item.key, { state: "sending", error: "" });
    try {
      const message = await this.post(item);
      this.discard(item.key);
      this.#failures = 0;
      this.onPosted(message);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.isPassing || error.status === 401) {
        this.#wait(error);
        return false;
      }
      this.#change(item.key, { state: "failed", error: error.sentence });
      return true;
    }
  }

  /** Try again later; what was written after the first waits with it. @param {ApiError} error */
  #wait(error) {
    this.#set(
      this.items.map((item) =>
        item.state === "sending" ? { ...item, state: "waiting", error: error.sentence } : item,
      ),
    );
    const step = Math.min(this.#failures, RETRY_WAITS.length - 1);
    this.#failures += 1;
    // Signed out, only a new sign-in helps.
    if (error.status === 401) return;
    this.#timer = setTimeout(() => this.flush(), error.status === 429 ? error.retryAfter * 1000 : RETRY_WAITS[step]);
  }

  /** @param {string} key @param {Partial<Outgoing>} changes */
  #change(key, changes) {
    this.#set(this.items.map((item) => (item.key === key ? { ...item, ...changes } : item)));
  }

  /** @param {Outgoing[]} items */
  #set(items) {
    this.items = items;
    if (!this.#isClosed) tabStore.set(this.shelf(), items.length ? items : null);
    this.changed();
  }
}
