/** What is pinned in a conversation. */
import * as api from "../api.js";

/** @import { Message } from "../../../types" */
/** @import { Remote } from "./remote.js" */

export class Pins {
  /** @type {Set<string>} */
  ids = new Set();

  /** @param {Remote} remote @param {() => void} changed */
  constructor(remote, changed) {
    this.remote = remote;
    this.path = remote.path;
    this.changed = changed;
  }

  /** @param {string} id */
  has(id) {
    return this.ids.has(id);
  }

  async load() {
    /** @type {Message[]} */
    const rows = await api.all(`${this.path}/pins`).catch(() => []);
    this.ids = new Set(rows.map((row) => row.id));
    this.changed();
  }

  /** Pin a message, or take its pin off. @param {string} id @param {boolean} isPinned */
  async set(id, isPinned) {
    const path = this.path;
    const call = isPinned ? api.put(`${path}/messages/${id}/pin`) : api.remove(`${path}/messages/${id}/pin`);
    await this.remote.answerOf(call);
    this.note(id, isPinned);
    this.changed();
  }

  /** @param {string} id @param {boolean} isPinned */
  note(id, isPinned) {
    if (isPinned) this.ids.add(id);
    else this.ids.delete(id);
  }
}
