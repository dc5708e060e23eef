/** What the realtime stream changes in a conversation. */
import { isMe } from "./held_messages.js";
import { keyOf } from "./typing.js";

/** @import { Actor, ConversationEventFrame, Message } from "../../../types" */
/** @import { HeldMessages } from "./held_messages.js" */
/** @import { Outbox } from "./outbox.js" */
/** @import { Pins } from "./pins.js" */
/** @import { TypingPeople } from "./typing.js" */

export class ConversationEvents {
  /**
   * @param {{
   *   held: HeldMessages, pins: Pins, outbox: Outbox, typing: TypingPeople, onOver: (isOver: boolean) => void,
   * }} options
   */
  constructor({ held, pins, outbox, typing, onOver }) {
    this.held = held;
    this.pins = pins;
    this.outbox = outbox;
    this.typing = typing;
    this.onOver = onOver;
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
        // The service alone knows what is left of the thread.
        if (event === "message.deleted" && data.parent_message_id) this.#refresh(data.parent_message_id);
        return this.held.find(data.id) ? this.held.upsert(data) : this.held.remote.note(data);
      case "message.untranslated":
        return this.#untranslated(data);
      case "reaction.added":
      case "reaction.removed":
        return this.held.countReaction(data, event === "reaction.added");
      case "room.closed":
      case "room.extended":
        return this.onOver(event === "room.closed");
      default:
        return void (/** @satisfies {never} */ (event));
    }
  }

  /** No translation for this reader; one for others may still be on its way. @param {Message} message */
  #untranslated(message) {
    const status = message.translation_status === "pending" ? "failed" : message.translation_status;
    const known = { ...message, translation_status: status };
    return this.held.find(message.id) ? this.held.upsert(known) : this.held.remote.note(known);
  }

  /** Read a message again, if it is held. @param {string} id */
  #refresh(id) {
    if (this.held.find(id)) this.held.refresh(id);
  }

  /** Somebody types here. @param {Actor} actor */
  showTyping(actor) {
    const [kind, id] = keyOf(actor).split(":");
    if (!isMe(this.held.mine(), kind, id)) this.typing.show(actor);
  }

  /** @param {Message} message */
  #created(message) {
    if (message.sender) this.typing.stop(`${message.sender.kind}:${message.sender.id}`);
    // The event of one's own message may come before the answer to its post.
    if (message.client_id) this.outbox.discard(message.client_id);
    this.held.add(message);
  }
}
