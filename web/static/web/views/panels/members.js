/** Who belongs to a workspace. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { languageName, t } from "../../i18n.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { loadMembers } from "../../workspaces.js";
import { Confirm } from "../dialogs/confirm.js";
import { Icon, IconButton } from "../parts/icons.js";
import { Waiting } from "../parts/lists.js";
import { Menu, MenuItem } from "../parts/menu.js";
import { Avatar, Name } from "../parts/people.js";
import { Panel } from "./panel.js";

/** @import { Closing, Member, Person } from "../../../../types" */

/** What an owner may do with somebody. @param {{workspaceId: string, row: Member, onRemove: () => void}} props */
function MemberMenu({ workspaceId, row, onRemove }) {
  const path = `/workspaces/${workspaceId}/members/${row.id}`;
  /** @param {string} role */
  const give = (role) =>
    withToast(async () => {
      await api.put(path, { role });
      await loadMembers(workspaceId);
    });
  return html`
    <${Menu} label=${t("members.change", { name: stripBidi(row.user.name) })} icon="more">
      ${["owner", "admin", "member"].map(
        (choice) => html`
          <${MenuItem} key=${choice} checked=${choice === row.role} onClick=${() => give(choice)}>
            ${t(`role.${choice}`)}
          <//>`,
      )}
      <hr />
      <${MenuItem} icon="trash" danger onClick=${onRemove}>
        ${t("members.remove", { name: stripBidi(row.user.name) })}
      <//>
    <//>`;
}

/**
 * @param {Closing & {
 *   workspaceId: string, role?: string | null, onMessage: (person: Person) => void, onInvite?: () => void,
 * }} props
 */
export function Members({ workspaceId, role, onClose, onMessage, onInvite }) {
  const { members, presence, me } = app.state;
  const rows = members[workspaceId];
  const [leaving, setLeaving] = useState(/** @type {Member | null} */ (null));
  useEffect(() => {
    withToast(() => loadMembers(workspaceId));
  }, [workspaceId]);
  const remove = async () => {
    await api.remove(`/workspaces/${workspaceId}/members/${leaving?.id}`);
    await loadMembers(workspaceId);
  };
  return html`
    <${Panel} title=${t("members.title")} onClose=${onClose}>
      <div class="panel-body" tabindex="0" role="region" aria-label=${t("members.title")}>
        ${
          onInvite &&
          html`
            <button type="button" class="button wide" onClick=${onInvite}>
              <${Icon} name="link" /> ${t("invite.make")}
            </button>`
        }
        ${
          !rows
            ? html`
              <${Waiting} />`
            : html`
              <ul class="people">
                ${rows.map(
                  (row) => html`
                    <li key=${row.id}>
                      <span class=${`presence ${presence[row.user.id] ?? ""}`}>
                        <${Avatar} name=${row.user.name} url=${row.user.avatar_url} seed=${`user${row.user.id}`} />
                      </span>
                      <span class="person">
                        <strong>
                          <${Name}>${row.user.name}<//>
                        </strong>
                        <span class="hint">
                          ${t(`role.${row.role}`)}
                          ${row.preferred_language ? ` · ${languageName(row.preferred_language)}` : ""}
                        </span>
                      </span>
                      ${
                        row.user.id !== me.id &&
                        role === "owner" &&
                        html`
                          <${MemberMenu} workspaceId=${workspaceId} row=${row} onRemove=${() => setLeaving(row)} />`
                      }
                      ${
                        row.user.id !== me.id &&
                        html`
                          <${IconButton}
                            name="thread"
                            label=${t("direct.write", { name: stripBidi(row.user.name) })}
                            onClick=${() => onMessage(row.user)}
                          />`
                      }
                    </li>`,
                )}
              </ul>`
        }
      </div>
    <//>
    ${
      leaving &&
      html`
        <${Confirm}
          title=${t("members.remove", { name: stripBidi(leaving.user.name) })}
          button=${t("members.remove", { name: stripBidi(leaving.user.name) })}
          work=${remove}
          onClose=${() => setLeaving(null)}
        >
          ${t("members.removeSure")}
        <//>`
    }`;
}
