/** One conversation as this client holds it: its parts, and what the reader does with all of them. */
import { Happening, Observable } from "../core.js";
import { ConversationEvents } from "./events.js";
import { HeldMessages, isMe } from "./held_messages.js";
import { Outbox } from "./outbox.js";
import { Pins } from "./pins.js";
import { ReadMarker } from "./read_marker.js";
import { Remote } from "./remote.js";
import { ThreadRows } from "./thread.js";
import { TypingPeople } from "./typing.js";
import { MessageWindow } from "./window.js";
import { Writer } from "./writer.js";

/** @import { ReadStateResource } from "../../../schema" */
/** @import { Identity, Message } from "../../../types" */

export class Conversation extends Observable {
  /** Whether the service said that there is no such conversation, at least for this caller. */
  isMissing = false;
  /** Whether it is a temporary room's and has ended: it can be read, not written to. */
  isOver = false;
  /** A message is to be brought into view; its id. @type {Happening<string>} */
  revealed = new Happening();
  /**
   * A thread is to be shown: the id of what it is about, and of the reply to bring into view.
   *
   * @type {Happening<{id: string, at: string}>}
   */
  threadOpened = new Happening();
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
    const remote = new Remote({ path, onOver: () => this.end(), onMissing: () => this.#missing(onMissing) });
    this.remote = remote;
    this.thread = new ThreadRows();
    this.typing = new TypingPeople(changed);
    this.readMarker = new ReadMarker(remote);
    this.pins = new Pins(remote, changed);
    const held = new HeldMessages({ remote, thread: this.thread, windowOf: () => this.window, mine, changed });
    this.held = held;
    this.writer = new Writer({ path, remote, held });
    this.outbox = new Outbox({
      shelf: () => `outgoing.${mine()?.kind}.${mine()?.id}.${id}`,
      post: (item) => this.writer.post(item),
      onPosted: (message) => this.writer.posted(message),
      changed,
    });
    const { pins, outbox, typing } = this;
    this.events = new ConversationEvents({ held, pins, outbox, typing, onOver: (isOver) => this.end(isOver) });
    this.window = new MessageWindow({
      remote,
      changed,
      take: (message) => held.upsert(message),
      onOpen: (lastSeq, unread) => this.#opened(lastSeq, unread),
      onFirstOpen: () => !isGuest && pins.load(),
      onReveal: (message) => this.#reveal(message),
      hasThreads: !isGuest,
    });
  }

  /** @param {Message} message */
  isMine({ sender }) {
    return sender !== null && isMe(this.mine(), sender.kind, sender.id);
  }

  /** A message of the window or of the thread beside it. @param {string} id */
  find(id) {
    return this.held.find(id);
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

  /** Bring a message of the window into view, or the reply that lives in a thread. @param {string} id */
  async #reveal(id) {
    if (this.window.find(id)) return this.revealed.emit(id);
    /** @type {Promise<{data: Message}>} */
    const asked = this.remote.ask(`${this.path}/messages/${id}`);
    const answer = await asked.catch(() => null);
    const parent = answer?.data.parent_message_id;
    if (!parent) return undefined;
    this.threadOpened.emit({ id: parent, at: id });
    return this.reveal(parent);
  }

  /** Say, a little later, that everything shown has been read. @param {(state: ReadStateResource) => void} onMarked */
  markRead(onMarked) {
    const last = this.window.messages.at(-1);
    if (last && !this.isGuest) this.readMarker.mark(last, onMarked);
  }

  /** Let a message and what follows be unread. @param {Message} message @returns {Promise<ReadStateResource>} */
  async markUnread(message) {
    const state = await this.readMarker.markUnread(message);
    this.changed();
    return state;
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

  /**
   * The stream is whole, for the first time or again: read what it could not tell of, send what waits.
   *
   * @param {boolean} isFirst
   */
  connected(isFirst) {
    if (isFirst || this.window.error || this.window.isStored) this.window.catchUp();
    this.outbox.resume();
  }

  /** Nothing more is written here; or it is again. @param {boolean} [isOver] */
  end(isOver = true) {
    this.isOver = isOver;
    this.changed();
  }

  /** Whoever read and wrote here has left: nothing that waits is sent. */
  close() {
    this.outbox.close();
  }

  /** @param {number} lastSeq @param {number | undefined} unread */
  #opened(lastSeq, unread) {
    this.isMissing = false;
    if (unread !== undefined) this.readMarker.begin(lastSeq, unread, this.window.messages);
    this.outbox.flush();
  }

  /** @param {() => void} onMissing */
  #missing(onMissing) {
    this.isMissing = true;
    this.changed();
    onMissing();
  }
}
