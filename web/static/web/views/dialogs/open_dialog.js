/** The dialogs that the sidebar, a conversation and the empty client open, by name. */
import { html } from "../../core.js";
import { Shortcuts } from "../shortcuts.js";
import { Switcher } from "../switcher/switcher.js";
import { BrowseChannels } from "./browse_channels.js";
import { ChannelSettings } from "./channel_settings.js";
import { InvitePeople } from "./invite_people.js";
import { JoinWorkspace } from "./join_workspace.js";
import { LeaveWorkspace } from "./leave_workspace.js";
import { NewChannel } from "./new_channel.js";
import { NewDirect } from "./new_direct.js";
import { NewSection } from "./new_section.js";
import { NewWorkspace } from "./new_workspace.js";
import { Rooms } from "./rooms.js";

/** @import { Children, Closing, Listed, Person, Workspace } from "../../../../types" */

/**
 * What a dialog may need; `onPick` opens a direct conversation, `onDialog` another dialog.
 *
 * @typedef {Closing & {
 *   workspace?: Workspace, channel?: Listed, current: string, canInvite: boolean, onPick: (person: Person) => void,
 *   onSearch: (query: string) => void, onDialog: (name: string) => void,
 * }} Given
 */

/** @type {Record<string, (given: Given) => Children>} */
const DIALOGS = {
  switcher: ({ onPick, ...given }) => html`<${Switcher} ...${given} onPerson=${onPick} />`,
  shortcuts: ({ onClose }) => html`<${Shortcuts} onClose=${onClose} />`,
  workspace: ({ onClose }) => html`<${NewWorkspace} onClose=${onClose} />`,
  room: ({ onClose }) => html`<${Rooms} onClose=${onClose} />`,
  join: ({ onClose }) => html`<${JoinWorkspace} onClose=${onClose} />`,
  leave: ({ workspace, onClose }) => html`<${LeaveWorkspace} workspace=${workspace} onClose=${onClose} />`,
  channel: ({ workspace, onClose }) => html`<${NewChannel} workspace=${workspace} onClose=${onClose} />`,
  browse: ({ workspace, onDialog, onClose }) =>
    html`<${BrowseChannels} workspace=${workspace} onDialog=${onDialog} onClose=${onClose} />`,
  section: ({ workspace, onClose }) => html`<${NewSection} workspace=${workspace} onClose=${onClose} />`,
  "channel-settings": ({ workspace, channel, onClose }) =>
    channel && html`<${ChannelSettings} channel=${channel} workspace=${workspace} onClose=${onClose} />`,
  direct: ({ onPick, onClose }) => html`<${NewDirect} onPick=${onPick} onClose=${onClose} />`,
  invite: ({ workspace, onClose }) => html`<${InvitePeople} workspace=${workspace} onClose=${onClose} />`,
};

/** The dialog of this name; none for an empty one. @param {Given & {name: string}} props */
export const OpenDialog = ({ name, ...given }) => DIALOGS[name]?.(given) ?? null;
