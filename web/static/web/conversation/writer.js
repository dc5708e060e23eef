/** What a reader writes into a conversation: posts, edits, deletions and reactions. */
import * as api from "../api.js";

/** @import { ThreadStateResource } from "../../../schema" */
/** @import { Message, Outgoing } from "../../../types" */
/** @import { HeldMessages } from "./held_messages.js" */
/** @import { Remote } from "./remote.js" */

export class Writer {
  /** @param {{path: string, remote: Remote, held: HeldMessages}} options `path`: of the API */
  constructor({ path, remote, held }) {
    this.path = path;
    this.remote = remote;
    this.held = held;
  }

  /** @param {Outgoing} item @returns {Promise<Message>} */
  async post({ key, content, files, parent, isBroadcast, language }) {
    /** @type {Record<string, unknown>} */
    const body = { content: content || null, type: "markdown", parent_message_id: parent, language, client_id: key };
    if (isBroadcast) body.is_broadcast = true;
    if (files.length) body.attachment_ids = files.map((file) => file.id);
    /** @type {{data: Message}} */
    const answer = await this.remote.answerOf(
      api.post(`${this.path}/messages`, body, { headers: { "Idempotency-Key": key } }),
    );
    return answer.data;
  }

  /** Show what was posted, unless the stream was quicker, with newer changes perhaps. @param {Message} message */
  posted(message) {
    if (!this.held.find(message.id)) this.held.add(message);
  }

  /** @param {string} id @param {string} content */
  async edit(id, content) {
    /** @type {{data: Message}} */
    const answer = await this.remote.answerOf(api.patch(`${this.path}/messages/${id}`, { content }));
    this.held.upsert(answer.data);
  }

  /** Say in which language a message was written. @param {string} id @param {string} language */
  async correctLanguage(id, language) {
    /** @type {{data: Message}} */
    const answer = await this.remote.answerOf(api.patch(`${this.path}/messages/${id}`, { language }));
    this.held.upsert(answer.data);
  }

  /** Follow the thread of a message, or leave it. @param {string} id @param {boolean} isFollowing */
  async follow(id, isFollowing) {
    const path = `${this.path}/messages/${id}/follow`;
    await this.remote.answerOf(isFollowing ? api.put(path) : api.remove(path));
    this.held.setThreadState(id, { is_following: isFollowing, last_read_seq: 0, unread_count: 0 });
  }

  /** Say that a thread was read up to a reply. @param {string} id @param {string} reply */
  async readThread(id, reply) {
    /** @type {{data: ThreadStateResource}} */
    const { data } = await api.post(`${this.path}/messages/${id}/replies/read`, { message_id: reply });
    this.held.setThreadState(id, data);
  }

  /** Ask for a translation again that failed. @param {string} id @param {string} language */
  async retranslate(id, language) {
    await this.remote.answerOf(api.post(`${this.path}/messages/${id}/translations/${language}/retry`));
    await this.held.refresh(id);
  }

  /** @param {string} id */
  async delete(id) {
    await this.remote.answerOf(api.remove(`${this.path}/messages/${id}`));
    const row = this.held.find(id);
    if (!row) return;
    const deleted_at = new Date(api.now()).toISOString();
    const nothing = { original_content: null, display_content: null, attachments: [], reactions: [] };
    this.held.upsert({ ...row, ...nothing, deleted_at });
  }

  /** Add or take back one's reaction, shown at once. @param {string} id @param {string} emoji */
  async react(id, emoji) {
    const row = this.held.find(id);
    if (!row) return;
    const isTaken = row.reactions.some((reaction) => reaction.emoji === emoji && reaction.reacted);
    const undo = this.held.toggleReaction(row, emoji);
    const path = `${this.path}/messages/${id}/reactions/${encodeURIComponent(emoji)}`;
    try {
      await this.remote.answerOf(isTaken ? api.remove(path) : api.put(path));
    } catch (error) {
      undo();
      throw error;
    }
  }
}
