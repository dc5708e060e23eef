/** How far the reader has read: what the service is sent, and where the line "new" stands. */
import * as api from "../api.js";
import { ApiError } from "../api_error.js";

/** @import { ReadStateResource } from "../../../schema" */
/** @import { Message } from "../../../types" */
/** @import { Remote } from "./remote.js" */

const DELAY = 300;

export class ReadMarker {
  /** The line "new" stands after this number. */
  newAfter = Infinity;
  #markedSeq = 0;
  #timer = 0;
  /** Whether the reader wants it to stay unread, until they come back. */
  #isHeld = false;

  /** @param {Remote} remote */
  constructor(remote) {
    this.remote = remote;
  }

  /**
   * The newest `unread` messages up to `lastSeq` are new: the reader begins to read them.
   *
   * @param {number} lastSeq
   * @param {number} unread
   * @param {Pick<Message, "seq" | "deleted_at">[]} [messages]
   *   the newest, in order: deleted ones are not counted as unread, and numbers that are missing are replies in threads
   */
  begin(lastSeq, unread, messages = []) {
    let left = unread;
    this.newAfter = unread > 0 ? lastSeq - unread : Infinity;
    for (const { seq, deleted_at: deletedAt } of [...messages].reverse()) {
      if (left <= 0) return;
      if (seq > lastSeq) continue;
      if (!deletedAt) left -= 1;
      this.newAfter = seq - 1 - left;
    }
  }

  /**
   * Let everything from `first` on be unread, and stay so until the reader comes back.
   *
   * @param {Pick<Message, "id" | "seq">} first
   * @returns {Promise<ReadStateResource>}
   */
  async markUnread(first) {
    clearTimeout(this.#timer);
    this.#isHeld = true;
    this.#markedSeq = 0;
    const call = api.post(`${this.remote.path}/unread`, { message_id: first.id });
    /** @type {{data: ReadStateResource}} */
    const { data } = await this.remote.answerOf(call);
    this.newAfter = first.seq - 1;
    return data;
  }

  /** The reader left: nothing is new any longer. */
  end() {
    this.#isHeld = false;
    this.newAfter = Infinity;
  }

  /**
   * Tell the service, a little later, that everything up to `last` was read.
   *
   * @param {Message} last
   * @param {(state: ReadStateResource) => void} onMarked
   */
  mark(last, onMarked) {
    if (this.#isHeld || last.seq <= this.#markedSeq) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      this.#markedSeq = last.seq;
      const path = this.remote.path;
      try {
        /** @type {{data: ReadStateResource}} */
        const { data } = await this.remote.answerOf(api.post(`${path}/read`, { message_id: last.id }));
        onMarked(data);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.#markedSeq = 0;
      }
    }, DELAY);
  }
}
