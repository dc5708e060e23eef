/** The state of a signed-in person's client, and what changes it: the one place that knows both the API and the stream. */
import * as api from "./api.js";
import { Conversation } from "./conversation.js";
import { kept, Store } from "./core.js";
import { match, speak, spoken, t } from "./i18n.js";
import { Stream } from "./socket.js";

/**
 * @typedef {{
 *   me: any, isStarted: boolean, link: "connecting" | "online" | "offline", workspaces: any[],
 *   channels: Record<string, any[]>, members: Record<string, any[]>, directs: any[], presence: Record<string, string>,
 *   language: string, theme: string, toasts: {id: number, text: string, kind: string}[], error: any,
 * }} State
 */

/** @type {Store<State>} */
export const app = new Store({
  me: null, isStarted: false, link: "connecting", workspaces: [], channels: {}, members: {}, directs: [], presence: {},
  language: "en", theme: kept.get("theme") ?? "auto", toasts: [], error: null,
});

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
  try {
    await signedIn(await api.get("/me", {}, { anonymous: true }));
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    if (error.status !== 401) app.set({ error });
  }
  app.set({ isStarted: true });
}

/** @param {any} me the answer of `/me` */
export async function signedIn(me) {
  app.set({ me, error: null, isStarted: true });
  const language = match(me.preferred_language);
  if (language && language !== spoken()) await useLanguage(language);
  stream?.close();
  stream = new Stream({
    onState: (link) => app.set({ link }),
    onReady: (isFirst) => (isFirst ? loadPlaces() : caughtUp()),
    onEvent: receive,
    onSignal: hear,
    onReset: lostThread,
    onRefused: () => api.get("/me").then((still) => app.set({ me: still }), () => {}),
  });
  await loadPlaces();
}

function signedOut() {
  if (!app.state.me) return;
  stream?.close();
  stream = null;
  conversations.clear();
  app.set({ me: null, workspaces: [], channels: {}, members: {}, directs: [], presence: {} });
}

export async function signOut() {
  await api.post("/auth/web/logout").catch(() => {});
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

export function rereadAll() {
  stream?.renew();
  for (const conversation of conversations.values()) conversation.reread();
}

export function useTheme(theme) {
  kept.set("theme", theme === "auto" ? null : theme);
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  app.set({ theme });
}

// ── Places ──

export async function loadPlaces() {
  try {
    const [workspaces, directs] = await Promise.all([api.all("/workspaces"), api.all("/direct-conversations", {}, 200)]);
    app.set({ workspaces, directs });
    await Promise.all(Object.keys(app.state.channels).map(loadChannels));
    app.set({ error: null });
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    app.set({ error });
  }
}

export async function loadChannels(workspaceId) {
  const rows = await api.all(`/workspaces/${workspaceId}/channels`);
  app.set({ channels: { ...app.state.channels, [workspaceId]: rows } });
  return rows;
}

export async function loadMembers(workspaceId) {
  const rows = await api.all(`/workspaces/${workspaceId}/members`);
  app.set({ members: { ...app.state.members, [workspaceId]: rows } });
  return rows;
}

/** @param {string} workspaceId @param {string} channelId */
export const channelPath = (workspaceId, channelId) => `/workspaces/${workspaceId}/channels/${channelId}`;

/** The one object of a conversation, made at its first use. */
export function conversationOf(id, path) {
  let found = conversations.get(id);
  if (!found) {
    found = new Conversation({ id, path, mine: () => app.state.me && { kind: "user", id: app.state.me.id } });
    conversations.set(id, found);
  }
  return found;
}

/** Which conversation the reader looks at, or none. */
export function showing(id) {
  shown = id;
}

export function typingIn(conversationId) {
  stream?.send({ type: "typing", conversation_id: conversationId });
}

/** Change a channel's or direct conversation's row wherever it is listed. */
export function touchPlace(id, change) {
  const channels = Object.fromEntries(
    Object.entries(app.state.channels).map(([key, rows]) => [key, rows.some((row) => row.id === id) ? rows.map((row) => (row.id === id ? { ...row, ...change(row) } : row)) : rows]),
  );
  const directs = app.state.directs.map((row) => (row.id === id ? { ...row, ...change(row) } : row));
  app.set({ channels, directs });
}

/** Everything unread, for the window's title and the badge. */
export function unreadInAll() {
  const rows = [...Object.values(app.state.channels).flat(), ...app.state.directs];
  return rows.reduce((sum, row) => sum + (row.unread_count || 0), 0);
}

export const placeOf = (id) => Object.values(app.state.channels).flat().find((row) => row.id === id) ?? app.state.directs.find((row) => row.id === id);

// ── The stream ──

function receive({ conversation_id: conversationId, workspace_id: workspaceId, event, data }) {
  if (conversationId) receiveInConversation(conversationId, event, data);
  else receiveInWorkspace(workspaceId, event, data);
}

function receiveInConversation(id, event, data) {
  const conversation = conversations.get(id);
  if (event === "message.created") {
    const isNew = !conversation || data.seq > conversation.lastSeq;
    const isMine = data.sender?.kind === "user" && data.sender.id === app.state.me?.id;
    if (!placeOf(id)) loadPlaces();
    else if (isNew && !isMine && !(shown === id && document.hasFocus() && conversation?.atEnd)) touchPlace(id, (row) => ({ unread_count: (row.unread_count || 0) + 1, last_message_at: data.created_at }));
    else touchPlace(id, () => ({ last_message_at: data.created_at, ...(isMine ? { unread_count: 0 } : {}) }));
  }
  conversation?.apply(event, data);
}

function receiveInWorkspace(id, event, data) {
  const mine = data?.user?.id === app.state.me?.id;
  if (event.startsWith("channel.") && app.state.channels[id]) loadChannels(id).catch(() => {});
  if (event.startsWith("member.") && app.state.members[id]) loadMembers(id).catch(() => {});
  if (event.startsWith("member.") && mine) loadPlaces();
}

function hear({ conversation_id: id, event, data }) {
  if (event === "typing") {
    const who = data?.sender ?? data?.user ?? data ?? {};
    const kind = who.kind ?? "user";
    if (kind === "user" && String(who.id ?? who.user_id) === String(app.state.me?.id)) return;
    conversations.get(id)?.hearTyping(`${kind}:${who.id ?? who.user_id}`, who.name ?? "");
  } else if (event === "presence") {
    const who = data?.user_id ?? data?.user?.id ?? data?.id;
    app.set({ presence: { ...app.state.presence, [who]: data.status ?? data.state ?? (data.online ? "online" : "offline") } });
  } else if (event === "read") {
    const last = conversations.get(id)?.lastSeq ?? 0;
    if (data.last_read_seq >= last) touchPlace(id, () => ({ unread_count: 0 }));
  }
}

/** The stream is whole again: send what waited. */
function caughtUp() {
  loadPlaces();
  for (const conversation of conversations.values()) {
    if (conversation.error) conversation.open();
    conversation.wakeUp();
  }
}

function lostThread(id) {
  conversations.get(id)?.reread();
  loadPlaces();
}

// ── Toasts ──

let lastToast = 0;
/** Say something in passing. @param {string} text @param {"info" | "error"} [kind] */
export function say(text, kind = "info") {
  const id = (lastToast += 1);
  app.set({ toasts: [...app.state.toasts.slice(-2), { id, text, kind }] });
  setTimeout(() => app.set({ toasts: app.state.toasts.filter((one) => one.id !== id) }), kind === "error" ? 8000 : 4000);
}

/** Run `work`; what the server refuses is said in passing. @template T @param {() => Promise<T>} work @returns {Promise<T | undefined>} */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    if (error.status !== 401) say(error.sentence || t("error.server"), "error");
    return undefined;
  }
}
