/** How the reader arranged the sidebar: sections, favourites, muted and hidden places. The service keeps it. */
import * as api from "./api.js";
import { latestOnly } from "./core.js";
import { spoken } from "./i18n.js";
import { channelPath, directPath } from "./paths.js";
import { app } from "./state.js";

/** @import { SidebarAnswer } from "../../schema" */
/** @import { Listed, Placement, SidebarGroup, Workspace } from "../../types" */

/** @type {Placement} */
const USUAL = { conversation_id: "", is_favourite: false, is_muted: false, is_hidden: false, section_id: null };
const begin = latestOnly();

export async function loadArrangement() {
  const isToBeShown = begin();
  /** @type {SidebarAnswer} */
  const { data } = await api.get("/me/sidebar");
  if (!isToBeShown()) return;
  app.set({
    arranged: Object.fromEntries(data.workspaces.map((row) => [row.workspace_id, row])),
    placements: Object.fromEntries(data.placements.map((row) => [row.conversation_id, row])),
  });
}

/** @param {string} id of a conversation */
export const placementOf = (id) => app.state.placements[id] ?? USUAL;

/** The sections of one's own in a workspace. @param {string | null | undefined} workspaceId */
export const sectionsIn = (workspaceId) => app.state.arranged[workspaceId ?? ""]?.sections ?? [];

/** @param {string | null | undefined} workspaceId */
export const orderIn = (workspaceId) => app.state.arranged[workspaceId ?? ""]?.channel_order ?? "created";

/**
 * Change where a place stands: here at once, for all of one's devices as soon as the service has it.
 *
 * @param {Listed} row
 * @param {Partial<Placement>} changes
 */
export async function place(row, changes) {
  const placement = { ...placementOf(row.id), conversation_id: row.id, ...changes };
  app.set({ placements: { ...app.state.placements, [row.id]: placement } });
  const path = row.workspace_id ? channelPath(row.workspace_id, row.id) : directPath(row.id);
  try {
    await api.patch(`${path}/placement`, changes);
  } finally {
    await loadArrangement();
  }
}

/** Whether what is unread in a place calls its reader. @param {Listed} row */
export function isCounted(row) {
  const { is_muted: isMuted, is_hidden: isHidden } = placementOf(row.id);
  return !isMuted && !(isHidden && row.workspace_id);
}

/** @param {string} order @returns {(row: Listed, other: Listed) => number} */
function sorting(order) {
  const { compare } = new Intl.Collator(spoken(), { numeric: true });
  /** @param {Listed} row */
  const name = (row) => row.name ?? row.participant?.name ?? "";
  if (order === "name") return (row, other) => compare(name(row), name(other));
  if (order === "activity")
    return (row, other) => (other.last_message_at ?? "").localeCompare(row.last_message_at ?? "");
  return () => 0;
}

/**
 * What the sidebar lists: favourites, one's own sections, the other channels, and the other direct conversations.
 *
 * @param {Workspace | undefined} workspace
 * @param {string} current the conversation that is shown, which is listed in any case
 * @returns {SidebarGroup[]}
 */
export function groupsOf(workspace, current) {
  const sort = sorting(orderIn(workspace?.id));
  /** @param {Listed} row */
  const isListed = (row) =>
    row.id === current || !placementOf(row.id).is_hidden || (Boolean(row.participant) && row.unread_count > 0);
  const channels = /** @type {Listed[]} */ ((workspace && app.state.channels[workspace.id]) ?? []).filter(isListed);
  const directs = /** @type {Listed[]} */ (app.state.directs).filter(isListed);
  /** @param {Listed} row */
  const isFavourite = (row) => placementOf(row.id).is_favourite;
  const sections = sectionsIn(workspace?.id);
  const known = new Set(sections.map((section) => section.id));
  /** @param {Listed} row */
  const sectionOf = (row) => placementOf(row.id).section_id ?? "";
  const others = channels.filter((row) => !isFavourite(row));
  return [
    { key: "favourites", rows: [...channels, ...directs].filter(isFavourite).sort(sort) },
    ...sections.map((section) => ({
      key: section.id,
      section,
      rows: others.filter((row) => sectionOf(row) === section.id).sort(sort),
    })),
    { key: "channels", rows: others.filter((row) => !known.has(sectionOf(row))).sort(sort) },
    { key: "directs", rows: directs.filter((row) => !isFavourite(row)).sort(sort) },
  ];
}
