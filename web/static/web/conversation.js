/**
 * One conversation as this client holds it: a window of its messages, what is still on its way out, and who is typing.
 *
 * The window is a run of neighbouring messages, oldest first; `atStart` and `atEnd` say whether more lies beyond. It never
 * holds more than MOST, so that a conversation of any length costs the same.
 */
import * as api from "./api.js";
import { ApiError } from "./api.js";
import { tabStore, Observable, randomKey } from "./core.js";

const PAGE = 50;
const MOST = 250;
const TYPING_LASTS = 6000;
const RETRY_WAITS = [1000, 2000, 4000, 8000, 15_000];

/** @typedef {import("../../types").Message} Message */
/** @typedef {{key: string, content: string, files: any[], parent: string | null, state: "sending" | "waiting" | "failed", error: string, at: string, language?: string, isHidden?: boolean}} Outgoing */

export class Conversation extends Observable {
  /** @type {Message[]} */
  messages = [];
  /** @type {Outgoing[]} */
  outgoing = [];
  /** @type {Map<string, {name: string, until: number}>} */
  typing = new Map();
  /** The thread that stands beside the window, and what was read for it: `id` is the message that it is about, or empty. */
  thread = { id: "", rows: /** @type {Map<string, Message>} */ (new Map()) };
  /** @type {Set<string>} ids of what is pinned here */
  pinned = new Set();
  /** @type {string | null} the message whose editor is to open */
  toEdit = null;
  atStart = false;
  atEnd = false;
  isOpen = false;
  /** @type {ApiError | null} */
  error = null;
  lastSeq = 0;
  /** What was read when the conversation was opened: the line "new" stands after it. */
  readSeq = Infinity;
  /** @type {string | null} the message to bring into view */
  wanted = null;
  /** Whether the service said that there is no such conversation, at least for this caller. */
  isMissing = false;
  /** Whether it is a temporary room's and has ended: it can be read, not written to. */
  isOver = false;
  #loading = { older: false, newer: false, first: /** @type {object | null} */ (null) };
  #opening = Promise.resolve();
  /** For each question under way, what was told of its rows meanwhile. @type {Set<Map<string, Message>>} */
  #questions = new Set();
  /** How often what was read was read again: whoever holds rows of their own does too. */
  readings = 0;
  #isClosed = false;
  #isSending = false;
  #attempt = 0;
  #retryTimer = 0;
  #readTimer = 0;
  #markedSeq = 0;

  /** @param {{id: string, path: string, mine: () => {kind: string, id: any} | null, isGuest?: boolean, onMissing?: () => void}} place */
  constructor({ id, path, mine, isGuest = false, onMissing = () => {} }) {
    super();
    this.id = id;
    this.path = path;
    this.mine = mine;
    this.isGuest = isGuest;
    this.onMissing = onMissing;
    const left = tabStore.get(this.#shelf);
    if (Array.isArray(left))
      this.outgoing = left.map((one) => ({ ...one, state: one.state === "failed" ? "failed" : "waiting" }));
  }

  isMine(message) {
    const me = this.mine();
    return Boolean(
      me && message.sender && message.sender.kind === me.kind && String(message.sender.id) === String(me.id),
    );
  }

  /** The answer of a call of this conversation; a refusal may say that it is gone, or over. @template T @param {Promise<T>} asked @returns {Promise<T>} */
  async #answerOf(asked) {
    try {
      return await asked;
    } catch (error) {
      if (error.status === 410) this.end();
      if (error.status === 404) {
        this.isMissing = true;
        this.changed();
        this.onMissing();
      }
      throw error;
    }
  }

  /** Ask for messages of this conversation. What is told of one meanwhile is newer than its answer. @param {string} path @param {object} [query] */
  async ask(path, query) {
    /** @type {Map<string, Message>} */
    const told = new Map();
    this.#questions.add(told);
    try {
      const answer = await this.#answerOf(api.get(path, query));
      const newest = (row) => told.get(row.id) ?? row;
      return { ...answer, data: Array.isArray(answer.data) ? answer.data.map(newest) : newest(answer.data) };
    } finally {
      this.#questions.delete(told);
    }
  }

  /** Tell the questions under way what their answers may not know yet. @param {Message} message */
  #note(message) {
    for (const told of this.#questions) told.set(message.id, message);
  }

  /** Nobody is here any more: nothing that waits is sent. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
  }

  /** Nothing more is written here; or it is again. @param {boolean} [isOver] */
  end(isOver = true) {
    this.isOver = isOver;
    this.changed();
  }

  // ── Reading ──

  /** Show the newest messages, or those around one. @param {{around?: string, unread?: number}} [where] `unread`: how many of the newest are */
  open(where = {}) {
    this.#opening = this.#open(where);
    return this.#opening;
  }

  /** @param {{around?: string, unread?: number}} where @returns {Promise<void>} */
  async #open({ around, unread }) {
    const asked = {};
    this.#loading.first = asked;
    this.error = null;
    try {
      const answer = await this.ask(`${this.path}/messages`, { limit: PAGE, around });
      if (this.#loading.first !== asked) return;
      this.isMissing = false;
      // Something was said after this answer and told of before it came.
      if (!around && this.lastSeq > answer.meta.last_seq) return this.open({ unread });
      this.messages = answer.data.slice().reverse();
      this.atStart = around ? answer.meta.next_before === null : !answer.meta.has_more;
      this.atEnd = !around || (answer.meta.next_after === null && this.lastSeq <= answer.meta.last_seq);
      this.lastSeq = Math.max(this.lastSeq, answer.meta.last_seq);
      if (unread !== undefined) this.readSeq = unread > 0 ? answer.meta.last_seq - unread : Infinity;
      this.wanted = around ?? null;
      if (!this.isOpen) this.#readPins();
      this.isOpen = true;
      this.#flush();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // A message that is gone must not keep the conversation shut.
      if (around && error.status === 422) return this.open({ unread });
      this.error = error;
    } finally {
      this.changed();
    }
  }

  async #readPins() {
    if (this.isGuest) return;
    const rows = await api.all(`${this.path}/pins`).catch(() => []);
    this.pinned = new Set(rows.map((row) => row.id));
    this.changed();
  }

  /** Read the shown run again: in another language, or after the stream lost its thread. */
  async reread() {
    if (!this.isOpen) return;
    this.readings += 1;
    const middle = this.#middle;
    if (this.atEnd || !middle) await this.open();
    else await this.open({ around: middle.id });
    this.wanted = null;
  }

  get #middle() {
    return this.messages[Math.floor(this.messages.length / 2)];
  }

  /** The stream tells of what happens from now on: take in what happened before, and leave the reader where they are. */
  async #catchUp() {
    await this.#opening;
    if (this.error) return this.open();
    if (!this.isOpen) return;
    const { first } = this.#loading;
    const { atEnd } = this;
    const last = this.messages.at(-1)?.seq ?? 0;
    const answer = await this.ask(`${this.path}/messages`, {
      limit: 2 * PAGE,
      around: atEnd ? undefined : this.#middle?.id,
    }).catch(() => null);
    if (this.#loading.first !== first) return;
    this.readings += 1;
    if (!answer) return void (atEnd && this.open());
    this.lastSeq = Math.max(this.lastSeq, answer.meta.last_seq);
    const rows = answer.data.slice().reverse();
    const isAtEnd = atEnd && this.atEnd;
    if (isAtEnd && rows[0]?.seq > last + 1) return this.open();
    for (const row of rows) if (isAtEnd || this.#inWindow(row.id)) this.upsert(row);
    this.changed();
  }

  async older() {
    const first = this.messages[0];
    if (this.atStart || this.#loading.older || !first || !this.isOpen) return;
    await this.#more("older", { before: first.id });
  }

  async newer() {
    const last = this.messages.at(-1);
    if (this.atEnd || this.#loading.newer || !last || !this.isOpen) return;
    await this.#more("newer", { after: last.id });
  }

  async #more(way, cursor) {
    const { first } = this.#loading;
    this.#loading[way] = true;
    this.changed();
    try {
      const answer = await this.ask(`${this.path}/messages`, { limit: PAGE, ...cursor });
      if (this.#loading.first !== first) return;
      const known = new Set(this.messages.map((message) => message.id));
      const rows = answer.data.filter((message) => !known.has(message.id)).reverse();
      if (way === "older") {
        this.messages = [...rows, ...this.messages];
        this.atStart = !answer.meta.has_more;
        if (this.messages.length > MOST) {
          this.messages = this.messages.slice(0, MOST);
          this.atEnd = false;
        }
      } else {
        this.messages = [...this.messages, ...rows];
        this.atEnd = !answer.meta.has_more && this.lastSeq <= answer.meta.last_seq;
        if (this.messages.length > MOST) {
          this.messages = this.messages.slice(-MOST);
          this.atStart = false;
        }
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    } finally {
      this.#loading[way] = false;
      this.changed();
    }
  }

  get isLoadingOlder() {
    return this.#loading.older;
  }

  /** Read one message again. @param {string} id */
  async refresh(id) {
    const answer = await this.ask(`${this.path}/messages/${id}`).catch(() => null);
    if (answer && this.find(id)) this.upsert(answer.data);
  }

  /** A message of the window or of the thread beside it. @param {string} id @returns {Message | null} */
  find(id) {
    return this.#inWindow(id) ?? this.thread.rows.get(id) ?? null;
  }

  #inWindow(id) {
    return this.messages.find((message) => message.id === id);
  }

  /** Keep these rows of a thread up to date too, wherever they stand, beside those that are held of it; without any, of none. @param {string} id @param {Message[]} rows */
  holdThread(id = "", rows = []) {
    const held = this.thread.id === id ? this.thread.rows : [];
    this.thread = {
      id,
      rows: new Map([...rows.map((row) => /** @type {[string, Message]} */ ([row.id, row])), ...held]),
    };
    this.changed();
  }

  /** Take in a message that came by any way; the same one twice changes nothing. @param {Message} message */
  upsert(message) {
    this.lastSeq = Math.max(this.lastSeq, message.seq);
    this.#note(message);
    const { id, rows } = this.thread;
    if (rows.has(message.id) || (id && message.parent_message_id === id))
      this.thread = { id, rows: new Map(rows).set(message.id, message) };
    const at = this.messages.findIndex((one) => one.id === message.id);
    if (at >= 0) {
      this.messages = this.messages.with
        ? this.messages.with(at, message)
        : this.messages.map((one, i) => (i === at ? message : one));
    } else if (this.isOpen) {
      const last = this.messages.at(-1);
      if (!last || message.seq > last.seq) {
        if (!this.atEnd) return this.changed();
        this.messages = [...this.messages, message];
        if (this.messages.length > MOST + PAGE) {
          this.messages = this.messages.slice(-MOST);
          this.atStart = false;
        }
      } else if (message.seq > this.messages[0].seq) {
        this.messages = [...this.messages, message].sort((one, other) => one.seq - other.seq);
      }
    }
    this.changed();
  }

  /** A durable event of this conversation. @param {string} event @param {any} data */
  apply(event, data) {
    switch (event) {
      case "message.created":
        if (data.sender) this.typing.delete(`${data.sender.kind}:${data.sender.id}`);
        this.#settleOwn(data);
        if (data.parent_message_id && !this.find(data.id))
          this.#touch(data.parent_message_id, (parent) => ({ reply_count: Math.max(parent.reply_count + 1, 1) }));
        return this.upsert(data);
      case "message.translated":
      case "message.updated":
      case "message.deleted":
      case "message.pinned":
      case "message.unpinned":
        if (!data.id) return;
        if (event === "message.pinned") this.pinned.add(data.id);
        if (event === "message.unpinned" || event === "message.deleted") this.pinned.delete(data.id);
        if (this.find(data.id)) return this.upsert({ ...this.find(data.id), ...data });
        return this.#note(data);
      case "reaction.added":
      case "reaction.removed":
        return this.#countReaction(data);
      case "room.closed":
      case "room.extended":
        return this.end(event === "room.closed");
      default:
    }
  }

  /** A reaction's event tells its emoji, the count there is now, and whose it is. */
  #countReaction({ message_id: id, emoji, count, user, guest }) {
    const row = this.find(id);
    if (!row) return;
    const me = this.mine();
    const mine = Boolean(me && String((user ?? guest)?.id) === String(me.id) && (me.kind === "user") === Boolean(user));
    const before = row.reactions.find((one) => one.emoji === emoji);
    const reacted = mine
      ? count > (before?.count ?? 0) || Boolean(before?.reacted && count === before.count)
      : Boolean(before?.reacted);
    const others = row.reactions.map((one) => (one.emoji === emoji ? { emoji, count, reacted } : one));
    this.upsert({
      ...row,
      reactions: (before ? others : [...others, { emoji, count, reacted }]).filter((one) => one.count > 0),
    });
  }

  #touch(id, change) {
    const row = this.find(id);
    if (row) this.upsert({ ...row, ...change(row) });
  }

  // ── Sending ──

  /**
   * Send `content`; it is shown at once and tried until the server has it.
   *
   * @param {{content: string, files?: any[], parent?: string | null, language?: string}} words
   */
  send({ content, files = [], parent = null, language }) {
    this.outgoing = [
      ...this.outgoing,
      {
        key: randomKey(),
        content,
        files,
        parent,
        language,
        state: "sending",
        error: "",
        at: new Date(api.now()).toISOString(),
      },
    ];
    this.#keep();
    this.changed();
    this.#flush();
  }

  /** @param {string} key */
  retry(key) {
    this.#change(key, { state: "sending", error: "" });
    this.#attempt = 0;
    this.#flush();
  }

  /** @param {string} key */
  discard(key) {
    this.outgoing = this.outgoing.filter((one) => one.key !== key);
    this.#keep();
    this.changed();
  }

  /** The stream is whole, for the first time or again: read what it could not tell of, send what waits. @param {boolean} isFirst */
  connected(isFirst) {
    if (isFirst || this.error) this.#catchUp();
    this.#attempt = 0;
    this.#flush();
  }

  /** One at a time and in order, so that what was written first is read first. */
  async #flush() {
    clearTimeout(this.#retryTimer);
    if (this.#isSending || this.#isClosed) return;
    this.#isSending = true;
    try {
      for (let next = this.#next(); next && !this.#isClosed; next = this.#next()) {
        this.#change(next.key, { state: "sending", error: "" });
        const body = { content: next.content || null, parent_message_id: next.parent, language: next.language };
        if (next.files.length) body.attachment_ids = next.files.map((file) => file.id);
        try {
          const answer = await this.#answerOf(
            api.post(`${this.path}/messages`, body, { headers: { "Idempotency-Key": next.key } }),
          );
          this.discard(next.key);
          this.#attempt = 0;
          if (this.find(answer.data.id)) continue;
          if (answer.data.parent_message_id)
            this.#touch(answer.data.parent_message_id, (parent) => ({ reply_count: parent.reply_count + 1 }));
          this.upsert(answer.data);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (!error.isPassing && error.status !== 401) {
            this.#change(next.key, { state: "failed", error: error.sentence });
            continue;
          }
          // With it waits what was written after it.
          for (const { key, state } of this.outgoing)
            if (state === "sending") this.#change(key, { state: "waiting", error: error.sentence });
          const wait =
            error.status === 429
              ? error.retryAfter * 1000
              : RETRY_WAITS[Math.min(this.#attempt, RETRY_WAITS.length - 1)];
          this.#attempt += 1;
          if (error.status !== 401) this.#retryTimer = setTimeout(() => this.#flush(), wait);
          return;
        }
      }
    } finally {
      this.#isSending = false;
    }
  }

  #next() {
    return this.outgoing.find((one) => one.state !== "failed");
  }

  /** The event of one's own message may come before the answer to its post: it is the same message. */
  #settleOwn(message) {
    if (!this.isMine(message)) return;
    const twin = this.outgoing.find(
      (one) => one.state === "sending" && one.content.trim() === (message.original_content ?? ""),
    );
    if (twin) this.outgoing = this.outgoing.map((one) => (one === twin ? { ...one, isHidden: true } : one));
  }

  #change(key, changes) {
    this.outgoing = this.outgoing.map((one) => (one.key === key ? { ...one, ...changes } : one));
    this.#keep();
    this.changed();
  }

  #keep() {
    // Whoever is here by now is another.
    if (this.#isClosed) return;
    tabStore.set(this.#shelf, this.outgoing.length ? this.outgoing : null);
  }

  /** Where the tab keeps what is on its way out: by who wrote it, so that nobody who signs in here later sends it as theirs. */
  get #shelf() {
    return `outgoing.${this.mine()?.kind}.${this.mine()?.id}.${this.id}`;
  }

  /** Bring a message into view, wherever in the conversation it stands. @param {string} id */
  show(id) {
    if (!this.#inWindow(id)) return void this.open({ around: id });
    this.wanted = id;
    return this.changed();
  }

  // ── Changing ──

  /** Open the editor of one's newest message in sight. @returns {boolean} whether there is one */
  editNewest() {
    const row = this.messages.findLast((one) => this.isMine(one) && !one.deleted_at && one.original_content);
    if (!row || this.isGuest) return false;
    this.toEdit = row.id;
    this.changed();
    return true;
  }

  async edit(id, content) {
    this.upsert((await this.#answerOf(api.patch(`${this.path}/messages/${id}`, { content }))).data);
  }

  async delete(id) {
    await this.#answerOf(api.remove(`${this.path}/messages/${id}`));
    const row = this.find(id);
    if (row)
      this.upsert({
        ...row,
        deleted_at: new Date(api.now()).toISOString(),
        original_content: null,
        display_content: null,
        attachments: [],
        reactions: [],
      });
  }

  /** Add or take back one's reaction, shown at once. */
  async react(id, emoji) {
    const before = this.find(id);
    if (!before) return;
    const mine = before.reactions.find((one) => one.emoji === emoji)?.reacted ?? false;
    const counted = before.reactions.some((one) => one.emoji === emoji)
      ? before.reactions
      : [...before.reactions, { emoji, count: 0, reacted: false }];
    const reactions = counted
      .map((one) => (one.emoji === emoji ? { ...one, reacted: !mine, count: one.count + (mine ? -1 : 1) } : one))
      .filter((one) => one.count > 0);
    this.upsert({ ...before, reactions });
    const path = `${this.path}/messages/${id}/reactions/${encodeURIComponent(emoji)}`;
    try {
      await this.#answerOf(mine ? api.remove(path) : api.put(path));
    } catch (error) {
      this.upsert({ ...(this.find(id) ?? before), reactions: before.reactions });
      throw error;
    }
  }

  async pin(id, isPinned) {
    const path = `${this.path}/messages/${id}/pin`;
    await this.#answerOf(isPinned ? api.put(path) : api.remove(path));
    if (isPinned) this.pinned.add(id);
    else this.pinned.delete(id);
    this.changed();
  }

  // ── Read and typing ──

  /** Say, a little later, that everything shown has been read. @param {(state: any) => void} told */
  markRead(told) {
    const last = this.messages.at(-1);
    if (!last || this.isGuest || last.seq <= this.#markedSeq) return;
    clearTimeout(this.#readTimer);
    this.#readTimer = setTimeout(async () => {
      this.#markedSeq = last.seq;
      try {
        told((await this.#answerOf(api.post(`${this.path}/read`, { message_id: last.id }))).data);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.#markedSeq = 0;
      }
    }, 300);
  }

  /** Somebody else is typing here. */
  showTyping(who, name) {
    this.typing.set(who, { name, until: performance.now() + TYPING_LASTS });
    this.changed();
    setTimeout(() => {
      for (const [one, { until }] of this.typing) if (until <= performance.now() + 50) this.typing.delete(one);
      this.changed();
    }, TYPING_LASTS);
  }
}
