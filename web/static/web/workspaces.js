/**
 * The lists that the sidebar shows: workspaces, their channels and members, direct conversations, and what is unread.
 */
import * as api from "./api.js";
import { ApiError } from "./api_error.js";
import { isCounted, loadArrangement } from "./arrangement.js";
import { latestOnly } from "./core.js";
import { app } from "./state.js";

/** @import { Channel, Direct, Listed, Member, Workspace } from "../../types" */

/** So many workspaces are watched for what is unread. */
const MOST_WATCHED = 20;
const MOST_DIRECTS = 200;
const RETRY_AFTER = 5000;
const RECOUNT_AFTER = 300;

const beginSidebar = latestOnly();
let sidebarTimer = 0;
let recountTimer = 0;
/** Workspaces with something unread that was deleted; null for directs. @type {Set<string | null>} */
const recounted = new Set();
/** By workspace. @type {Map<string, ReturnType<typeof latestOnly>>} */
const channelReads = new Map();
/** How many messages the stream brought, by workspace; directs under null. @type {Map<string | null, number>} */
const messagesReceived = new Map();
/** Workspaces whose archived channels are wanted too, whichever of several answers comes first. @type {Set<string>} */
const withArchive = new Set();

/** Read all lists. A failure is shown, and tried again by itself. */
export async function loadSidebar() {
  clearTimeout(sidebarTimer);
  const isToBeShown = beginSidebar();
  try {
    // What cannot be arranged is listed in its usual place.
    const arranging = loadArrangement().catch(() => {});
    const [workspaces, directs] = await Promise.all([
      /** @type {Promise<Workspace[]>} */ (api.all("/workspaces")),
      /** @type {Promise<Direct[]>} */ (api.all("/direct-conversations", {}, MOST_DIRECTS)),
    ]);
    await arranging;
    if (!isToBeShown()) return;
    app.set({
      workspaces,
      directs: directs.map(withoutReplies),
      channels: onlyOf(workspaces, "channels"),
      archived: onlyOf(workspaces, "archived"),
    });
    const watched = workspaces.filter((row, i) => i < MOST_WATCHED || row.id in app.state.channels);
    await Promise.all(watched.map((row) => loadChannels(row.id)));
    if (isToBeShown()) app.set({ error: null });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (!isToBeShown()) return;
    app.set({ error });
    sidebarTimer = setTimeout(loadSidebar, RETRY_AFTER);
  }
}

/**
 * What was read of channels, for workspaces that are still listed.
 *
 * @param {Workspace[]} workspaces
 * @param {"channels" | "archived"} list
 */
function onlyOf(workspaces, list) {
  const listed = new Set(workspaces.map((row) => row.id));
  return Object.fromEntries(Object.entries(app.state[list]).filter(([id]) => listed.has(id)));
}

/**
 * A conversation, or how far it was read, without what is unread in threads alone: these tell it themselves.
 *
 * @template {{unread_count: number, unread_reply_count: number}} T
 * @param {T} row
 * @returns {T}
 */
export const withoutReplies = (row) => ({
  ...row,
  unread_count: Math.max(0, row.unread_count - row.unread_reply_count),
  unread_reply_count: 0,
});

/** What is still asked for is not for whoever signs in next. */
export function forgetSidebar() {
  beginSidebar()();
  clearTimeout(sidebarTimer);
  clearTimeout(recountTimer);
  recounted.clear();
}

/**
 * Read a workspace's channels; once its archive was asked for, also those in it.
 *
 * @param {string} workspaceId
 * @param {{withArchived?: boolean, again?: number}} [options]
 * @returns {Promise<void>}
 */
export async function loadChannels(workspaceId, { withArchived = withArchive.has(workspaceId), again = 2 } = {}) {
  if (withArchived) withArchive.add(workspaceId);
  const begin = channelReads.get(workspaceId) ?? latestOnly();
  channelReads.set(workspaceId, begin);
  const isToBeShown = begin();
  const received = messagesReceived.get(workspaceId);
  const path = `/workspaces/${workspaceId}/channels`;
  const [rows, archived] = await Promise.all([
    /** @type {Promise<Channel[]>} */ (api.all(path)),
    withArchived ? /** @type {Promise<Channel[]>} */ (api.all(path, { archived: true })) : null,
  ]);
  if (!isToBeShown()) return;
  app.set({ channels: { ...app.state.channels, [workspaceId]: rows.map(withoutReplies) } });
  if (archived) app.set({ archived: { ...app.state.archived, [workspaceId]: archived } });
  // What the stream brought meanwhile may be missing from this answer's counts.
  const isStale = messagesReceived.get(workspaceId) !== received;
  if (again && isStale) await loadChannels(workspaceId, { withArchived, again: again - 1 });
}

/** @param {string} workspaceId */
export async function loadMembers(workspaceId) {
  /** @type {Member[]} */
  const rows = await api.all(`/workspaces/${workspaceId}/members`);
  app.set({ members: { ...app.state.members, [workspaceId]: rows } });
}

/**
 * Read what is unread again, a little later: many messages may be deleted at once.
 *
 * @param {string | null} workspaceId
 */
export function recountSoon(workspaceId) {
  recounted.add(workspaceId);
  clearTimeout(recountTimer);
  recountTimer = setTimeout(() => {
    // Directs are read with everything else.
    const reading = recounted.has(null)
      ? [loadSidebar()]
      : [...recounted].map((id) => loadChannels(/** @type {string} */ (id)));
    recounted.clear();
    Promise.all(reading).catch(() => {});
  }, RECOUNT_AFTER);
}

/** Whether the reader moderates a workspace. @param {Workspace | undefined} workspace */
export const isModerator = (workspace) => workspace?.role === "owner" || workspace?.role === "admin";

// ── One row of the lists ──

/** @param {string} id @returns {Listed | undefined} */
export const findListed = (id) =>
  [...Object.values(app.state.channels).flat(), ...Object.values(app.state.archived).flat(), ...app.state.directs].find(
    (row) => row.id === id,
  );

/**
 * Change a channel's or direct conversation's row wherever it is listed.
 *
 * @param {string} id
 * @param {(row: Listed) => Partial<Listed>} change
 */
export function patchListed(id, change) {
  /** @template {Listed} T @param {T[]} rows @returns {T[]} */
  const patched = (rows) =>
    rows.some((row) => row.id === id) ? rows.map((row) => (row.id === id ? { ...row, ...change(row) } : row)) : rows;
  const channels = Object.entries(app.state.channels).map(([key, rows]) => [key, patched(rows)]);
  app.set({ channels: Object.fromEntries(channels), directs: patched(app.state.directs) });
}

/** The stream brought a message of this workspace, or a direct one. @param {string | null} workspaceId */
export const noteReceived = (workspaceId) =>
  messagesReceived.set(workspaceId, (messagesReceived.get(workspaceId) ?? 0) + 1);

// ── Unread ──

/** @param {Listed[]} rows */
const unreadOf = (rows) => rows.filter(isCounted).reduce((sum, row) => sum + row.unread_count, 0);

/** Everything unread, for the window's title and the badge. */
export const unreadInAll = () => unreadOf([...Object.values(app.state.channels).flat(), ...app.state.directs]);

/** What is unread in the channels of a workspace. @param {string} workspaceId */
export const unreadIn = (workspaceId) => unreadOf(app.state.channels[workspaceId] ?? []);
