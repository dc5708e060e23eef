/** The dialogs about one message. */
import { html } from "../../core.js";
import { CorrectDialog, DeleteDialog, LanguageDialog, ReportDialog } from "../message_changes.js";
import { ForwardDialog } from "./forward.js";
import { HistoryDialog } from "./history.js";
import { ReactionsDialog } from "./reactions.js";

/** @import { Closing, OfMessage, Room } from "../../../../types" */

const DIALOGS = {
  delete: DeleteDialog,
  report: ReportDialog,
  reactions: ReactionsDialog,
  history: HistoryDialog,
  forward: ForwardDialog,
  language: LanguageDialog,
  correct: CorrectDialog,
};

/** The one that is open, if any. @param {OfMessage & Closing & {name: string, room: Room}} props */
export function MessageDialog({ name, message, conversation, room, onClose }) {
  const Opened = DIALOGS[/** @type {keyof typeof DIALOGS} */ (name)];
  if (!Opened) return null;
  return html`
    <${Opened} message=${message} conversation=${conversation} room=${room} onClose=${onClose} />`;
}
