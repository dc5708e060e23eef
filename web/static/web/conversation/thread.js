/** The rows of the thread that stands beside the window: they live, wherever in the conversation they are. */

/** @import { Message } from "../../../types" */

/** So many people who reply are shown. */
const MOST_REPLIERS = 5;

/** Whether a reply lives in its thread alone. @param {Message} message */
export const isInThreadOnly = (message) => message.parent_message_id !== null && !message.is_broadcast;

/**
 * Whether `reply` may not be counted with its parent yet: what was read of the parent is not newer, in seconds.
 *
 * @param {Message} parent
 * @param {Message} reply
 */
export const isUncounted = ({ thread }, reply) => !thread?.last_reply_at || thread.last_reply_at <= reply.created_at;

/**
 * A message after one more reply.
 *
 * @param {Message} parent
 * @param {Message} reply
 * @param {{isMine: boolean, concernsMe: boolean}} reader
 *   `isMine`: the reader wrote the reply; `concernsMe`: they wrote the message, or one of the two mentions them
 * @returns {Message}
 */
export function withReply(parent, reply, { isMine, concernsMe }) {
  const { sender } = reply;
  const repliers = parent.thread?.repliers ?? [];
  const isNew = sender && !repliers.some((other) => other.kind === sender.kind && other.id === sender.id);
  const isFollowing = isMine || (parent.thread ? (parent.thread.is_following ?? false) : concernsMe);
  const unread = parent.thread?.unread_count ?? 0;
  return {
    ...parent,
    reply_count: parent.reply_count + 1,
    thread: {
      last_reply_at: reply.created_at,
      repliers: isNew && repliers.length < MOST_REPLIERS ? [...repliers, sender] : repliers,
      is_following: isFollowing,
      unread_count: isMine || !isFollowing ? 0 : unread + 1,
    },
  };
}

/**
 * A row as the stream brings it, with what only the reader's own answers tell.
 *
 * @param {Message} row
 * @param {Message | null} known
 */
export function withOwnState(row, known) {
  if (!row.thread || row.thread.is_following !== null || !known?.thread) return row;
  const { is_following, unread_count } = known.thread;
  return { ...row, thread: { ...row.thread, is_following, unread_count } };
}

export class ThreadRows {
  /** The message that the thread is about, or empty. */
  id = "";
  /** By id; another map whenever one of them changes. @type {Map<string, Message>} */
  rows = new Map();

  /**
   * Hold `rows` of the thread about `id`, beside those already here; without any, hold none.
   *
   * @param {string} [id]
   * @param {Message[]} [rows]
   */
  hold(id = "", rows = []) {
    const before = this.id === id ? this.rows : new Map();
    this.id = id;
    // What is here already is newer: the stream brought it while `rows` were read.
    this.rows = new Map([...new Map(rows.map((row) => [row.id, row])), ...before]);
  }

  /** Store a row if it is of this thread. @param {Message} message */
  upsert(message) {
    const isReply = this.id !== "" && message.parent_message_id === this.id;
    if (isReply || this.rows.has(message.id)) this.rows = new Map(this.rows).set(message.id, message);
  }
}
