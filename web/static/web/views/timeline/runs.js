/** Which neighbours stand together, under one name. */

/** @import { Message } from "../../../../types" */

const RUN = 5 * 60_000;

/** Whether what was written at two times may stand together. @param {string} before @param {string} at */
export const isCloseTo = (before, at) =>
  Date.parse(at) - Date.parse(before) < RUN && new Date(before).toDateString() === new Date(at).toDateString();

/** Whether one person wrote two neighbours at about the same time. @param {Message} before @param {Message} message */
export function isRun(before, message) {
  return (
    before.sender !== null &&
    message.sender !== null &&
    before.sender.kind === message.sender.kind &&
    before.sender.id === message.sender.id &&
    !message.parent_message_id &&
    isCloseTo(before.created_at, message.created_at)
  );
}
