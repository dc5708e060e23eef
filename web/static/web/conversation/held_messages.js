/** The messages that are held of a conversation, in its window and in the thread beside it, as one list. */
import { ApiError } from "../api_error.js";
import { counted, toggled } from "./reactions.js";

/** @import { Identity, Message, ReactionChange } from "../../../types" */
/** @import { Remote } from "./remote.js" */
/** @import { ThreadRows } from "./thread.js" */
/** @import { MessageWindow } from "./window.js" */

/** @param {Identity | null} me @param {string} kind @param {number | string} id */
export const isMe = (me, kind, id) => me !== null && me.kind === kind && String(me.id) === String(id);

export class HeldMessages {
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
    this.remote.note(message);
    this.thread.upsert(message);
    this.windowOf().upsert(message);
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
    if (parent && !this.find(message.id)) this.upsert({ ...parent, reply_count: parent.reply_count + 1 });
    this.upsert(message);
  }

  /** Take over the service's count of a reaction. @param {ReactionChange} change */
  countReaction(change) {
    const { message_id: id, emoji, count } = change;
    const row = this.find(id);
    if (!row) return;
    const isMine = change.user
      ? isMe(this.mine(), "user", change.user.id)
      : isMe(this.mine(), "guest", change.guest.id);
    this.upsert({ ...row, reactions: counted(row.reactions, { emoji, count, isMine }) });
  }

  /**
   * Add or take back one's own reaction before the service knows it.
   *
   * @param {Message} row
   * @param {string} emoji
   * @returns {() => void} how to undo that
   */
  toggleReaction(row, emoji) {
    this.upsert({ ...row, reactions: toggled(row.reactions, emoji) });
    return () => this.upsert({ ...(this.find(row.id) ?? row), reactions: row.reactions });
  }
}
