/** How one conversation asks the service: refusals that concern all of it, and answers that the stream overtakes. */
import * as api from "../api.js";

/** @import { Message, Query } from "../../../types" */

export class Remote {
  /** For each read under way, the newer rows that the stream brought meanwhile. @type {Set<Map<string, Message>>} */
  #reads = new Set();

  /**
   * @param {{path: string, onMissing: () => void, onOver: () => void}} options
   *   `onMissing`: there is no such conversation, at least for this caller; `onOver`: it can only be read
   */
  constructor({ path, onMissing, onOver }) {
    this.path = path;
    this.onMissing = onMissing;
    this.onOver = onOver;
  }

  /**
   * The answer of a call below this conversation's path.
   *
   * @template T
   * @param {Promise<T>} call
   * @returns {Promise<T>}
   */
  async answerOf(call) {
    try {
      return await call;
    } catch (error) {
      if (error.status === 410) this.onOver();
      if (error.status === 404) this.onMissing();
      throw error;
    }
  }

  /**
   * Read messages. Rows that the stream brings meanwhile are newer than the answer's.
   *
   * @template {{data: Message | Message[]}} T
   * @param {string} path
   * @param {Query} [query]
   * @returns {Promise<T>}
   */
  async ask(path, query) {
    /** @type {Map<string, Message>} */
    const overtaken = new Map();
    this.#reads.add(overtaken);
    try {
      /** @type {T} */
      const answer = await this.answerOf(api.get(path, query));
      /** @param {Message} row */
      const newest = (row) => overtaken.get(row.id) ?? row;
      return { ...answer, data: Array.isArray(answer.data) ? answer.data.map(newest) : newest(answer.data) };
    } finally {
      this.#reads.delete(overtaken);
    }
  }

  /** Let reads under way know a row that their answers may not have yet. @param {Message} message */
  note(message) {
    for (const overtaken of this.#reads) overtaken.set(message.id, message);
  }
}
