/** The rows of the thread that stands beside the window: they live, wherever in the conversation they are. */

/** @import { Message } from "../../../types" */

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
