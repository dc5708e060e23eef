/**
 * A visitor's stay in a temporary room: kept in this browser until it ends. It speaks with a guest's token, never a
 * cookie.
 */
import * as api from "./api.js";
import { Conversation } from "./conversation/conversation.js";
import { localStore, Store } from "./core.js";
import { spoken } from "./i18n.js";
import { Stream } from "./socket.js";

/** @import { EventFrame, LinkState, SignalFrame, Stay } from "../../types" */

/** The code of a socket whose guest's room has ended. */
const ROOM_ENDED = 4403;

/** @type {Store<{stay: Stay | null, conversation: Conversation | null, link: LinkState, isOver: boolean}>} */
export const visit = new Store({ stay: null, conversation: null, link: "connecting", isOver: false });
/** @type {Stream | null} */
let stream = null;

/** @param {string} roomId */
const shelfOf = (roomId) => `stay.${roomId}`;

/** Go on with an earlier stay, if there is one. @param {string} roomId @returns {Stay | null} */
export function resumeStay(roomId) {
  api.callAsGuest("");
  /** @type {Stay | null} */
  const stay = localStore.get(shelfOf(roomId));
  // Its time may have been lengthened meanwhile: only the service knows whether it is over.
  if (stay) begin(roomId, stay);
  return stay;
}

/** Enter the room. Raises ApiError. @param {string} roomId @param {string} nickname @returns {Promise<Stay>} */
export async function join(roomId, nickname) {
  const body = { nickname, preferred_language: spoken() };
  try {
    /** @type {{data: Stay}} */
    const { data } = await api.post(`/external/rooms/${roomId}/guests`, body, { anonymous: true });
    localStore.set(shelfOf(roomId), data);
    begin(roomId, data);
    return data;
  } catch (error) {
    if (error.status === 410 || error.status === 404) visit.set({ isOver: true });
    throw error;
  }
}

/** @param {string} roomId @param {Stay} stay */
function begin(roomId, stay) {
  visit.state.conversation?.close();
  api.callAsGuest(stay.session.token);
  const conversation = new Conversation({
    id: stay.room.channel_id,
    path: `/external/rooms/${roomId}`,
    mine: () => ({ kind: "guest", id: stay.guest.id }),
    isGuest: true,
  });
  visit.set({ stay, conversation, isOver: false });
  api.whenSignedOut(() => forget(roomId));
  api.whenUnanswered(() => stream?.check());
  stream = new Stream({
    protocols: [`guest.${stay.session.token}`],
    onState: (link) => visit.set({ link }),
    onReady: (isFirst) => conversation.connected(isFirst),
    onEvent: (frame) => onEvent(roomId, conversation, frame),
    onSignal: (frame) => onSignal(conversation, frame),
    onReset: () => conversation.window.reread(),
    onRefused: (code) => (code === ROOM_ENDED ? end() : forget(roomId)),
  });
  conversation.watch(() => conversation.isOver && visit.state.conversation === conversation && end());
  conversation.window.open();
}

/** @param {string} roomId @param {Conversation} conversation @param {EventFrame} frame */
function onEvent(roomId, conversation, frame) {
  // A guest's only stream is the conversation's.
  if (frame.conversation_id === undefined) return;
  if (frame.event === "room.extended") lengthen(roomId, frame.data.expires_at);
  conversation.events.apply(frame);
}

/** @param {Conversation} conversation @param {SignalFrame} frame */
function onSignal(conversation, frame) {
  if (frame.event === "typing") conversation.events.showTyping(frame.data);
}

/** The room stays open longer, and so may the visitor stay. @param {string} roomId @param {string} until */
function lengthen(roomId, until) {
  const { stay } = visit.state;
  if (!stay) return;
  const longer = {
    ...stay,
    room: { ...stay.room, expires_at: until },
    session: { ...stay.session, expires_at: until },
  };
  localStore.set(shelfOf(roomId), longer);
  visit.set({ stay: longer });
}

/** The room is over. The stay is kept: staff may open the room anew, and whoever comes back learns which it is. */
function end() {
  stream?.close();
  visit.state.conversation?.close();
  visit.set({ isOver: true });
}

/** The visitor's token no longer opens anything. @param {string} roomId */
function forget(roomId) {
  localStore.set(shelfOf(roomId), null);
  end();
}

/** Leave permanently: a visitor who comes back is a new one. @param {string} roomId */
export function leave(roomId) {
  stream?.close();
  visit.state.conversation?.close();
  localStore.set(shelfOf(roomId), null);
  api.callAsGuest("");
  visit.set({ stay: null, isOver: false });
}

export function sendTyping() {
  const { conversation } = visit.state;
  if (conversation) stream?.send({ type: "typing", conversation_id: conversation.id });
}
