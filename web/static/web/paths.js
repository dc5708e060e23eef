/** Addresses of conversations, below the API and as pages of this client; and of the service, as paths. */

/** @import { Message, Workspace } from "../../types" */

/** @param {string} workspaceId @param {string} channelId */
export const channelPath = (workspaceId, channelId) => `/workspaces/${workspaceId}/channels/${channelId}`;

/** @param {string} id */
export const directPath = (id) => `/direct-conversations/${id}`;

/** The page of a channel. @param {string} workspaceId @param {string} channelId */
export const channelPage = (workspaceId, channelId) => `/w/${workspaceId}/c/${channelId}`;

/**
 * The page of a direct conversation, beside the workspace that one is in, if any.
 *
 * @param {Workspace | null | undefined} workspace
 * @param {string} id
 */
export const directPage = (workspace, id) => (workspace ? `/w/${workspace.id}/d/${id}` : `/w/d/${id}`);

/**
 * The settings of a workspace, or one tab of them.
 *
 * @param {string} workspaceId
 * @param {string} [tab]
 */
export const settingsPage = (workspaceId, tab) => `/w/${workspaceId}/settings${tab ? `/${tab}` : ""}`;

/**
 * The page on which `message` is brought into view.
 *
 * @param {Pick<Message, "id" | "conversation_id" | "channel_id" | "workspace_id">} message
 * @param {Workspace | null | undefined} workspace where the reader is, for a direct message
 */
export function pageOf(message, workspace) {
  const page = message.channel_id
    ? `/w/${message.workspace_id}/c/${message.channel_id}`
    : directPage(workspace, message.conversation_id);
  return `${page}?at=${message.id}`;
}

/** Addresses of the service as paths of this origin: it may be known by several names. @param {string} url */
export function pathOf(url) {
  try {
    const parsed = new URL(url, location.origin);
    return parsed.pathname + parsed.search;
  } catch {
    return "#";
  }
}
