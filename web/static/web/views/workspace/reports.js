/** What was reported in a workspace, and what its owners and admins decide about it. */
import * as api from "../../api.js";
import { html, useState } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { stripBidi } from "../../text.js";
import { toast } from "../../toasts.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { Icon } from "../parts/icons.js";
import { Empty, Waiting } from "../parts/lists.js";
import { Avatar, Name } from "../parts/people.js";
import { More, usePages } from "./pages.js";
import { Section } from "./section.js";

/** @import { ModeratedReportResource } from "../../../../schema" */
/** @import { Closing } from "../../../../types" */
/** @import { OfWorkspace } from "./workspace_settings.js" */

const DECISIONS = ["dismiss", "remove_message", "warn", "suspend_member"];

/** @param {OfWorkspace} props */
export function Reports({ workspace }) {
  const path = `/workspaces/${workspace.id}/reports`;
  const [isDecided, setDecided] = useState(false);
  const [asked, setAsked] = useState(/** @type {ModeratedReportResource | null} */ (null));
  /** @type {ReturnType<typeof usePages<ModeratedReportResource>>} */
  const pages = usePages(path, { decided: isDecided || undefined });
  return html`
    <${Section} title=${t("workspace.tab.reports")} lead=${t("reports.lead")}>
      <div class="segments" role="group" aria-label=${t("workspace.tab.reports")}>
        ${[false, true].map(
          (choice) => html`
            <button
              key=${choice}
              type="button"
              class="button small"
              aria-pressed=${isDecided === choice}
              onClick=${() => setDecided(choice)}
            >
              ${choice ? t("reports.decided") : t("reports.waiting")}
            </button>`,
        )}
      </div>
      ${
        pages.rows === null
          ? html`
            <${Waiting} />`
          : pages.rows.length === 0
            ? html`
              <${Empty} icon="check" title=${t(isDecided ? "reports.noneDecided" : "reports.none")}>
                <p>${t("reports.noneHint")}</p>
              <//>`
            : html`
              <ul class="rows">
                ${pages.rows.map(
                  (row) => html`
                    <${ReportRow} key=${row.id} row=${row} workspace=${workspace} onDecide=${() => setAsked(row)} />`,
                )}
              </ul>`
      }
      <${More} pages=${pages} />
      ${
        asked &&
        html`
          <${Decide} row=${asked} path=${path} onDone=${pages.reload} onClose=${() => setAsked(null)} />`
      }
    <//>`;
}

/** @param {OfWorkspace & {row: ModeratedReportResource, onDecide: () => void}} props */
const ReportRow = ({ row, workspace, onDecide }) => html`
  <li class="report">
    <div class="delivery-head">
      ${
        row.sender &&
        html`
          <${Avatar}
            name=${row.sender.name}
            url=${row.sender.avatar_url}
            seed=${`user${row.sender.id}`}
            size="small"
          />`
      }
      <strong>
        <${Name}>${row.sender?.name ?? t("message.service")}<//>
      </strong>
      <span class="hint">
        #<${Name}>${row.channel_name}<//> · ${t("reports.at", { date: moment(row.created_at) })}
      </span>
      ${
        row.decision
          ? html`<span class="badge">${t(`reports.was.${row.decision}`)}</span>`
          : html`
            <button type="button" class="button small" onClick=${onDecide}>
              ${t("reports.decide")}
            </button>`
      }
    </div>
    <blockquote class="quoted" lang=${row.language} dir="auto">${row.content ?? t("message.deleted")}</blockquote>
    <p>
      <span class="hint">${t("reports.reason")}</span> <bdi>${row.reason}</bdi>
    </p>
    ${
      row.decided_at &&
      html`
        <p class="hint">
          ${t("reports.by", { name: stripBidi(row.decided_by?.name ?? "–"), date: moment(row.decided_at) })}
          ${row.note && html` · <bdi>${row.note}</bdi>`}
        </p>`
    }
    ${
      !row.is_deleted &&
      html`
        <a class="link small" href=${`/w/${workspace.id}/c/${row.channel_id}?at=${row.message_id}`} data-go>
          <${Icon} name="forth" /> ${t("reports.open")}
        </a>`
    }
  </li>`;

/** @param {Closing & {row: ModeratedReportResource, path: string, onDone: () => unknown}} props */
function Decide({ row, path, onDone, onClose }) {
  const [decision, setDecision] = useState("dismiss");
  const choices = DECISIONS.filter((choice) => {
    if (choice === "remove_message") return !row.is_deleted;
    return choice === "dismiss" || row.sender?.kind === "user";
  });
  /** @param {Record<string, string>} values */
  const submit = async ({ note }) => {
    await api.post(`${path}/${row.id}/decide`, { decision, note });
    toast(t("reports.done"));
    onClose();
    await onDone();
  };
  return html`
    <${Dialog} title=${t("reports.decide")} onClose=${onClose}>
      <blockquote class="quoted" lang=${row.language} dir="auto">${row.content}</blockquote>
      <${Form}
        submit=${submit}
        button=${t("reports.decide")}
        danger=${decision !== "dismiss"}
        fields=${[
          {
            name: "note",
            label: t("reports.note"),
            hint: t("reports.noteHint"),
            maxlength: 1000,
            autocomplete: "off",
          },
        ]}
      >
        <fieldset class="checks">
          <legend>${t("reports.what")}</legend>
          ${choices.map(
            (choice) => html`
              <label key=${choice} class="check">
                <input
                  type="radio"
                  name="decision"
                  value=${choice}
                  checked=${choice === decision}
                  onChange=${() => setDecision(choice)}
                />
                ${t(`reports.${choice}`)}
              </label>`,
          )}
        </fieldset>
      <//>
    <//>`;
}
