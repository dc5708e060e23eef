/** What translates between the languages that people read, and how much of it was used. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { languageName, list, t } from "../../i18n.js";
import { withToast } from "../../toasts.js";
import { Icon } from "../parts/icons.js";
import { Waiting } from "../parts/lists.js";
import { Section } from "./section.js";

/** @import { TranslationStatusResource, TranslationUsageResource } from "../../../../schema" */
/** @import { OfWorkspace } from "./workspace_settings.js" */

/** How much was translated this month, by what. @param {OfWorkspace} props */
export function Budget({ workspace }) {
  const [usage, setUsage] = useState(/** @type {TranslationUsageResource | null} */ (null));
  useEffect(() => {
    withToast(async () => setUsage((await api.get(`/workspaces/${workspace.id}/translation-usage`)).data));
  }, [workspace.id]);
  if (!usage) return html`<${Waiting} />`;
  const { limit, used, engines } = usage;
  return html`
    <${Section} title=${t("budget.title")} lead=${limit === null ? t("budget.none") : t("budget.lead")}>
      ${
        limit !== null &&
        html`
          <p class="budget">
            <progress max=${limit || 1} value=${Math.min(used, limit || 1)} aria-label=${t("budget.title")}></progress>
            ${t("budget.used", { used, limit })}
          </p>`
      }
      ${engines.length === 0 && html`<p class="hint">${t("budget.nothing")}</p>`}
      <ul class="rows">
        ${engines.map(
          (row) => html`
            <li key=${row.engine}>
              <span class="person">
                <strong>${row.engine}</strong>
                ${row.is_metered && html`<span class="hint">${t("budget.metered")}</span>`}
              </span>
              <span>${t("budget.characters", { count: row.characters })}</span>
            </li>`,
        )}
      </ul>
    <//>`;
}

/** Which languages people here read, and what translates between them. */
export function TranslationState() {
  const [status, setStatus] = useState(/** @type {TranslationStatusResource | null} */ (null));
  useEffect(() => {
    withToast(async () => setStatus((await api.get("/translation/status")).data));
  }, []);
  return html`
    <${Section} title=${t("workspace.translation")} lead=${t("workspace.translationLead")}>
      ${status ? html`<${Pairs} status=${status} />` : html`<${Waiting} />`}
    <//>`;
}

/** @param {{status: TranslationStatusResource}} props */
function Pairs({ status }) {
  if (status.pairs.length === 0) return html`<p>${t("workspace.oneLanguage")}</p>`;
  const isWhole = status.missing.length === 0;
  return html`
    <p class="notice">
      <${Icon} name=${isWhole ? "check" : "warn"} />${" "}
      ${isWhole ? t("workspace.allTranslated", { languages: list(status.languages.map(languageName)) }) : ""}
      ${!isWhole && t("workspace.someMissing", { count: status.missing.length })}
    </p>
    <div class="table-scroll" tabindex="0" role="region" aria-label=${t("workspace.engines")}>
      <table class="grid">
        <thead>
          <tr>
            <th scope="col">${t("workspace.from")}</th>
            <th scope="col">${t("workspace.into")}</th>
            <th scope="col">${t("workspace.engines")}</th>
          </tr>
        </thead>
        <tbody>
          ${status.pairs.map(
            ({ source, target, engines }) => html`
              <tr key=${`${source} ${target}`}>
                <td>${languageName(source)}</td>
                <td>${languageName(target)}</td>
                <td>
                  ${
                    engines.length > 0
                      ? engines.join(", ")
                      : html`
                        <span class="untranslated">
                          <${Icon} name="warn" /> ${t("workspace.noEngine")}
                        </span>`
                  }
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
