/** The panels beside a conversation that are of the whole client, by name; a place shows its own. */
import { html } from "../../core.js";
import { DraftsPanel } from "./drafts.js";
import { Members } from "./members.js";
import { Saved } from "./saved.js";
import { Search } from "./search.js";
import { Threads } from "./threads.js";

/** @import { Children, Closing, FoundMessage, Message, Person, Workspace } from "../../../../types" */
/** @import { PanelState } from "../place/place.js" */
/** @import { JumpTo } from "./found.js" */

/**
 * What a panel may need; `nameOf` says what a listed message's conversation is called.
 *
 * @typedef {Closing & {
 *   workspace?: Workspace, id?: string, nameOf: (row: {conversation_id: string}) => string | undefined,
 *   onJump: JumpTo, onThread: (row: Message | FoundMessage) => void, onPerson: (person: Person) => void,
 *   onInvite: false | (() => void),
 * }} Given
 */

/** @type {Record<string, (given: Given) => Children>} */
const PANELS = {
  search: ({ workspace, id, nameOf, onJump, onPerson, onClose }) => html`
    <${Search}
      key=${id}
      workspaceId=${workspace?.id}
      first=${id}
      nameOf=${nameOf}
      onJump=${onJump}
      onPerson=${onPerson}
      onClose=${onClose}
    />`,
  drafts: ({ workspace, onClose }) => html`<${DraftsPanel} workspace=${workspace} onClose=${onClose} />`,
  saved: ({ nameOf, onJump, onClose }) => html`<${Saved} nameOf=${nameOf} onJump=${onJump} onClose=${onClose} />`,
  threads: ({ nameOf, onThread, onClose }) =>
    html`<${Threads} nameOf=${nameOf} onOpen=${onThread} onClose=${onClose} />`,
  members: ({ workspace, onPerson, onInvite, onClose }) => html`
    <${Members}
      workspaceId=${workspace?.id}
      role=${workspace?.role}
      onClose=${onClose}
      onMessage=${onPerson}
      onInvite=${onInvite}
    />`,
};

/** The panel that is open, should it be one of these. @param {Given & {panel: PanelState}} props */
export const OpenPanel = ({ panel, ...given }) => (panel && PANELS[panel.kind]?.({ ...given, id: panel.id })) || null;
