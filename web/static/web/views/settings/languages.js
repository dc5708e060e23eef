/** What one reads, and what one wants to see of the originals. */
import * as api from "../../api.js";
import { html, useEffect } from "../../core.js";
import { LANGUAGES, t } from "../../i18n.js";
import { changeMe, readAgain } from "../../session.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { toast, withToast } from "../../toasts.js";
import { loadMembers } from "../../workspaces.js";

/** @import { Member, On, User, Workspace } from "../../../../types" */

/** @type {User["show_originals"][]} */
const ORIGINALS = ["always", "hover", "never"];

/** @param {Partial<User>} changes */
const save = (changes) =>
  withToast(async () => {
    await changeMe(changes);
    toast(t("saved"));
  });

export function Languages() {
  const { me, workspaces } = app.state;
  /** @param {On<HTMLSelectElement>} event */
  const onLanguage = ({ currentTarget: field }) =>
    save({ preferred_language: /** @type {User["preferred_language"]} */ (field.value) });
  /** @param {User["also_reads"][number]} code @param {boolean} reads */
  const alsoRead = (code, reads) =>
    save({ also_reads: [...me.also_reads.filter((known) => known !== code), ...(reads ? [code] : [])] });
  return html`
    <div class="field">
      <label for="reading-language">${t("language.read")}</label>
      <select id="reading-language" value=${me.preferred_language} onChange=${onLanguage}>
        ${Object.entries(LANGUAGES).map(
          ([code, name]) => html`
            <option key=${code} value=${code} lang=${code} selected=${code === me.preferred_language}>${name}</option>`,
        )}
      </select>
    </div>
    <fieldset class="choices-of">
      <legend>${t("languages.also")}</legend>
      <p class="hint">${t("languages.alsoHint")}</p>
      ${Object.entries(LANGUAGES)
        .filter(([code]) => code !== me.preferred_language)
        .map(
          ([code, name]) => html`
            <label key=${code}>
              <input
                type="checkbox"
                checked=${me.also_reads.includes(/** @type {User["also_reads"][number]} */ (code))}
                onChange=${(/** @type {On<HTMLInputElement>} */ event) =>
                  alsoRead(/** @type {User["also_reads"][number]} */ (code), event.currentTarget.checked)}
              />
              <span lang=${code}>${name}</span>
            </label>`,
        )}
    </fieldset>
    <fieldset class="choices-of">
      <legend>${t("languages.originals")}</legend>
      ${ORIGINALS.map(
        (choice) => html`
          <label key=${choice}>
            <input
              type="radio"
              name="show_originals"
              value=${choice}
              checked=${choice === me.show_originals}
              onChange=${() => save({ show_originals: choice })}
            />
            <span>${t(`languages.originals.${choice}`)}</span>
          </label>`,
      )}
    </fieldset>
    ${
      workspaces.length > 0 &&
      html`
        <fieldset class="choices-of">
          <legend>${t("languages.byWorkspace")}</legend>
          ${workspaces.map((row) => html`<${InWorkspace} key=${row.id} workspace=${row} me=${me} />`)}
        </fieldset>`
    }`;
}

/** The language that one reads in a workspace, where it is another. @param {{workspace: Workspace, me: User}} props */
function InWorkspace({ workspace, me }) {
  const mine = app.state.members[workspace.id]?.find((row) => row.user.id === me.id);
  useEffect(() => {
    if (!mine) withToast(() => loadMembers(workspace.id));
  }, [workspace.id]);
  if (!mine) return null;
  /** @param {On<HTMLSelectElement>} event */
  const onChange = ({ currentTarget: field }) => readIn(workspace, mine, field.value || null);
  return html`
    <label class="in-line">
      <span><bdi>${stripBidi(workspace.name)}</bdi></span>
      <select value=${mine.preferred_language ?? ""} onChange=${onChange}>
        <option value="" selected=${!mine.preferred_language}>${t("languages.asEverywhere")}</option>
        ${Object.entries(LANGUAGES).map(
          ([code, name]) => html`
            <option key=${code} value=${code} lang=${code} selected=${code === mine.preferred_language}>
              ${name}
            </option>`,
        )}
      </select>
    </label>`;
}

/** @param {Workspace} workspace @param {Member} mine @param {string | null} code */
const readIn = (workspace, mine, code) =>
  withToast(async () => {
    const path = `/workspaces/${workspace.id}/members/${mine.id}`;
    await api.put(path, { role: mine.role, preferred_language: code });
    await loadMembers(workspace.id);
    readAgain();
    toast(t("saved"));
  });
