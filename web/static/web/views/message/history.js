/** What a message said before its edits. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { withToast } from "../../toasts.js";
import { Dialog } from "../parts/dialog.js";
import { Waiting } from "../parts/lists.js";
import { RichText } from "../parts/rich_text.js";

/** @import { RevisionListAnswer, RevisionResource } from "../../../../schema" */
/** @import { Closing, OfMessage, Room } from "../../../../types" */

const MOST = 100;

/** @param {OfMessage & Closing & {room: Room}} props */
export function HistoryDialog({ message, conversation, room, onClose }) {
  const [rows, setRows] = useState(/** @type {RevisionResource[] | null} */ (null));
  useEffect(() => {
    withToast(async () => {
      /** @type {RevisionListAnswer} */
      const { data } = await api.get(`${conversation.path}/messages/${message.id}/revisions`, { per_page: MOST });
      setRows(data);
    });
  }, []);
  const versions = rows && [
    { revision: 0, content: message.original_content ?? "", when: message.edited_at, label: t("history.now") },
    ...rows.map(({ revision, content, created_at: until }) => ({
      revision,
      content,
      when: until,
      label: t("history.until", { time: moment(until) }),
    })),
  ];
  return html`
    <${Dialog} title=${t("history.title")} onClose=${onClose}>
      ${
        versions
          ? html`
            <ol class="versions">
              ${versions.map(
                ({ revision, content, label }) => html`
                  <li key=${revision}>
                    <p class="hint">${label}</p>
                    <div class="text" dir="auto" lang=${message.original_language}>
                      <${RichText} content=${content} type=${message.type} names=${room.names} me=${room.me} />
                    </div>
                  </li>`,
              )}
            </ol>`
          : html`
            <${Waiting} />`
      }
    <//>`;
}
