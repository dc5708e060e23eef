/** The places of the sidebar in its order: what the keys move through and the switcher offers. */
import { groupsOf, isCounted } from "./arrangement.js";
import { localStore } from "./core.js";
import { directPage } from "./paths.js";
import { app } from "./state.js";

/** @import { Listed, Workspace } from "../../types" */

const MOST_RECENT = 30;

/** @param {string} name */
const recentName = (name) => `recent.${name}`;

/** The conversations that were shown in this browser, the last first: their ids. @returns {string[]} */
export const recentPlaces = () => localStore.get(recentName(String(app.state.me?.id))) ?? [];

/** @param {string} id */
export function noteShown(id) {
  const others = recentPlaces().filter((other) => other !== id);
  localStore.set(recentName(String(app.state.me?.id)), [id, ...others].slice(0, MOST_RECENT));
}

/** The page of a listed conversation. @param {Listed} row @param {Workspace | undefined} workspace where one is */
export const placePage = (row, workspace) =>
  row.workspace_id ? `/w/${row.workspace_id}/c/${row.id}` : directPage(workspace, row.id);

/** Whether a place has something unread that calls its reader. @param {Listed} row */
export const isUnread = (row) => row.unread_count > 0 && isCounted(row);

/**
 * The place that is `step` further in the sidebar than `current`, around its ends.
 *
 * @param {Workspace | undefined} workspace
 * @param {string} current
 * @param {number} step 1 or -1
 * @param {(row: Listed) => boolean} [isMeant]
 * @returns {Listed | undefined}
 */
export function nextPlace(workspace, current, step, isMeant = () => true) {
  const rows = groupsOf(workspace, current).flatMap((group) => group.rows);
  const at = rows.findIndex((row) => row.id === current);
  const begin = at < 0 && step < 0 ? 0 : at;
  for (let i = 1; i <= rows.length; i += 1) {
    const row = rows[(begin + step * i + rows.length * 2) % rows.length];
    if (row.id !== current && isMeant(row)) return row;
  }
  return undefined;
}
