/** One conversation as this client holds it: its parts, and what the stream and the reader do to them. */
import * as api from "../api.js";
import { ApiError } from "../api_error.js";
import { Happening, Observable } from "../core.js";
import { Outbox } from "./outbox.js";
import { Pins } from "./pins.js";
import { counted, toggled } from "./reactions.js";
import { ReadMarker } from "./read_marker.js";
import { Remote } from "./remote.js";
import { ThreadRows } from "./thread.js";
import { keyOf, TypingPeople } from "./typing.js";
import { MessageWindow } from "./window.js";

/** @import { ReadStateResource } from "../../../schema" */
/** @import { Actor, ConversationEventFrame, Identity, Message, Outgoing, ReactionChange } from "../../../types" */

export class Conversation extends Observable {
  /** Whether the service said that there is no such conversation, at least for this caller. */
  isMissing = false;
  /** Whether it is a temporary room's and has ended: it can be read, not written to. */
  isOver = false;
  /** A message is to be brought into view; its id. @type {Happening<string>} */
  revealed = new Happening();
  /** The editor of a message of the window is to open; its id. @type {Happening<string>} */
  editorOpened = new Happening();

  /**
   * @param {{id: string, path: string, mine: () => Identity | null, isGuest?: boolean, onMissing?: () => void}} options
   *   `path`: of the API; `mine`: who reads and writes here
   */
  constructor({ id, path, mine, isGuest = false, onMissing = () => {} }) {
    super();
    this.id = id;
    this.path = path;
    this.mine = mine;
    this.isGuest = isGuest;
    const changed = () => this.changed();
    this.remote = new Remote({
      path,
      onOver: () => this.end(),
      onMissing: () => {
        this.isMissing = true;
        this.changed();
        onMissing();
      },
    });
    this.thread = new ThreadRows();
    this.typing = new TypingPeople(changed);
    this.readMarker = new ReadMarker(this.remote);
    this.pins = new Pins(this.remote, changed);
    this.outbox = new Outbox({
      shelf: () => `outgoing.${mine()?.kind}.${mine()?.id}.${id}`,
      post: (item) => this.#post(item),
      onPosted: (message) => this.#posted(message),
      changed,
    });
    this.window = new MessageWindow({
      remote: this.remote,
      changed,
      take: (message) => this.upsert(message),
      onOpen: (lastSeq, unread) => this.#opened(lastSeq, unread),
      onFirstOpen: () => !isGuest && this.pins.load(),
      onReveal: (message) => this.revealed.emit(message),
    });
  }

  /** @param {Message} message */
  isMine({ sender }) {
    return sender !== null && this.#isMe(sender.kind, sender.id);
  }

  /** @param {string} kind @param {number | string} id */
  #isMe(kind, id) {
    const me = this.mine();
    return me !== null && me.kind === kind && String(me.id) === String(id);
  }

  /** A message of the window or of the thread beside it. @param {string} id @returns {Message | null} */
  find(id) {
    return this.window.find(id) ?? this.thread.rows.get(id) ?? null;
  }

  /** Store a message wherever it is held. Idempotent. @param {Message} message */
  upsert(message) {
    this.remote.note(message);
    this.thread.upsert(message);
    this.window.upsert(message);
    this.changed();
  }

  /** @param {number} lastSeq @param {number | undefined} unread */
  #opened(lastSeq, unread) {
    this.isMissing = false;
    if (unread !== undefined) this.readMarker.begin(lastSeq, unread, this.window.messages);
    this.outbox.flush();
  }

  /** Read one message again. @param {string} id */
  async refresh(id) {
    try {
      /** @type {{data: Message}} */
      const answer = await this.remote.ask(`${this.path}/messages/${id}`);
      if (this.find(id)) this.upsert(answer.data);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** Keep these rows of a thread up to date too; without any, none. @param {string} [id] @param {Message[]} [rows] */
  holdThread(id, rows) {
    this.thread.hold(id, rows);
    this.changed();
  }

  /** Bring a message into view, wherever in the conversation it stands. @param {string} id */
  reveal(id) {
    if (!this.window.find(id)) return void this.window.open({ around: id });
    this.revealed.emit(id);
    return this.changed();
  }

  /** Say, a little later, that everything shown has been read. @param {(state: ReadStateResource) => void} onMarked */
  markRead(onMarked) {
    const last = this.window.messages.at(-1);
    if (last && !this.isGuest) this.readMarker.mark(last, onMarked);
  }

  /** Whoever read and wrote here has left: nothing that waits is sent. */
  close() {
    this.outbox.close();
  }

  /** Nothing more is written here; or it is again. @param {boolean} [isOver] */
  end(isOver = true) {
    this.isOver = isOver;
    this.changed();
  }

  // ── The stream ──

  /**
   * The stream is whole, for the first time or again: read what it could not tell of, send what waits.
   *
   * @param {boolean} isFirst
   */
  connected(isFirst) {
    if (isFirst || this.window.error) this.window.catchUp();
    this.outbox.resume();
  }

  /** A durable event of this conversation. Idempotent. @param {ConversationEventFrame} frame */
  apply({ event, data }) {
    switch (event) {
      case "message.created":
        return this.#created(data);
      case "message.translated":
      case "message.updated":
      case "message.deleted":
      case "message.pinned":
      case "message.unpinned":
        if (event === "message.pinned") this.pins.note(data.id, true);
        if (event === "message.unpinned" || event === "message.deleted") this.pins.note(data.id, false);
        return this.find(data.id) ? this.upsert(data) : this.remote.note(data);
      case "message.untranslated":
        return this.#untranslated(data);
      case "reaction.added":
      case "reaction.removed":
        return this.#countReaction(data);
      case "room.closed":
      case "room.extended":
        return this.end(event === "room.closed");
      default:
        return void (/** @satisfies {never} */ (event));
    }
  }

  /** No translation for this reader; one for others may still be on its way. @param {Message} message */
  #untranslated(message) {
    const status = message.translation_status === "pending" ? "failed" : message.translation_status;
    const known = { ...message, translation_status: status };
    return this.find(message.id) ? this.upsert(known) : this.remote.note(known);
  }

  /** Somebody types here. @param {Actor} actor */
  showTyping(actor) {
    const [kind, id] = keyOf(actor).split(":");
    if (!this.#isMe(kind, id)) this.typing.show(actor);
  }

  /** @param {Message} message */
  #created(message) {
    if (message.sender) this.typing.stop(`${message.sender.kind}:${message.sender.id}`);
    // The event of one's own message may come before the answer to its post.
    if (message.client_id) this.outbox.discard(message.client_id);
    if (!this.find(message.id)) this.#countReply(message);
    this.upsert(message);
  }

  /** @param {Message} reply */
  #countReply({ parent_message_id: id }) {
    const parent = id && this.find(id);
    if (parent) this.upsert({ ...parent, reply_count: parent.reply_count + 1 });
  }

  /** @param {ReactionChange} change */
  #countReaction(change) {
    const { message_id: id, emoji, count } = change;
    const row = this.find(id);
    if (!row) return;
    const isMine = change.user ? this.#isMe("user", change.user.id) : this.#isMe("guest", change.guest.id);
    this.upsert({ ...row, reactions: counted(row.reactions, { emoji, count, isMine }) });
  }

  // ── Writing ──

  /** @param {Outgoing} item */
  async #post({ key, content, files, parent, language }) {
    /** @type {Record<string, unknown>} */
    const body = { content: content || null, parent_message_id: parent, language, client_id: key };
    if (files.length) body.attachment_ids = files.map((file) => file.id);
    /** @type {{data: Message}} */
    const answer = await this.remote.answerOf(
      api.post(`${this.path}/messages`, body, { headers: { "Idempotency-Key": key } }),
    );
    return answer.data;
  }

  /** @param {Message} message */
  #posted(message) {
    // The stream was quicker, and may have brought newer changes of it.
    if (this.find(message.id)) return;
    this.#countReply(message);
    this.upsert(message);
  }

  /**
   * Open the editor of one's newest message in sight, unless a newer one is still on its way.
   *
   * @returns {boolean} whether there is one
   */
  editNewest() {
    if (this.outbox.items.some((item) => item.state === "sending" && !item.parent)) return false;
    const row = this.window.messages.findLast((message) => this.isMine(message) && message.original_content);
    if (!row || this.isGuest) return false;
    this.editorOpened.emit(row.id);
    return true;
  }

  /** @param {string} id @param {string} content */
  async edit(id, content) {
    /** @type {{data: Message}} */
    const answer = await this.remote.answerOf(api.patch(`${this.path}/messages/${id}`, { content }));
    this.upsert(answer.data);
  }

  /** @param {string} id */
  async delete(id) {
    await this.remote.answerOf(api.remove(`${this.path}/messages/${id}`));
    const row = this.find(id);
    if (!row) return;
    const at = new Date(api.now()).toISOString();
    this.upsert({
      ...row,
      deleted_at: at,
      original_content: null,
      display_content: null,
      attachments: [],
      reactions: [],
    });
  }

  /** Add or take back one's reaction, shown at once. @param {string} id @param {string} emoji */
  async react(id, emoji) {
    const before = this.find(id);
    if (!before) return;
    const mine = before.reactions.some((reaction) => reaction.emoji === emoji && reaction.reacted);
    this.upsert({ ...before, reactions: toggled(before.reactions, emoji) });
    const path = `${this.path}/messages/${id}/reactions/${encodeURIComponent(emoji)}`;
    try {
      await this.remote.answerOf(mine ? api.remove(path) : api.put(path));
    } catch (error) {
      this.upsert({ ...(this.find(id) ?? before), reactions: before.reactions });
      throw error;
    }
  }
}
