/** The messages that are held of a conversation, in its window and in the thread beside it, as one list. */
import { ApiError } from "../api_error.js";
import { counted, toggled } from "./reactions.js";
import { isUncounted, withOwnState, withReply } from "./thread.js";

/** @import { ThreadStateResource } from "../../../schema" */
/** @import { Identity, Message, ReactionChange, Reactor } from "../../../types" */
/** @import { Remote } from "./remote.js" */
/** @import { ThreadRows } from "./thread.js" */
/** @import { MessageWindow } from "./window.js" */

/** @param {Identity | null} me @param {string} kind @param {number | string} id */
export const isMe = (me, kind, id) => me !== null && me.kind === kind && String(me.id) === String(id);

export class HeldMessages {
  /** Replies that were counted with their parents, as their events may come again. @type {Set<string>} */
  #counted = new Set();

  /**
   * @param {{
   *   remote: Remote, thread: ThreadRows, windowOf: () => MessageWindow, mine: () => Identity | null,
   *   changed: () => void,
   * }} options
   *   `mine`: who reads and writes here
   */
  constructor({ remote, thread, windowOf, mine, changed }) {
    this.remote = remote;
    this.thread = thread;
    this.windowOf = windowOf;
    this.mine = mine;
    this.changed = changed;
  }

  /** @param {string} id @returns {Message | null} */
  find(id) {
    return this.windowOf().find(id) ?? this.thread.rows.get(id) ?? null;
  }

  /** Store a message wherever it is held. Idempotent. @param {Message} message */
  upsert(message) {
    const row = withOwnState(message, this.find(message.id));
    this.remote.note(row);
    this.thread.upsert(row);
    this.windowOf().upsert(row);
    this.changed();
  }

  /** Read one message again. @param {string} id */
  async refresh(id) {
    try {
      /** @type {{data: Message}} */
      const answer = await this.remote.ask(`${this.remote.path}/messages/${id}`);
      if (this.find(id)) this.upsert(answer.data);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** Store a message that is new, and count it as a reply. Idempotent. @param {Message} message */
  add(message) {
    const parent = message.parent_message_id && this.find(message.parent_message_id);
    if (parent && !this.find(message.id) && !this.#counted.has(message.id) && isUncounted(parent, message)) {
      this.#counted.add(message.id);
      const isMine = this.#isByMe(message);
      const concernsMe = this.#isByMe(parent) || [parent, message].some((row) => this.#mentionsMe(row));
      this.upsert(withReply(parent, message, { isMine, concernsMe }));
    }
    this.upsert(message);
  }

  /**
   * Store what was read of a thread, and whether it is followed, as the service knows it now.
   *
   * @param {string} id
   * @param {ThreadStateResource} state
   */
  setThreadState(id, { is_following, unread_count }) {
    const row = this.find(id);
    const thread = row?.thread ?? { last_reply_at: null, repliers: [] };
    if (row) this.upsert({ ...row, thread: { ...thread, is_following, unread_count } });
  }

  /** @param {Message} message */
  #isByMe({ sender }) {
    return sender !== null && isMe(this.mine(), sender.kind, sender.id);
  }

  /** @param {Message} message */
  #mentionsMe({ mentions }) {
    return mentions.some(({ kind, id }) => kind === "user" && isMe(this.mine(), kind, id));
  }

  /** Take over the service's count of a reaction. @param {ReactionChange} change @param {boolean} isAdded */
  countReaction(change, isAdded) {
    const { message_id: id, emoji, count } = change;
    const row = this.find(id);
    if (!row) return;
    /** @type {Reactor} */
    const who = change.user
      ? { kind: "user", id: change.user.id, name: change.user.name }
      : { kind: "guest", id: change.guest.id, name: change.guest.nickname };
    const isMine = isMe(this.mine(), who.kind, who.id);
    this.upsert({ ...row, reactions: counted(row.reactions, { emoji, count, isMine, who, isAdded }) });
  }

  /**
   * Add or take back one's own reaction before the service knows it.
   *
   * @param {Message} row
   * @param {string} emoji
   * @returns {() => void} how to undo that
   */
  toggleReaction(row, emoji) {
    const me = this.mine() ?? { kind: "user", id: 0 };
    // One's own name is never shown.
    this.upsert({ ...row, reactions: toggled(row.reactions, emoji, { ...me, name: "" }) });
    return () => this.upsert({ ...(this.find(row.id) ?? row), reactions: row.reactions });
  }
}
