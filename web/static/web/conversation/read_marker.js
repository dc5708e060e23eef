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
   *   the newest, in order: deleted ones are not counted as unread
   */
  begin(lastSeq, unread, messages = []) {
    this.newAfter = unread > 0 ? lastSeq - unread : Infinity;
    for (const { seq, deleted_at: deletedAt } of [...messages].reverse()) {
      if (deletedAt && seq > this.newAfter && seq <= lastSeq) this.newAfter -= 1;
    }
  }

  /** The reader left: nothing is new any longer. */
  end() {
    this.newAfter = Infinity;
  }

  /**
   * Tell the service, a little later, that everything up to `last` was read.
   *
   * @param {Message} last
   * @param {(state: ReadStateResource) => void} onMarked
   */
  mark(last, onMarked) {
    if (last.seq <= this.#markedSeq) return;
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
