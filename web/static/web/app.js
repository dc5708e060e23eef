/** The state of a signed-in person's client, and what changes it: the one place that knows both the API and the stream. */
import * as api from "./api.js";
import { Conversation } from "./conversation.js";
import { localStore, tabStore, Store, latestOnly } from "./core.js";
import { match, speak, spoken, t } from "./i18n.js";
import { notify, translated } from "./notify.js";
import { go } from "./router.js";
import { Stream } from "./socket.js";

/**
 * @typedef {{
 *   me: import("../../types").User, isStarted: boolean, link: "connecting" | "online" | "offline",
 *   workspaces: import("../../types").Workspace[], channels: Record<string, import("../../types").Channel[]>, archived: Record<string, import("../../types").Channel[]>,
 *   members: Record<string, import("../../types").Member[]>, directs: import("../../types").Direct[], presence: Record<string, string>,
 *   language: string, theme: string, toasts: {id: number, text: string, kind: string}[], error: api.ApiError | null,
 * }} State
 *   `me` is null until somebody is signed in, which views behind the sign-in need not ask; `archived` channels are known of
 *   workspaces that were shown
 */

/** @type {Store<State>} */
export const app = new Store({
  me: /** @type {any} */ (null),
  isStarted: false,
  link: "connecting",
  workspaces: [],
  channels: {},
  archived: {},
  members: {},
  directs: [],
  presence: {},
  language: "en",
  theme: localStore.get("theme") ?? "auto",
  toasts: [],
  error: null,
});

const PICTURE = 256;
/** So many workspaces are watched for what is unread. */
const COUNTED = 20;
const PLACES_AGAIN_AFTER = 5000;
const beginPlaces = latestOnly();
/** By workspace. @type {Map<string, ReturnType<typeof latestOnly>>} */
const channelReads = new Map();
/** How many messages were heard, by workspace. @type {Map<string, number>} */
const messagesReceived = new Map();
/** The workspaces whose archived channels are wanted too, whichever of several answers comes first. @type {Set<string>} */
const archivesAskedFor = new Set();
let placesTimer = 0;
/** @type {Map<string, Conversation>} */
const conversations = new Map();
/** @type {Stream | null} */
let stream = null;
/** The conversation in front of the reader. */
let shown = "";

// ── Who ──

/** Find out who is signed in, if anybody. */
export async function start() {
  api.whenSignedOut(signedOut);
  api.whenUnanswered(() => stream?.check());
  try {
    await signedIn(await api.get("/me", {}, { anonymous: true }));
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    if (error.status !== 401) return app.set({ error });
  }
  return app.set({ isStarted: true, error: null });
}

/** @param {import("../../types").User} me */
export async function signedIn(me) {
  app.set({ me, error: null, isStarted: true });
  const language = match(me.preferred_language);
  if (language && language !== spoken()) await useLanguage(language);
  stream?.close();
  stream = new Stream({
    onState: (link) => app.set({ link }),
    onReady: connected,
    onEvent: receive,
    onSignal: hear,
    onReset: lostThread,
    onRefused: reloadIfSomebodyElse,
  });
  await loadSidebar();
}

/** The stream's credentials ended: the session did, or another tab began one, perhaps of somebody else. */
async function reloadIfSomebodyElse() {
  const me = await api.get("/me").catch(() => null);
  if (me && me.id !== app.state.me?.id) location.reload();
}

function signedOut() {
  // What is still asked for is not for whoever comes next.
  beginPlaces()();
  clearTimeout(placesTimer);
  if (!app.state.me) return;
  stream?.close();
  stream = null;
  conversations.forEach((one) => one.close());
  conversations.clear();
  app.set({
    me: /** @type {any} */ (null),
    workspaces: [],
    channels: {},
    archived: {},
    members: {},
    directs: [],
    presence: {},
  });
}

export async function signOut() {
  await api.post("/auth/web/logout").catch(() => {});
  tabStore.forget("draft.", "outgoing.");
  signedOut();
}

/** Sign in by any of the ways that answer with a session. */
export async function enter(path, body) {
  await api.post(path, body, { anonymous: true });
  await signedIn(await api.get("/me"));
}

/** Speak another language: the interface now, and every message as soon as it is read again. */
export async function useLanguage(code) {
  await speak(code);
  app.set({ language: code });
}

export async function changeMe(changes) {
  const me = await api.patch("/me", changes);
  app.set({ me });
  if (changes.preferred_language) {
    await useLanguage(changes.preferred_language);
    rereadAll();
  }
  return me;
}

/** Show this picture of oneself to everybody, cut to a small square; null shows none. @param {File | null} file */
export async function changePicture(file) {
  if (file) {
    const { id } = await api.upload(await squared(file), () => {}).done;
    return app.set({ me: await api.put("/me/avatar", { file_id: id }) });
  }
  await api.remove("/me/avatar");
  return app.set({ me: { ...app.state.me, avatar_url: null } });
}

/** The middle of a picture, PICTURE pixels a side; a file that the browser cannot draw is left for the server to judge. */
async function squared(file) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return file;
  const side = Math.min(picture.width, picture.height);
  const canvas = Object.assign(document.createElement("canvas"), { width: PICTURE, height: PICTURE });
  canvas
    .getContext("2d")
    ?.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, PICTURE, PICTURE);
  const small = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return new File([small], "avatar.png", { type: "image/png" });
}

export function rereadAll() {
  stream?.renew();
  for (const conversation of conversations.values()) conversation.reread();
}

export function useTheme(theme) {
  localStore.set("theme", theme === "auto" ? null : theme);
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  app.set({ theme });
}

// ── Places ──

/** Read all lists of places. What fails is said, and tried again by itself. */
export async function loadSidebar() {
  clearTimeout(placesTimer);
  const isToBeShown = beginPlaces();
  try {
    const [workspaces, directs] = await Promise.all([
      api.all("/workspaces"),
      api.all("/direct-conversations", {}, 200),
    ]);
    if (!isToBeShown()) return;
    const isListed = new Set(workspaces.map((row) => row.id));
    const listedOf = (rows) => Object.fromEntries(Object.entries(rows).filter(([id]) => isListed.has(id)));
    app.set({ workspaces, directs, channels: listedOf(app.state.channels), archived: listedOf(app.state.archived) });
    await Promise.all(
      workspaces.filter((row, i) => i < COUNTED || row.id in app.state.channels).map((row) => loadChannels(row.id)),
    );
    if (isToBeShown()) app.set({ error: null });
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    if (!isToBeShown()) return;
    app.set({ error });
    placesTimer = setTimeout(loadSidebar, PLACES_AGAIN_AFTER);
  }
}

/** Read a workspace's channels; once its archive was asked for, also those in it. @param {string} workspaceId */
export async function loadChannels(workspaceId, { withArchived = archivesAskedFor.has(workspaceId), again = 2 } = {}) {
  if (withArchived) archivesAskedFor.add(workspaceId);
  const begin = channelReads.get(workspaceId) ?? latestOnly();
  channelReads.set(workspaceId, begin);
  const isToBeShown = begin();
  const heard = messagesReceived.get(workspaceId);
  const path = `/workspaces/${workspaceId}/channels`;
  const [rows, archived] = await Promise.all([api.all(path), withArchived ? api.all(path, { archived: true }) : null]);
  if (!isToBeShown()) return;
  app.set({ channels: { ...app.state.channels, [workspaceId]: rows } });
  if (archived) app.set({ archived: { ...app.state.archived, [workspaceId]: archived } });
  // What was heard meanwhile may be missing from this answer's counts.
  if (again && messagesReceived.get(workspaceId) !== heard)
    await loadChannels(workspaceId, { withArchived, again: again - 1 });
}

export async function loadMembers(workspaceId) {
  const rows = await api.all(`/workspaces/${workspaceId}/members`);
  app.set({ members: { ...app.state.members, [workspaceId]: rows } });
  return rows;
}

/** @param {string} workspaceId @param {string} channelId */
export const channelPath = (workspaceId, channelId) => `/workspaces/${workspaceId}/channels/${channelId}`;

/** The page of a direct conversation, beside the workspace that one is in, if any. @param {any} workspace @param {string} id */
export const directPath = (workspace, id) => (workspace ? `/w/${workspace.id}/d/${id}` : `/w/d/${id}`);

/** The page on which `message` is brought into view, beside `workspace` if it was said directly. @param {any} message @param {any} workspace */
export const pageOf = (message, workspace) =>
  `${message.channel_id ? `/w/${message.workspace_id}/c/${message.channel_id}` : directPath(workspace, message.conversation_id)}?at=${message.id}`;

/** The one object of a conversation, made at its first use. */
export function conversationOf(id, path) {
  let found = conversations.get(id);
  // A wrong address may have made it first.
  if (!found || found.path !== path) {
    found = new Conversation({
      id,
      path,
      mine: () => app.state.me && { kind: "user", id: app.state.me.id },
      onMissing: loadSidebar,
    });
    conversations.set(id, found);
  }
  return found;
}

/** Ask whether one's temporary room has ended, as nothing in the lists tells. @param {Conversation} conversation @param {string} roomId */
export async function refreshRoomState(conversation, roomId) {
  const answer = await api.get(`/external/rooms/${roomId}`).catch(() => null);
  if (answer) conversation.end(answer.data.status !== "active");
}

/** Which conversation the reader looks at, or none. */
export function setShown(id) {
  shown = id;
}

export function sendTyping(conversationId) {
  stream?.send({ type: "typing", conversation_id: conversationId });
}

/** Change a channel's or direct conversation's row wherever it is listed. */
export function patchListed(id, change) {
  const channels = Object.fromEntries(
    Object.entries(app.state.channels).map(([key, rows]) => [
      key,
      rows.some((row) => row.id === id) ? rows.map((row) => (row.id === id ? { ...row, ...change(row) } : row)) : rows,
    ]),
  );
  const directs = app.state.directs.map((row) => (row.id === id ? { ...row, ...change(row) } : row));
  app.set({ channels, directs });
}

const unreadOf = (rows) => rows.reduce((sum, row) => sum + (row.unread_count || 0), 0);

/** Everything unread, for the window's title and the badge. */
export const unreadInAll = () => unreadOf([...Object.values(app.state.channels).flat(), ...app.state.directs]);

/** What is unread in the channels of a workspace. @param {string} workspaceId */
export const unreadIn = (workspaceId) => unreadOf(app.state.channels[workspaceId] ?? []);

/** @param {string} id @returns {import("../../types").Listed | undefined} */
export const findListed = (id) =>
  [...Object.values(app.state.channels).flat(), ...Object.values(app.state.archived).flat(), ...app.state.directs].find(
    (row) => row.id === id,
  );

// ── The stream ──

function receive({ conversation_id: conversationId, workspace_id: workspaceId, event, data }) {
  if (conversationId) receiveInConversation(conversationId, event, data);
  else receiveInWorkspace(workspaceId, event, data);
}

function receiveInConversation(id, event, data) {
  if (event === "message.created") arrived(id, data);
  if (event === "message.translated") translated(data);
  conversations.get(id)?.apply(event, data);
}

/** Count a new message as unread unless it is being looked at, and call its reader. */
function arrived(id, message) {
  messagesReceived.set(message.workspace_id, (messagesReceived.get(message.workspace_id) ?? 0) + 1);
  const conversation = conversations.get(id);
  const isMine = message.sender?.kind === "user" && message.sender.id === app.state.me?.id;
  const isKnown = conversation && message.seq <= conversation.lastSeq;
  const isSeen = shown === id && document.hasFocus() && conversation?.atEnd;
  const call = () => !isMine && !isKnown && callFor(id, message);
  // Where it is decides what it is called, and whether.
  if (!findListed(id)) return void loadSidebar().then(call);
  if (isMine) patchListed(id, () => ({ last_message_at: message.created_at, unread_count: 0 }));
  else
    patchListed(id, (row) => ({
      last_message_at: message.created_at,
      unread_count: (row.unread_count || 0) + (isKnown || isSeen ? 0 : 1),
    }));
  return call();
}

/** Call the person who does not look, where this browser may. */
function callFor(id, message) {
  const place = findListed(id);
  const isDirect = Boolean(place?.participant);
  const page = isDirect ? directPath(app.state.workspaces[0], id) : `/w/${message.workspace_id}/c/${id}`;
  const path = isDirect ? `/direct-conversations/${id}` : `/workspaces/${message.workspace_id}/channels/${id}`;
  notify({ message, me: app.state.me, path, where: place?.name ? `#${place.name}` : "", onOpen: () => go(page) });
}

function receiveInWorkspace(id, event, data) {
  const mine = data?.user?.id === app.state.me?.id;
  if (event.startsWith("channel.") && app.state.channels[id]) loadChannels(id).catch(() => {});
  if (event.startsWith("member.") && app.state.members[id]) loadMembers(id).catch(() => {});
  if (event.startsWith("member.") && mine) loadSidebar();
}

function hear({ conversation_id: id, event, data }) {
  if (event === "typing") {
    const who = data?.sender ?? data?.user ?? data ?? {};
    const kind = who.kind ?? "user";
    if (kind === "user" && String(who.id ?? who.user_id) === String(app.state.me?.id)) return;
    conversations.get(id)?.showTyping(`${kind}:${who.id ?? who.user_id}`, who.name ?? "");
  } else if (event === "presence") {
    const who = data?.user_id ?? data?.user?.id ?? data?.id;
    app.set({
      presence: { ...app.state.presence, [who]: data.status ?? data.state ?? (data.online ? "online" : "offline") },
    });
  } else if (event === "read") {
    const last = conversations.get(id)?.lastSeq ?? 0;
    if (data.last_read_seq >= last) patchListed(id, () => ({ unread_count: 0 }));
  }
}

/** @param {boolean} isFirst */
function connected(isFirst) {
  loadSidebar();
  conversations.forEach((one) => one.connected(isFirst));
}

function lostThread(id) {
  conversations.get(id)?.reread();
  loadSidebar();
}

// ── Toasts ──

let lastToast = 0;
/** Say something in passing. @param {string} text @param {"info" | "error"} [kind] */
export function toast(text, kind = "info") {
  const id = (lastToast += 1);
  app.set({ toasts: [...app.state.toasts.slice(-2), { id, text, kind }] });
  setTimeout(
    () => app.set({ toasts: app.state.toasts.filter((one) => one.id !== id) }),
    kind === "error" ? 8000 : 4000,
  );
}

/** Put `text` on the clipboard, or say that the browser does not let us (plain http, a frame). @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("copied"));
  } catch {
    toast(t("copy.refused"), "error");
  }
}

/** Run `work`; what the server refuses is said in passing. @template T @param {() => Promise<T>} work @returns {Promise<T | undefined>} */
export async function withToast(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    if (error.status !== 401) toast(error.sentence || t("error.server"), "error");
    return undefined;
  }
}
