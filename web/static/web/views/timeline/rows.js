/** The rows of a timeline: messages, days, and the line above what is new. */
import { now } from "../../api.js";
import { html } from "../../core.js";
import { dayName, spoken, t } from "../../i18n.js";
import { app } from "../../state.js";
import { Message } from "../message/message.js";
import { isRun } from "./runs.js";

/** @import { Conversation, Message as Row, Room, VNode } from "../../../../types" */

/**
 * What was drawn of each message, by its id, and of what.
 *
 * @typedef {Map<string, {seen: unknown[], element: VNode}>} Drawn
 */

/**
 * The same element as the last time where nothing that it shows has changed: a row costs nothing when another changes.
 *
 * @param {Drawn} drawn
 * @param {Row} message
 * @param {Conversation} conversation
 * @param {boolean} isFirst
 * @param {Room} room
 */
function rowOf(drawn, message, conversation, isFirst, room) {
  const { id, parent_message_id: parent } = message;
  const seen = [
    message,
    isFirst,
    room,
    conversation.pins.has(id),
    app.state.saved.has(id),
    parent && conversation.find(parent),
    spoken(),
  ];
  const before = drawn.get(id);
  if (before?.seen.every((value, i) => value === seen[i])) return before.element;
  const element = html`
    <${Message} key=${id} message=${message} conversation=${conversation} isFirst=${isFirst} room=${room} />`;
  drawn.set(id, { seen, element });
  return element;
}

/** @param {Conversation} conversation @param {Room} room @param {Drawn} drawn */
export function rowsOf(conversation, room, drawn) {
  const rows = [];
  let before = /** @type {Row | null} */ (null);
  for (const message of conversation.window.messages) {
    const day = new Date(message.created_at).toDateString();
    const isNewDay = !before || new Date(before.created_at).toDateString() !== day;
    if (isNewDay) {
      const name = dayName(message.created_at, now());
      rows.push(html`<li class="day" key=${`day-${message.id}`}><span>${name}</span></li>`);
    }
    const isFirstNew =
      message.seq > conversation.readMarker.newAfter &&
      (!before || before.seq <= conversation.readMarker.newAfter) &&
      !conversation.isMine(message);
    if (isFirstNew) rows.push(html`<li class="new-line" key="new"><span>${t("timeline.newLine")}</span></li>`);
    const isFirst = isNewDay || isFirstNew || !before || !isRun(before, message);
    rows.push(rowOf(drawn, message, conversation, isFirst, room));
    before = message;
  }
  for (const id of drawn.keys()) if (!conversation.find(id)) drawn.delete(id);
  return rows;
}
