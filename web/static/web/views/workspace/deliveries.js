/** What became of each delivery to the address of an outgoing webhook. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { moment, number, t } from "../../i18n.js";
import { toast, withToast } from "../../toasts.js";
import { Dialog } from "../parts/dialog.js";
import { Field } from "../parts/form.js";
import { Waiting } from "../parts/lists.js";
import { More, usePages } from "./pages.js";

/** @import { DeliveryResource } from "../../../../schema" */
/** @import { Closing, On } from "../../../../types" */

const LOOK_AGAIN_AFTER = 1500;
const STATUSES = ["pending", "succeeded", "failed", "dropped"];

/** The log of an address. @param {Closing & {path: string}} props */
export function Deliveries({ path, onClose }) {
  const [status, setStatus] = useState("");
  /** @type {ReturnType<typeof usePages<DeliveryResource>>} */
  const pages = usePages(`${path}/deliveries`, { status: status || undefined });
  // What was just sent is answered within a moment.
  const isUnderWay = pages.rows?.some((row) => row.status === "pending" && row.attempts === 0);
  useEffect(() => {
    if (!isUnderWay) return undefined;
    const timer = setTimeout(pages.reload, LOOK_AGAIN_AFTER);
    return () => clearTimeout(timer);
  }, [pages.rows]);
  /** @param {DeliveryResource} row */
  const replay = (row) =>
    withToast(async () => {
      await api.post(`${path}/deliveries/${row.id}/replay`);
      toast(t("outgoing.replayed"));
      await pages.reload();
    });
  /** @param {On<HTMLSelectElement>} event */
  const onStatus = ({ currentTarget: field }) => setStatus(field.value);
  return html`
    <${Dialog} title=${t("outgoing.deliveries")} wide onClose=${onClose}>
      <div class="log-head">
        <${Field}
          as="select"
          label=${t("outgoing.status")}
          onChange=${onStatus}
          children=${html`
            <option value="">${t("outgoing.status.all")}</option>
            ${STATUSES.map(
              (choice) => html`
                <option key=${choice} value=${choice}>
                  ${t(`outgoing.status.${choice}`)}
                </option>`,
            )}`}
        />
        <button type="button" class="button" onClick=${pages.reload}>
          ${t("outgoing.reload")}
        </button>
      </div>
      ${
        pages.rows === null
          ? html`
            <${Waiting} />`
          : pages.rows.length === 0
            ? html`<p class="hint">${t("outgoing.none")}</p>`
            : html`
              <ul class="rows">
                ${pages.rows.map(
                  (row) => html`
                    <li key=${row.id} class="delivery">
                      <div class="delivery-head">
                        <span class=${`state ${row.status}`}>${t(`outgoing.status.${row.status}`)}</span>
                        <code>${row.event_type}</code>
                        <span class="hint">${moment(row.occurred_at)}</span>
                        <button type="button" class="button small" onClick=${() => replay(row)}>
                          ${t("outgoing.replay")}
                        </button>
                      </div>
                      <span class="hint">${outcome(row)}</span>
                      ${
                        (row.error || row.response_body) &&
                        html`
                          <details>
                            <summary>${t("outgoing.answer")}</summary>
                            <pre class="answer" tabindex="0">${row.error || row.response_body}</pre>
                          </details>`
                      }
                    </li>`,
                )}
              </ul>`
      }
      <${More} pages=${pages} />
    <//>`;
}

/** What came of the attempts so far. @param {DeliveryResource} row */
function outcome(row) {
  return [
    row.attempts > 0 && t("outgoing.attempts", { count: row.attempts }),
    row.response_status && `HTTP ${row.response_status}`,
    row.duration_ms !== null && t("outgoing.took", { ms: number(row.duration_ms) }),
    row.status === "pending" && row.next_attempt_at && t("outgoing.next", { date: moment(row.next_attempt_at) }),
  ]
    .filter(Boolean)
    .join(" · ");
}
