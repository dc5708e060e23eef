/** What a signed-in person's client knows, for every view to watch. Only the modules beside this one change it. */
import { localStore, Store } from "./core.js";

/** @import { ApiError } from "./api_error.js" */
/** @import { ArrangedWorkspaceResource } from "../../schema" */
/** @import { Channel, Direct, LinkState, Member, Placement, User, Workspace } from "../../types" */

/** @typedef {"auto" | "light" | "dark"} Theme */
/** @typedef {{id: number, text: string, kind: "info" | "error"}} Toast */

/**
 * `me` is null until somebody is signed in, which views behind the sign-in need not ask; `channels`, `archived` (of
 * workspaces that were shown) and `members` by workspace; `presence` by user; `placements` by
 * conversation, for those that are not in their usual place.
 *
 * @typedef {{
 *   me: User, isStarted: boolean, link: LinkState,
 *   workspaces: Workspace[], channels: Record<string, Channel[]>, archived: Record<string, Channel[]>,
 *   arranged: Record<string, ArrangedWorkspaceResource>, placements: Record<string, Placement>,
 *   members: Record<string, Member[]>, directs: Direct[], presence: Record<string, "online" | "offline">,
 *   saved: Set<string>,
 *   language: string, theme: Theme, toasts: Toast[], error: ApiError | null,
 * }} State
 */

/** What nobody who is signed out may see. */
const nobody = () => ({
  me: /** @type {User} */ (/** @type {unknown} */ (null)),
  workspaces: [],
  channels: {},
  archived: {},
  arranged: {},
  placements: {},
  members: {},
  directs: [],
  presence: {},
  saved: new Set(),
});

/** @type {Store<State>} */
export const app = new Store({
  ...nobody(),
  isStarted: false,
  link: "connecting",
  language: "en",
  theme: /** @type {Theme | null} */ (localStore.get("theme")) ?? "auto",
  toasts: [],
  error: null,
});

export const forgetPerson = () => app.set(nobody());
