/** What the switcher offers: places, people and commands, the best first. */
import { t } from "../../i18n.js";
import { scoreOf } from "../../matching.js";
import { placePage, recentPlaces } from "../../places.js";
import { go } from "../../router.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { setTheme } from "../../theme.js";

/** @import { Listed, Person, Workspace } from "../../../../types" */
/** @import { IconName } from "../parts/icons.js" */

/**
 * One thing to choose: `hint` says what or where it is; `also`: other words that find it.
 *
 * @typedef {{
 *   key: string, name: string, hint?: string, icon?: IconName, person?: Person, unread?: number, also?: string,
 *   rank: number, run: () => void,
 * }} Entry
 */

/**
 * What the commands need of the client around the switcher.
 *
 * @typedef {{
 *   workspace: Workspace | undefined, canInvite: boolean, onDialog: (name: string) => void,
 *   onSearch: (query: string) => void, onPerson: (person: Person) => void,
 * }} Doing
 */

const MOST = 40;
const RECENT_FIRST = 8;

/** @param {Doing} doing @returns {Entry[]} */
function commands({ workspace, canInvite, onDialog, onSearch }) {
  /** @type {[string, IconName, () => void, unknown?][]} */
  const rows = [
    ["search.title", "search", () => onSearch(""), workspace],
    ["invite.make", "link", () => onDialog("invite"), canInvite],
    ["browse.title", "hash", () => onDialog("browse"), workspace],
    ["channel.new", "plus", () => onDialog("channel"), workspace],
    ["direct.new", "plus", () => onDialog("direct"), workspace],
    ["workspace.new", "plus", () => onDialog("workspace")],
    ["workspace.join", "people", () => onDialog("join")],
    ["rooms.title", "clock", () => onDialog("room")],
    ["settings.title", "gear", () => go("/w/settings/profile")],
    ["settings.notifications", "bell", () => go("/w/settings/notifications")],
    ["theme.light", "sun", () => setTheme("light")],
    ["theme.dark", "moon", () => setTheme("dark")],
    ["theme.auto", "sun", () => setTheme("auto")],
    ["shortcuts.title", "keys", () => onDialog("shortcuts")],
  ];
  return rows
    .filter(([, , , isOffered = true]) => isOffered)
    .map(([key, icon, run]) => ({ key, icon, run, name: t(key), hint: t("switcher.command"), rank: 0 }));
}

/** @param {Listed} row @param {Workspace | undefined} workspace @param {Workspace[]} workspaces @returns {Entry} */
function placeEntry(row, workspace, workspaces) {
  const isElsewhere = row.workspace_id && row.workspace_id !== workspace?.id;
  const where = isElsewhere ? workspaces.find((other) => other.id === row.workspace_id)?.name : undefined;
  const isPrivate = row.visibility === "private" || row.has_password;
  return {
    key: row.id,
    name: row.participant?.name ?? row.name ?? "",
    hint: where && stripBidi(where),
    icon: row.participant ? undefined : isPrivate ? "lock" : "hash",
    person: row.participant,
    also: row.slug,
    unread: row.unread_count,
    rank: (isElsewhere ? 0 : 6) + (row.unread_count ? 3 : 0) + (row.is_archived ? -8 : 0),
    run: () => go(placePage(row, workspace)),
  };
}

/** @param {Doing} doing @returns {Entry[]} */
function places({ workspace, onPerson }) {
  const { channels, archived, directs, members, workspaces, me } = app.state;
  const rows = [...Object.values(channels).flat(), ...((workspace && archived[workspace.id]) ?? []), ...directs];
  const spokenWith = new Set([me.id, ...directs.map((row) => row.participant.id)]);
  const people = ((workspace && members[workspace.id]) ?? []).filter((row) => !spokenWith.has(row.user.id));
  return [
    ...rows.map((row) => placeEntry(row, workspace, workspaces)),
    ...people.map(({ user }) => ({
      key: `person-${user.id}`,
      name: user.name,
      hint: t("switcher.person"),
      person: user,
      rank: 0,
      run: () => onPerson(user),
    })),
    ...workspaces
      .filter((row) => row.id !== workspace?.id)
      .map((row) => ({
        key: row.id,
        name: row.name,
        hint: t("switcher.workspace"),
        icon: /** @type {IconName} */ ("globe"),
        rank: 0,
        run: () => go(`/w/${row.id}`),
      })),
  ];
}

/**
 * What `query` finds; without one, where one was last and what is unread. `current` is where one is.
 *
 * @param {string} query
 * @param {string} current
 * @param {Doing} doing
 * @returns {Entry[]}
 */
export function entriesFor(query, current, doing) {
  const recent = recentPlaces();
  /** @param {Entry} entry */
  const recency = (entry) => {
    const at = recent.indexOf(entry.key);
    return at < 0 ? 0 : RECENT_FIRST * (1 - at / recent.length);
  };
  if (!query.trim()) {
    /** @param {Entry} entry */
    const orderOf = (entry) => (entry.unread ? 100 : 0) + recency(entry);
    const offered = places(doing).filter((entry) => entry.key !== current);
    return [...offered.sort((a, b) => orderOf(b) - orderOf(a)).slice(0, RECENT_FIRST), ...commands(doing)];
  }
  const scored = [...places(doing), ...commands(doing)]
    .map((entry) => ({ entry, score: Math.max(scoreOf(query, entry.name), scoreOf(query, entry.also ?? "") - 5) }))
    .filter(({ score }) => score > 0)
    .map(({ entry, score }) => ({
      entry,
      score: score + entry.rank + recency(entry) - (entry.key === current ? 9 : 0),
    }));
  scored.sort((a, b) => b.score - a.score);
  return scored.slice(0, MOST).map(({ entry }) => entry);
}
