/** What a workspace is called, who may see it, whether it is translated, and its end. */
import * as api from "../../api.js";
import { squared } from "../../avatar.js";
import { html, useEffect, useRef, useState } from "../../core.js";
import { LANGUAGES, languageName, list, t } from "../../i18n.js";
import { go } from "../../router.js";
import { toast, withToast } from "../../toasts.js";
import { stripBidi } from "../../text.js";
import { isModerator, loadSidebar } from "../../workspaces.js";
import { visibilities } from "../dialogs/fields.js";
import { LeaveWorkspace } from "../dialogs/leave_workspace.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { Icon } from "../parts/icons.js";
import { Waiting } from "../parts/lists.js";
import { Avatar } from "../parts/people.js";
import { Export } from "./export.js";
import { Section } from "./section.js";

/** @import { TranslationStatusResource, TranslationUsageResource } from "../../../../schema" */
/** @import { Closing, On, Ref } from "../../../../types" */
/** @import { OfWorkspace } from "./workspace_settings.js" */

/** @param {OfWorkspace} props */
export function General({ workspace }) {
  const [asked, setAsked] = useState(/** @type {"" | "leave" | "delete"} */ (""));
  const close = () => setAsked("");
  const isTeam = workspace.kind === "team";
  return html`
    ${isModerator(workspace) && isTeam && html`<${Identity} workspace=${workspace} />`}
    <${TranslationState} />
    ${isModerator(workspace) && html`<${Budget} workspace=${workspace} />`}
    ${isTeam && workspace.role === "owner" && html`<${Export} workspace=${workspace} />`}
    ${
      isTeam &&
      html`
        <${Section} title=${t("workspace.leave")} lead=${t("workspace.leaveLead")}>
          <p>
            <button type="button" class="button" onClick=${() => setAsked("leave")}>
              ${t("workspace.leave")}
            </button>
          </p>
        <//>`
    }
    ${
      isTeam &&
      workspace.role === "owner" &&
      html`
        <${Section} danger title=${t("workspace.delete")} lead=${t("workspace.deleteLead")}>
          <p>
            <button type="button" class="button danger" onClick=${() => setAsked("delete")}>
              ${t("workspace.delete")}
            </button>
          </p>
        <//>`
    }
    ${asked === "leave" && html`<${LeaveWorkspace} workspace=${workspace} onClose=${close} />`}
    ${asked === "delete" && html`<${DeleteWorkspace} workspace=${workspace} onClose=${close} />`}`;
}

/** @param {OfWorkspace} props */
function Identity({ workspace }) {
  const isOwner = workspace.role === "owner";
  /** @param {Record<string, string>} values */
  const submit = async ({ name, visibility, language, retention }) => {
    await api.patch(`/workspaces/${workspace.id}`, {
      name,
      visibility,
      default_language: language || null,
      ...(isOwner ? { retention_days: retention ? Number(retention) : null } : {}),
    });
    await loadSidebar();
    toast(t("saved"));
  };
  return html`
    <${Section} title=${t("workspace.identity")}>
      <${WorkspaceIcon} workspace=${workspace} />
      <${Form}
        submit=${submit}
        button=${t("save")}
        fields=${[
          { name: "name", label: t("name"), maxlength: 120, defaultValue: workspace.name, autocomplete: "off" },
          {
            name: "visibility",
            as: "select",
            label: t("workspace.visibility"),
            children: visibilities(workspace.visibility, "workspace"),
          },
          {
            name: "language",
            as: "select",
            label: t("workspace.language"),
            hint: t("workspace.languageHint"),
            children: html`
              <option value="">${LANGUAGES.en}</option>
              ${Object.entries(LANGUAGES)
                .filter(([code]) => code !== "en")
                .map(
                  ([code, label]) => html`
                    <option key=${code} value=${code} lang=${code} selected=${code === workspace.default_language}>
                      ${label}
                    </option>`,
                )}`,
          },
          ...(isOwner
            ? [
                {
                  name: "retention",
                  type: "number",
                  min: 1,
                  inputmode: "numeric",
                  label: t("workspace.retention"),
                  hint: t("workspace.retentionHint"),
                  placeholder: t("workspace.forEver"),
                  defaultValue: workspace.retention_days ?? "",
                },
              ]
            : []),
        ]}
      />
    <//>`;
}

/** @param {OfWorkspace} props */
function WorkspaceIcon({ workspace }) {
  /** @type {Ref<HTMLInputElement>} */
  const chooser = useRef(null);
  const [isBusy, setBusy] = useState(false);
  const path = `/workspaces/${workspace.id}/icon`;
  /** @param {() => Promise<unknown>} work */
  const change = async (work) => {
    setBusy(true);
    await withToast(work);
    await loadSidebar();
    setBusy(false);
  };
  /** @param {On<HTMLInputElement>} event */
  const onChoose = ({ currentTarget: field }) => {
    const [file] = field.files ?? [];
    if (file)
      change(async () => {
        const { id } = await api.upload(await squared(file), () => {}).done;
        await api.put(path, { file_id: id });
      });
    field.value = "";
  };
  return html`
    <div class="profile-head">
      <${Avatar}
        key=${workspace.icon_url}
        name=${workspace.name}
        url=${workspace.icon_url}
        seed=${workspace.id}
        size="big"
      />
      <p class="form-end">
        <button
          type="button"
          class="button small"
          aria-busy=${isBusy}
          disabled=${isBusy}
          onClick=${() => chooser.current.click()}
        >
          ${t("profile.picture")}
        </button>
        ${
          workspace.icon_url &&
          html`
            <button type="button" class="button small" onClick=${() => change(() => api.remove(path))}>
              ${t("profile.noPicture")}
            </button>`
        }
      </p>
      <input
        ref=${chooser}
        type="file"
        accept="image/*"
        hidden
        aria-label=${t("profile.picture")}
        onChange=${onChoose}
      />
    </div>`;
}

/** How much was translated this month, by what. @param {OfWorkspace} props */
function Budget({ workspace }) {
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
function TranslationState() {
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

/** Asks for the name, as nothing brings a workspace back. @param {Closing & OfWorkspace} props */
function DeleteWorkspace({ workspace, onClose }) {
  const [{ id, name }] = useState(workspace);
  const [typed, setTyped] = useState("");
  const wanted = stripBidi(name).trim();
  const isSame = stripBidi(typed).trim() === wanted;
  const submit = async () => {
    if (!isSame) return;
    await api.remove(`/workspaces/${id}`);
    await loadSidebar();
    onClose();
    go("/");
    toast(t("workspace.deleted", { name: wanted }));
  };
  return html`
    <${Dialog} title=${t("workspace.delete")} onClose=${onClose}>
      <p>${t("workspace.deleteSure", { name: wanted })}</p>
      <${Form}
        submit=${submit}
        button=${t("workspace.delete")}
        danger
        disabled=${!isSame}
        fields=${[
          {
            name: "name",
            label: t("workspace.deleteType", { name: wanted }),
            autocomplete: "off",
            autofocus: true,
            onInput: (/** @type {InputEvent} */ { currentTarget }) =>
              setTyped(/** @type {HTMLInputElement} */ (currentTarget).value),
          },
        ]}
        after=${html`<button type="button" class="button" onClick=${onClose}>
            ${t("cancel")}
          </button>`}
      />
    <//>`;
}
