/**
 * What the reader has begun to write: kept in this tab at every key, and by the service a moment later, for their other
 * devices. Without a connection the tab's copy is what there is, and the service gets it as soon as it is back.
 */
import * as api from "./api.js";
import { ApiError } from "./api_error.js";
import { Observable } from "./core.js";

/** @import { DraftResource } from "../../schema" */

const SAVE_AFTER = 1000;
/** The service tells all of the person's sockets of a change, this one too; after so long the news was lost. */
const ECHO_WITHIN = 10_000;

/**
 * @typedef {{conversation: string, parent: string | null, content: string, workspace: string | null, at: string}} Draft
 */

/** @param {string} conversation @param {string | null} parent */
const keyOf = (conversation, parent) => `${conversation}.${parent ?? ""}`;

/** @param {DraftResource} row @returns {Draft} */
const draftOf = (row) => ({
  conversation: row.conversation_id,
  parent: row.parent_message_id,
  content: row.content,
  workspace: row.workspace_id,
  at: row.updated_at,
});

export class Drafts extends Observable {
  /** As the service has them, by place. @type {Map<string, Draft>} */
  #kept = new Map();
  /** What the service does not have yet. @type {Map<string, Draft>} */
  #unsaved = new Map();
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();
  /** Until when news of this client's own saves are expected, by place. @type {Map<string, number[]>} */
  #echoes = new Map();

  constructor({ call = api, saveAfter = SAVE_AFTER } = {}) {
    super();
    this.call = call;
    this.saveAfter = saveAfter;
  }

  /** The last changed first. @returns {Draft[]} */
  get all() {
    const drafts = new Map([...this.#kept, ...this.#unsaved]);
    return [...drafts.values()]
      .filter((draft) => draft.content.trim())
      .sort((draft, other) => other.at.localeCompare(draft.at));
  }

  /** @param {string} conversation @param {string | null} [parent] @returns {string} */
  contentOf(conversation, parent = null) {
    const key = keyOf(conversation, parent);
    return (this.#unsaved.get(key) ?? this.#kept.get(key))?.content ?? "";
  }

  /** Whether something is begun in a conversation, but for its threads. @param {string} conversation */
  isBegun(conversation) {
    return Boolean(this.contentOf(conversation).trim());
  }

  /**
   * Keep what was typed, an empty text to forget it.
   *
   * @param {string} conversation
   * @param {string | null} parent
   * @param {string} content
   */
  keep(conversation, parent, content) {
    const key = keyOf(conversation, parent);
    if (content === this.contentOf(conversation, parent)) return;
    const before = this.#kept.get(key);
    const at = new Date(api.now()).toISOString();
    this.#unsaved.set(key, { conversation, parent, content, workspace: before?.workspace ?? null, at });
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => this.#save(key), this.saveAfter),
    );
    this.changed();
  }

  /** @param {string} key */
  async #save(key) {
    const draft = this.#unsaved.get(key);
    if (!draft) return;
    const { conversation, parent, content } = draft;
    const path = `/me/drafts/${conversation}`;
    const isTold = content.trim() !== "" || this.#kept.has(key);
    if (isTold) this.#echoes.set(key, [...(this.#echoes.get(key) ?? []), Date.now() + ECHO_WITHIN]);
    try {
      if (content.trim()) {
        /** @type {{data: DraftResource}} */
        const { data } = await this.call.put(path, { content, parent_message_id: parent });
        this.#kept.set(key, draftOf(data));
      } else {
        if (isTold) await this.call.remove(path + (parent ? `?parent_message_id=${parent}` : ""));
        this.#kept.delete(key);
      }
    } catch (error) {
      this.#isEcho(key);
      if (!(error instanceof ApiError)) throw error;
      // Tried again when the connection is back; what is refused, such as a text that is too long, stays in this tab.
      return;
    }
    if (this.#unsaved.get(key) === draft) this.#unsaved.delete(key);
    this.changed();
  }

  /** Take one of the expected news of a place. @param {string} key @returns {boolean} whether there was one */
  #isEcho(key) {
    const [first, ...rest] = (this.#echoes.get(key) ?? []).filter((until) => until > Date.now());
    this.#echoes.set(key, rest);
    return first !== undefined;
  }

  /** The connection is there: read what other devices kept, and send what this one could not. */
  async refresh() {
    try {
      /** @type {DraftResource[]} */
      const rows = await this.call.all("/me/drafts");
      this.#kept = new Map(rows.map((row) => [keyOf(row.conversation_id, row.parent_message_id), draftOf(row)]));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return;
    }
    this.changed();
    await Promise.all([...this.#unsaved.keys()].map((key) => this.#save(key)));
  }

  /**
   * Another device may have changed a draft.
   *
   * @param {string} conversation
   * @param {string | null} parent
   */
  async changedElsewhere(conversation, parent) {
    const key = keyOf(conversation, parent);
    // One's own news and another device's cannot be told apart, but there is one for each save.
    if (this.#isEcho(key) || this.#unsaved.has(key)) return;
    try {
      /** @type {DraftResource[]} */
      const rows = await this.call.all("/me/drafts", { conversation_id: conversation });
      const row = rows.find(({ parent_message_id: id }) => id === parent);
      if (row) this.#kept.set(key, draftOf(row));
      else this.#kept.delete(key);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
    this.changed();
  }

  /** Whoever wrote here has signed out. */
  forget() {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#kept.clear();
    this.#unsaved.clear();
    this.#echoes.clear();
    this.changed();
  }
}

/** Of whoever is signed in. */
export const drafts = new Drafts();
