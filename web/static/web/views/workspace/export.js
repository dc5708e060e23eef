/** A workspace as a file, for its owner. */
import * as api from "../../api.js";
import { html, useEffect, useLatestOnly, useState } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { pathOf } from "../../paths.js";
import { withToast } from "../../toasts.js";
import { Section } from "./section.js";

/** @import { ExportAnswer, ExportState } from "../../../../schema" */
/** @import { OfWorkspace } from "./workspace_settings.js" */

const LOOK_AGAIN_AFTER = 1500;

/** @param {OfWorkspace} props */
export function Export({ workspace }) {
  const path = `/workspaces/${workspace.id}/export`;
  const [state, setState] = useState(/** @type {ExportState | null} */ (null));
  const begin = useLatestOnly();
  /** @param {Promise<ExportAnswer>} asked */
  const show = async (asked) => {
    const isToBeShown = begin();
    try {
      const { data } = await asked;
      if (isToBeShown()) setState(data);
    } catch (error) {
      // Another failure says nothing about the export. As a new object, so that a pending one is asked for again.
      if (isToBeShown()) setState((shown) => (error.status === 404 ? null : shown && { ...shown }));
    }
  };
  const make = () => withToast(async () => show(Promise.resolve(await api.post(path))));
  useEffect(() => {
    if (state?.status !== "pending") return undefined;
    const timer = setTimeout(() => show(api.get(path)), LOOK_AGAIN_AFTER);
    return () => clearTimeout(timer);
  }, [state]);
  return html`
    <${Section} title=${t("workspace.export")} lead=${t("workspace.exportLead")}>
      ${
        state?.status === "pending" &&
        html`
          <p role="status">
            ${t("export.pending")}${" "}
            <progress max="100" value=${state.progress ?? 0} aria-label=${t("workspace.export")}></progress>
          </p>`
      }
      ${state?.status === "failed" && html`<p class="form-error" role="alert">${t("error.server")}</p>`}
      <p class="form-end">
        ${
          state?.status === "ready" &&
          html`
            <a class="button primary" href=${pathOf(state.download_url ?? "")} download>
              ${t("export.get")}
            </a>`
        }
        <button type="button" class="button" disabled=${state?.status === "pending"} onClick=${make}>
          ${t("export.make")}
        </button>
        <button type="button" class="button" onClick=${() => show(api.get(path))}>
          ${t("workspace.exportLast")}
        </button>
      </p>
      ${state?.expires_at && html`<p class="hint">${t("until", { date: moment(state.expires_at) })}</p>`}
    <//>`;
}
