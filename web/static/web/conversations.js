/** The conversations that this client has opened, and which of them the reader looks at. */
import * as api from "./api.js";
import { Conversation } from "./conversation/conversation.js";
import { app } from "./state.js";
import { loadSidebar } from "./workspaces.js";

/** @import { RoomResource } from "../../schema" */
/** @import { Identity } from "../../types" */

/** @type {Map<string, Conversation>} */
const opened = new Map();
let shownId = "";

/** @returns {Identity | null} */
const mine = () => app.state.me && { kind: "user", id: app.state.me.id };

/** The one object of a conversation, made at its first use. @param {string} id @param {string} path of the API */
export function conversationOf(id, path) {
  const known = opened.get(id);
  // A wrong address may have made it first.
  if (known?.path === path) return known;
  const conversation = new Conversation({ id, path, mine, onMissing: loadSidebar });
  opened.set(id, conversation);
  return conversation;
}

/** @param {string} id */
export const openedConversation = (id) => opened.get(id);

export const openedConversations = () => [...opened.values()];

/** Which conversation the reader looks at, or none. @param {string} id */
export function setShown(id) {
  shownId = id;
}

/** Whether the reader sees a new message of a conversation at once. @param {string} id */
export const isSeen = (id) => shownId === id && document.hasFocus() && Boolean(opened.get(id)?.window.atEnd);

/** Whoever read here has signed out. */
export function closeConversations() {
  for (const conversation of opened.values()) conversation.close();
  opened.clear();
}

/**
 * Read whether one's temporary room has ended, as nothing in the lists says so.
 *
 * @param {Conversation} conversation
 * @param {string} roomId
 */
export async function refreshRoomState(conversation, roomId) {
  /** @type {{data: RoomResource} | null} */
  const answer = await api.get(`/external/rooms/${roomId}`).catch(() => null);
  if (answer) conversation.end(answer.data.status !== "active");
}
