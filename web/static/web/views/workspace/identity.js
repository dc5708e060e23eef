/** What a workspace is called and looks like, who may join it, and how long it keeps messages. */
import * as api from "../../api.js";
import { squared } from "../../avatar.js";
import { html, useRef, useState } from "../../core.js";
import { LANGUAGES, t } from "../../i18n.js";
import { toast, withToast } from "../../toasts.js";
import { loadSidebar } from "../../workspaces.js";
import { Confirm } from "../dialogs/confirm.js";
import { visibilities } from "../dialogs/fields.js";
import { Form } from "../parts/form.js";
import { Avatar } from "../parts/people.js";
import { Section } from "./section.js";

/** @import { On, Ref } from "../../../../types" */
/** @import { OfWorkspace } from "./workspace_settings.js" */

/** @param {OfWorkspace} props */
export function Identity({ workspace }) {
  const isOwner = workspace.role === "owner";
  const [asked, setAsked] = useState(/** @type {Record<string, string> | null} */ (null));
  /** @param {Record<string, string>} values */
  const submit = async (values) => {
    const days = Number(values.retention);
    // What this erases nobody brings back.
    if (isOwner && days && days < (workspace.retention_days ?? Infinity)) setAsked(values);
    else await save(values);
  };
  /** @param {Record<string, string>} values */
  const save = async ({ name, visibility, language, retention }) => {
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
      ${
        asked &&
        html`
          <${Confirm}
            title=${t("workspace.retention")}
            button=${t("save")}
            work=${() => save(asked)}
            onClose=${() => setAsked(null)}
          >
            ${t("workspace.retentionSure", { count: Number(asked.retention) })}
          <//>`
      }
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
