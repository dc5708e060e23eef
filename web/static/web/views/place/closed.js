/** Places where nothing is read: a conversation that is not there, and one that asks for a password. */
import * as api from "../../api.js";
import { html, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { channelPath } from "../../paths.js";
import { stripBidi } from "../../text.js";
import { loadChannels } from "../../workspaces.js";
import { LinkState } from "../link_state.js";
import { MenuToggle } from "../menu_toggle.js";
import { Empty } from "../parts/lists.js";

/** @import { Channel, On, Workspace } from "../../../../types" */

/**
 * Where a conversation was, or never has been.
 *
 * @param {{workspace: Workspace | undefined, onMenu: () => void}} props
 */
export const Gone = ({ workspace, onMenu }) => html`
  <main id="main" class="stage" tabindex="-1">
    <${LinkState} />
    <header class="stage-head">
      <${MenuToggle} onMenu=${onMenu} />
    </header>
    <${Empty} whole icon="warn" title=${t("missing.place")}>
      <p>${t("missing.placeHint")}</p>
      <p class="form-end">
        <a class="button primary" href=${workspace ? `/w/${workspace.id}` : "/"} data-go>
          ${workspace ? t("missing.go", { name: stripBidi(workspace.name) }) : t("back")}
        </a>
      </p>
    <//>
  </main>`;

/**
 * The address of a workspace that whoever is signed in does not belong to.
 *
 * @param {{workspace: Workspace | undefined, email: string, onMenu: () => void, onJoin: () => void}} props
 */
export const NoWorkspace = ({ workspace, email, onMenu, onJoin }) => html`
  <main id="main" class="stage" tabindex="-1">
    <${LinkState} />
    <header class="stage-head">
      <${MenuToggle} onMenu=${onMenu} />
    </header>
    <${Empty} whole icon="lock" title=${t("missing.workspace")}>
      <p>${t("missing.workspaceHint", { email })}</p>
      <p class="form-end">
        <button type="button" class="button primary" onClick=${onJoin}>
          ${t("workspace.join")}
        </button>
        ${
          workspace &&
          html`
            <a class="button" href=${`/w/${workspace.id}`} data-go>
              ${t("missing.go", { name: stripBidi(workspace.name) })}
            </a>`
        }
      </p>
    <//>
  </main>`;

/** @param {{channel: Channel, workspace: Workspace}} props */
export function Locked({ channel, workspace }) {
  const [problem, setProblem] = useState("");
  /** @param {On<HTMLFormElement>} event */
  const submit = async (event) => {
    event.preventDefault();
    const password = new FormData(event.currentTarget).get("password");
    try {
      await api.post(`${channelPath(workspace.id, channel.id)}/join`, { password });
      await loadChannels(workspace.id);
    } catch (error) {
      setProblem(error.sentence ?? String(error));
    }
  };
  return html`
    <${Empty} icon="lock" title=${t("channel.locked")}>
      <form class="form inline" onSubmit=${submit}>
        <input
          type="password"
          name="password"
          autocomplete="off"
          aria-label=${t("signin.password")}
          placeholder=${t("signin.password")}
        />
        <button class="button primary">${t("channel.enter")}</button>
      </form>
      ${
        problem &&
        html`
          <p class="form-error" role="alert">
            ${problem}
          </p>`
      }
    <//>`;
}
