/** Who one is, in which language one reads, and one's own menu. */
import * as api from "../api.js";
import { html, useState } from "../core.js";
import { LANGUAGES, spoken, t } from "../i18n.js";
import { go } from "../router.js";
import { changeMe, signOut } from "../session.js";
import { app } from "../state.js";
import { setTheme } from "../theme.js";
import { toast, withToast } from "../toasts.js";
import { loadMembers } from "../workspaces.js";
import { Menu, MenuItem } from "./parts/menu.js";
import { Avatar, Name } from "./parts/people.js";
import { Status, StatusDialog } from "./people/status.js";

/** @import { User, Workspace } from "../../../types" */
/** @import { Theme } from "../state.js" */

/** @type {Theme[]} */
const THEMES = ["auto", "light", "dark"];

/** @param {{workspace: Workspace | undefined}} props */
export function AccountBar({ workspace }) {
  const { me, theme } = app.state;
  const [isTelling, setTelling] = useState(false);
  return html`
    <div class="side-foot">
      <${Avatar} name=${me.name} url=${me.avatar_url} seed=${`user${me.id}`} />
      <span class="person">
        <strong>
          <${Name}>${me.name}<//>
          <${Status} person=${me} />
        </strong>
        <span class="hint" lang=${spoken()}>
          ${LANGUAGES[me.preferred_language] ?? ""}
        </span>
      </span>
      <${Menu} label=${t("language.read")} icon="globe">
        ${Object.entries(LANGUAGES).map(
          ([code, label]) => html`
            <${MenuItem}
              key=${code}
              checked=${code === me.preferred_language}
              lang=${code}
              onClick=${() => readIn(code, workspace)}
            >
              ${label}
            <//>`,
        )}
      <//>
      <${Menu} label=${t("me.menu")} icon="gear">
        <${MenuItem} icon="smile" onClick=${() => setTelling(true)}>
          ${t("status.title")}
        <//>
        <${MenuItem} icon="gear" onClick=${() => go("/w/settings/profile")}>
          ${t("settings.title")}
        <//>
        ${THEMES.map(
          (choice) => html`
            <${MenuItem}
              key=${choice}
              icon=${choice === "dark" ? "moon" : "sun"}
              checked=${theme === choice}
              onClick=${() => setTheme(choice)}
            >
              ${t(`theme.${choice}`)}
            <//>`,
        )}
        <hr />
        <${MenuItem} icon="out" onClick=${signOut}>
          ${t("me.signOut")}
        <//>
      <//>
      ${isTelling && html`<${StatusDialog} onClose=${() => setTelling(false)} />`}
    </div>`;
}

/**
 * Read everything in `code`: the account's language, and this workspace's own where it has one.
 *
 * @param {string} code
 * @param {Workspace | undefined} workspace
 */
async function readIn(code, workspace) {
  const { me, members } = app.state;
  const mine = workspace && members[workspace.id]?.find((row) => row.user.id === me.id);
  await withToast(async () => {
    if (workspace && mine?.preferred_language && mine.preferred_language !== code) {
      await api.put(`/workspaces/${workspace.id}/members/${mine.id}`, {
        role: mine.role,
        preferred_language: code,
      });
      await loadMembers(workspace.id);
    }
    await changeMe({ preferred_language: /** @type {User["preferred_language"]} */ (code) });
    toast(t("language.changed"));
  });
}
