/** A new workspace's first minutes: what to do, and a conversation that shows how it works. */
import * as api from "../api.js";
import { html, localStore, useObserved, useState } from "../core.js";
import { LANGUAGES, t } from "../i18n.js";
import { settingsPage } from "../paths.js";
import { go } from "../router.js";
import { app } from "../state.js";
import { withToast } from "../toasts.js";
import { translationWatch } from "../translation_watch.js";
import { isModerator, loadChannels, loadSidebar } from "../workspaces.js";
import { Confirm } from "./dialogs/confirm.js";
import { Icon, IconButton } from "./parts/icons.js";

/** @import { Channel, Children, Workspace } from "../../../types" */

/** Later than this nobody is new. */
const NEW_FOR = 30 * 86_400_000;

/** @param {Workspace} workspace */
const shelfOf = (workspace) => `first-steps.${workspace.id}`;

/** @typedef {{isDone: boolean, title: string, hint?: string, children?: Children}} Step */

/**
 * What an owner of a new workspace does first, until all is done or it is dismissed.
 *
 * @param {{workspace: Workspace, hasWritten: boolean}} props
 */
export function FirstSteps({ workspace, hasWritten }) {
  useObserved(translationWatch);
  const { me } = app.state;
  const [isDismissed, setDismissed] = useState(() => Boolean(localStore.get(shelfOf(workspace))));
  const isNew = api.now() - Date.parse(workspace.created_at) < NEW_FOR;
  if (isDismissed || !isNew || workspace.role !== "owner" || workspace.kind !== "team") return null;
  const dismiss = () => {
    localStore.set(shelfOf(workspace), true);
    setDismissed(true);
  };
  const { status } = translationWatch;
  /** @type {Step[]} */
  const steps = [
    {
      isDone: workspace.member_count > 1,
      title: t("steps.invite"),
      children: html`
        <a href=${settingsPage(workspace.id, "people")} data-go>
          ${t("steps.inviteGo")}
        </a>`,
    },
    {
      isDone: true,
      title: t("steps.language", { language: LANGUAGES[me.preferred_language] ?? me.preferred_language }),
      children: html`
        <a href="/w/settings/profile" data-go>
          ${t("steps.languageGo")}
        </a>`,
    },
    { isDone: hasWritten, title: t("steps.write"), hint: t("steps.writeHint") },
    {
      isDone: status?.missing.length === 0,
      title: status?.missing.length === 0 ? t("steps.translated") : t("steps.untranslated"),
      children: html`
        <a href=${settingsPage(workspace.id, "general")} data-go>
          ${t("steps.translationGo")}
        </a>`,
    },
  ];
  return html`
    <section class="steps" aria-labelledby="steps-title">
      <header>
        <h3 id="steps-title">${t("steps.title")}</h3>
        <${IconButton} name="close" label=${t("steps.dismiss")} onClick=${dismiss} />
      </header>
      <ol>
        ${steps.map(
          ({ isDone, title, hint, children }) => html`
            <li key=${title}>
              <span class=${isDone ? "tick done" : "tick"} aria-hidden="true"></span>
              <span class="step">
                <span class="sr">${t(isDone ? "task.done" : "task.open")}</span> <strong>${title}</strong>
                ${hint && html`<span class="hint">${hint}</span>`}
              </span>
              ${children}
            </li>`,
        )}
      </ol>
      ${!workspace.demo_channel_id && html`<${OpenDemo} workspace=${workspace} />`}
    </section>`;
}

/** @param {{workspace: Workspace}} props */
const OpenDemo = ({ workspace }) => html`
  <p>
    <button
      type="button"
      class="button"
      onClick=${() =>
        withToast(async () => {
          /** @type {{data: Channel}} */
          const { data } = await api.post(`/workspaces/${workspace.id}/demo`);
          await Promise.all([loadSidebar(), loadChannels(workspace.id)]);
          go(`/w/${workspace.id}/c/${data.id}`);
        })}
    >
      <${Icon} name="translate" /> ${t("demo.open")}
    </button>
  </p>`;

/** Says of the demo what it is, and removes it. @param {{workspace: Workspace}} props */
export function DemoNotice({ workspace }) {
  const [isAsked, setAsked] = useState(false);
  const remove = async () => {
    await api.remove(`/workspaces/${workspace.id}/demo`);
    await Promise.all([loadSidebar(), loadChannels(workspace.id)]);
    go(`/w/${workspace.id}`);
  };
  return html`
    <p>${t("demo.about")}</p>
    ${
      isModerator(workspace) &&
      html`
        <button type="button" class="button" onClick=${() => setAsked(true)}>
          <${Icon} name="trash" /> ${t("demo.remove")}
        </button>`
    }
    ${
      isAsked &&
      html`
        <${Confirm}
          title=${t("demo.remove")}
          button=${t("demo.remove")}
          work=${remove}
          onClose=${() => setAsked(false)}
        >
          ${t("demo.removeSure")}
        <//>`
    }`;
}
