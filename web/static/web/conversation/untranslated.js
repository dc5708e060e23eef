/** Which messages are shown as they were written because nothing translates them yet. */

/** @import { Message } from "../../../types" */
/** @import { Conversation } from "./conversation.js" */

/** Its translation follows by itself once there is an engine or a model. @param {Message} message */
export const waitsForEngine = (message) =>
  message.translation_reason === "no_engine" && message.display_source === "original" && !message.deleted_at;

/** Whether one of the messages in the window or the thread does. @param {Conversation} conversation */
export const hasWaiting = (conversation) =>
  [...conversation.window.messages, ...conversation.thread.rows.values()].some(waitsForEngine);
