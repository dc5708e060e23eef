/** A signed-in person's realtime stream, and what each of its frames changes. */
import * as api from "./api.js";
import { isCounted, loadArrangement } from "./arrangement.js";
import { isInThreadOnly } from "./conversation/thread.js";
import { isSeen, openedConversation, openedConversations } from "./conversations.js";
import { drafts } from "./drafts.js";
import { notify, translated } from "./notify.js";
import { forgetMessages, keepMessages, keepReceived } from "./offline.js";
import { channelPath, directPage, directPath, pageOf } from "./paths.js";
import { go } from "./router.js";
import { Stream } from "./socket.js";
import { app } from "./state.js";
import {
  findListed,
  loadChannels,
  loadMembers,
  loadSidebar,
  noteReceived,
  patchListed,
  recountSoon,
} from "./workspaces.js";

/** @import { ConversationEventFrame, EventFrame, SignalFrame, WorkspaceEventFrame } from "../../types" */
/** @import { Message, User } from "../../types" */

/** @type {Stream | null} */
let stream = null;

/** Listen as whoever is signed in now. */
export function openStream() {
  closeStream();
  stream = new Stream({ onState: (link) => app.set({ link }), onReady, onEvent, onSignal, onReset, onRefused });
}

export function closeStream() {
  stream?.close();
  stream = null;
}

/** Connect anew: who listens reads another language from now on. */
export const renewStream = () => stream?.renew();

/** A request got no answer: the stream's connection may be broken too. */
export const checkStream = () => stream?.check();

/** @param {string} conversationId */
export const sendTyping = (conversationId) => stream?.send({ type: "typing", conversation_id: conversationId });

/** @param {boolean} isFirst */
function onReady(isFirst) {
  loadSidebar();
  drafts.refresh();
  for (const conversation of openedConversations()) conversation.connected(isFirst);
}

/** The stream's cursor was too old. @param {string} id */
function onReset(id) {
  openedConversation(id)?.window.reread();
  loadSidebar();
}

/** The credentials ended: the session did, or another tab began one, perhaps of somebody else. */
async function onRefused() {
  /** @type {User | null} */
  const me = await api.get("/me").catch(() => null);
  if (me && me.id !== app.state.me?.id) location.reload();
}

/** @param {EventFrame} frame */
function onEvent(frame) {
  if (frame.conversation_id === undefined) onWorkspaceEvent(frame);
  else onConversationEvent(frame);
}

/** @param {ConversationEventFrame} frame */
function onConversationEvent(frame) {
  if (frame.event === "message.created") onMessageCreated(frame.conversation_id, frame.data);
  if (frame.event === "message.deleted") onMessageDeleted(frame.conversation_id, frame.data);
  if (frame.event === "message.translated") translated(frame.data);
  openedConversation(frame.conversation_id)?.events.apply(frame);
  if (frame.event.startsWith("message.")) keepSoon(frame);
}

const KEEP_AFTER = 1500;
/** Conversations whose stored messages are written a little later. @type {Map<string, number>} */
const keeping = new Map();

/** What is stored for reading offline follows what happens. @param {ConversationEventFrame} frame */
function keepSoon({ conversation_id: id, event, data }) {
  const path = pathOfConversation(id, "workspace_id" in data ? data.workspace_id : undefined);
  if (!path) return;
  const opened = openedConversation(id);
  if (!opened?.window.isOpen || !opened.window.atEnd) {
    if (event === "message.created") keepReceived(path, data);
    else forgetMessages(path);
    return;
  }
  clearTimeout(keeping.get(id));
  keeping.set(
    id,
    setTimeout(() => keepMessages(path, opened.window), KEEP_AFTER),
  );
}

/** @param {string} id @param {string | null | undefined} workspaceId undefined: as it is listed */
function pathOfConversation(id, workspaceId) {
  const listed = findListed(id);
  const workspace = workspaceId === undefined ? listed?.workspace_id : workspaceId;
  if (workspaceId === undefined && !listed) return null;
  return workspace ? channelPath(workspace, id) : directPath(id);
}

/**
 * Count a new message as unread unless its reader sees it, and notify them.
 *
 * @param {string} id
 * @param {Message} message
 */
function onMessageCreated(id, message) {
  noteReceived(message.workspace_id);
  const isMine = message.sender?.kind === "user" && message.sender.id === app.state.me?.id;
  const isKnown = message.seq <= (openedConversation(id)?.window.lastSeq ?? -1);
  const added = isMine || isKnown || isSeen(id) || message.deleted_at || isInThreadOnly(message) ? 0 : 1;
  const notifyReader = () => !isMine && !isKnown && !message.deleted_at && notifyOf(id, message);
  // Whether and how it is notified depends on where it was written.
  if (!findListed(id)) return void loadSidebar().then(notifyReader);
  patchListed(id, (row) => ({
    last_message_at: message.created_at,
    unread_count: isMine ? 0 : row.unread_count + added,
  }));
  return notifyReader();
}

/**
 * A message that was deleted before it was read is not unread; how far it was read only the service knows.
 *
 * @param {string} id
 * @param {Message} message
 */
function onMessageDeleted(id, message) {
  if (findListed(id)?.unread_count) recountSoon(message.workspace_id);
}

/** Show a notification of this browser, where it may. @param {string} id @param {Message} message */
function notifyOf(id, message) {
  const listed = findListed(id);
  if (listed && !isCounted(listed)) return;
  const workspaceId = message.workspace_id;
  const isDirect = workspaceId === null;
  const page = isDirect ? directPage(app.state.workspaces[0], id) : `/w/${workspaceId}/c/${id}`;
  const path = isDirect ? directPath(id) : channelPath(workspaceId, id);
  const where = listed?.name ? `#${listed.name}` : "";
  const parent = message.parent_message_id;
  notify({
    message,
    me: app.state.me,
    path,
    where,
    isFollowed: async () => parent !== null && isFollowed(id, path, parent),
    onOpen: () => go(isInThreadOnly(message) ? pageOf(message, app.state.workspaces[0]) : page),
  });
}

/**
 * Whether the reader follows the thread of a message.
 *
 * @param {string} id
 * @param {string} path
 * @param {string} parent
 */
async function isFollowed(id, path, parent) {
  const known = openedConversation(id)?.find(parent)?.thread?.is_following;
  if (typeof known === "boolean") return known;
  /** @type {{data: Message} | null} */
  const answer = await api.get(`${path}/messages/${parent}`).catch(() => null);
  return answer?.data.thread?.is_following ?? false;
}

/** @param {WorkspaceEventFrame} frame */
function onWorkspaceEvent({ workspace_id: id, event, data }) {
  switch (event) {
    case "member.joined":
    case "member.updated":
    case "member.left":
      if (app.state.members[id]) loadMembers(id).catch(() => {});
      if (data.user.id === app.state.me?.id) loadSidebar();
      break;
    case "channel.created":
    case "channel.updated":
    case "channel.archived":
    case "channel.joined":
      if (app.state.channels[id]) loadChannels(id).catch(() => {});
      break;
    default:
      /** @satisfies {never} */ (event);
  }
}

/** @param {SignalFrame} frame */
function onSignal(frame) {
  switch (frame.event) {
    case "typing":
      openedConversation(frame.conversation_id)?.events.showTyping(frame.data);
      break;
    case "presence":
      app.set({ presence: { ...app.state.presence, [frame.data.user_id]: frame.data.status } });
      break;
    case "sidebar":
      loadArrangement().catch(() => {});
      break;
    case "read":
      markedElsewhere(frame.conversation_id, frame.data.last_read_seq);
      break;
    case "draft":
      drafts.changedElsewhere(frame.conversation_id, frame.data.parent_message_id);
      break;
    default:
      /** @satisfies {never} */ (frame);
  }
}

/** The reader read up to `seq`, perhaps in another tab. @param {string} id @param {number} seq */
function markedElsewhere(id, seq) {
  const listed = findListed(id);
  if (seq >= (openedConversation(id)?.window.lastSeq ?? 0)) patchListed(id, () => ({ unread_count: 0 }));
  // Marked as unread again.
  else if (listed && !listed.unread_count) recountSoon(listed.workspace_id ?? null);
}
