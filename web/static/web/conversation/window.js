/**
 * The messages of a conversation that this client holds: one run of neighbours, oldest first. `atStart` and `atEnd` say
 * whether more lies beyond. It never holds more than MOST, so that a conversation of any length costs the same.
 */
import { ApiError } from "../api_error.js";

import { isInThreadOnly } from "./thread.js";

/** @import { Message, MessagePage, Query } from "../../../types" */
/** @import { Remote } from "./remote.js" */

export const PAGE = 50;
export const MOST = 250;

export class MessageWindow {
  /** @type {Message[]} */
  messages = [];
  atStart = false;
  atEnd = false;
  isOpen = false;
  isLoadingOlder = false;
  /** @type {ApiError | null} */
  error = null;
  /** Whether what is shown is what was stored for reading without a network. */
  isStored = false;
  /** The highest number that is known of. */
  lastSeq = 0;
  /** How often the shown run was read again: who holds rows of their own reads them again too. */
  readings = 0;
  #isLoadingNewer = false;
  /** The newest `open`: what an older one, or a page read before it, brings is not shown. @type {object | null} */
  #current = null;
  #opening = Promise.resolve();

  /**
   * @param {{
   *   remote: Remote, changed: () => void, take: (message: Message) => void, hasThreads?: boolean,
   *   onOpen: (lastSeq: number, unread?: number) => void, onFirstOpen: () => void, onReveal: (id: string) => void,
   * }} options
   *   `hasThreads`: replies that live in their thread alone are shown there, not here;
   *   `take`: stores a row wherever it is held; `onOpen`: a run was read, up to `lastSeq`; `onReveal`: bring into view
   */
  constructor({ remote, changed, take, onOpen, onFirstOpen, onReveal, hasThreads = false }) {
    this.hasThreads = hasThreads;
    this.remote = remote;
    this.path = `${remote.path}/messages`;
    this.changed = changed;
    this.take = take;
    this.onOpen = onOpen;
    this.onFirstOpen = onFirstOpen;
    this.onReveal = onReveal;
  }

  /** @param {string} id */
  find(id) {
    return this.messages.find((message) => message.id === id);
  }

  get #middle() {
    return this.messages[Math.floor(this.messages.length / 2)];
  }

  // ── Reading ──

  /** @param {Query} query @returns {Promise<MessagePage>} */
  #ask(query) {
    return this.remote.ask(this.path, this.hasThreads ? { ...query, threads: "collapsed" } : query);
  }

  /**
   * Show the newest messages, or those around one.
   *
   * @param {{around?: string, unread?: number, reveal?: boolean}} [where]
   *   `unread`: how many of the newest are; `reveal`: bring `around` into view
   */
  open(where = {}) {
    this.#opening = this.#open(where);
    return this.#opening;
  }

  /** @param {{around?: string, unread?: number, reveal?: boolean}} where @returns {Promise<void>} */
  async #open({ around, unread, reveal = true }) {
    const current = {};
    this.#current = current;
    this.error = null;
    try {
      /** @type {MessagePage} */
      const answer = await this.#ask({ limit: PAGE, around });
      if (this.#current !== current) return;
      // The stream brought a message that this answer is too old to have.
      if (!around && this.lastSeq > answer.meta.last_seq) return this.open({ unread });
      this.isStored = "isStored" in answer;
      this.#show(answer, around);
      this.onOpen(answer.meta.last_seq, unread);
      if (around && reveal) this.onReveal(around);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // A message that no longer exists must not keep the conversation shut.
      if (around && error.status === 422) return this.open({ unread });
      this.error = error;
    } finally {
      this.changed();
    }
  }

  /** @param {MessagePage} answer @param {string | undefined} around */
  #show({ data, meta }, around) {
    this.messages = data.slice().reverse();
    this.atStart = around ? meta.next_before === null : !meta.has_more;
    this.atEnd = !around || (meta.next_after === null && this.lastSeq <= meta.last_seq);
    this.lastSeq = Math.max(this.lastSeq, meta.last_seq);
    if (!this.isOpen) this.onFirstOpen();
    this.isOpen = true;
  }

  /** Read the shown run again: in another language, or after the stream lost its cursor. */
  async reread() {
    if (!this.isOpen) return;
    this.readings += 1;
    if (this.atEnd || !this.#middle) await this.open();
    else await this.open({ around: this.#middle.id, reveal: false });
  }

  /** Take in what happened before the stream began to tell, and leave the reader where they are. */
  async catchUp() {
    await this.#opening;
    if (this.error || this.isStored) return this.open();
    if (!this.isOpen) return undefined;
    const current = this.#current;
    const { atEnd } = this;
    const last = this.messages.at(-1)?.seq ?? 0;
    const query = { limit: 2 * PAGE, around: atEnd ? undefined : this.#middle?.id };
    /** @type {Promise<MessagePage>} */
    const asked = this.#ask(query);
    const answer = await asked.catch(() => null);
    if (this.#current !== current) return undefined;
    this.readings += 1;
    if (!answer) return atEnd ? this.open() : undefined;
    this.lastSeq = Math.max(this.lastSeq, answer.meta.last_seq);
    const rows = answer.data.slice().reverse();
    const isAtEnd = atEnd && this.atEnd;
    if (isAtEnd && answer.meta.has_more && rows[0]?.seq > last + 1) return this.open();
    for (const row of rows) if (isAtEnd || this.find(row.id)) this.take(row);
    return this.changed();
  }

  async older() {
    const first = this.messages[0];
    if (this.atStart || this.isLoadingOlder || !first || !this.isOpen) return;
    this.isLoadingOlder = true;
    this.changed();
    const page = await this.#page({ before: first.id });
    this.isLoadingOlder = false;
    if (page) {
      this.messages = [...page.rows, ...this.messages];
      this.atStart = !page.meta.has_more;
      if (this.messages.length > MOST) {
        this.messages = this.messages.slice(0, MOST);
        this.atEnd = false;
      }
    }
    this.changed();
  }

  async newer() {
    const last = this.messages.at(-1);
    if (this.atEnd || this.#isLoadingNewer || !last || !this.isOpen) return;
    this.#isLoadingNewer = true;
    const page = await this.#page({ after: last.id });
    this.#isLoadingNewer = false;
    if (page) {
      this.messages = [...this.messages, ...page.rows];
      this.atEnd = !page.meta.has_more && this.lastSeq <= page.meta.last_seq;
      this.#dropOldest(MOST);
    }
    this.changed();
  }

  /**
   * The next rows that are not here yet, oldest first; null when there are none to show.
   *
   * @param {{before?: string, after?: string}} cursor
   */
  async #page(cursor) {
    const current = this.#current;
    try {
      /** @type {MessagePage} */
      const answer = await this.#ask({ limit: PAGE, ...cursor });
      if (this.#current !== current) return null;
      const known = new Set(this.messages.map((message) => message.id));
      return { rows: answer.data.filter((message) => !known.has(message.id)).reverse(), meta: answer.meta };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return null;
    }
  }

  // ── Taking in ──

  /** Store a row where it belongs in the run, if it does. Idempotent. @param {Message} message */
  upsert(message) {
    this.lastSeq = Math.max(this.lastSeq, message.seq);
    const last = this.messages.at(-1);
    if (this.find(message.id)) {
      this.messages = this.messages.map((row) => (row.id === message.id ? message : row));
    } else if (!this.isOpen || (this.hasThreads && isInThreadOnly(message))) {
      return;
    } else if (!last || message.seq > last.seq) {
      if (!this.atEnd) return;
      this.messages = [...this.messages, message];
      if (this.messages.length > MOST + PAGE) this.#dropOldest(MOST);
    } else if (message.seq > this.messages[0].seq) {
      this.messages = [...this.messages, message].sort((row, other) => row.seq - other.seq);
    }
  }

  /** @param {number} most */
  #dropOldest(most) {
    if (this.messages.length <= most) return;
    this.messages = this.messages.slice(-most);
    this.atStart = false;
  }
}
