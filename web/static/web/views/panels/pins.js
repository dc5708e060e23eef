/** The pinned messages of a conversation. */
import * as api from "../../api.js";
import { html, useEffect, useObserved, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { app } from "../../state.js";
import { withToast } from "../../toasts.js";
import { Empty, Waiting } from "../parts/lists.js";
import { Found } from "./found.js";
import { Panel } from "./panel.js";

/** @import { Closing, InConversation, Message as Row, MessagePage } from "../../../../types" */
/** @import { Jump } from "./found.js" */

/** @param {Closing & {conversation: InConversation["conversation"], onJump: Jump}} props */
export function Pins({ conversation, onJump, onClose }) {
  useObserved(conversation);
  const [rows, setRows] = useState(/** @type {Row[] | null} */ (null));
  useEffect(() => {
    withToast(async () => {
      /** @type {MessagePage} */
      const { data } = await api.get(`${conversation.path}/pins`, { limit: 100 });
      setRows(data);
    });
  }, [conversation, [...conversation.pins.ids].join(), app.state.language]);
  return html`
    <${Panel} title=${t("pins.title")} onClose=${onClose}>
      <div class="panel-body" tabindex="0" role="region" aria-label=${t("pins.title")}>
        ${
          rows === null
            ? html`
              <${Waiting} />`
            : rows.length
              ? html`
                <ul class="founds">
                  ${rows.map(
                    (row) => html`
                      <${Found} key=${row.id} row=${row} onJump=${onJump} />`,
                  )}
                </ul>`
              : html`
                <${Empty} icon="pin" title=${t("pins.none")}>
                  ${t("pins.hint")}
                <//>`
        }
      </div>
    <//>`;
}
