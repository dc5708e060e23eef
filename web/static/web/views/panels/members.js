/** Who belongs to a workspace. */
import * as api from "../../api.js";
import { html, useEffect, useState, withValue } from "../../core.js";
import { languageName, t } from "../../i18n.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { loadMembers } from "../../workspaces.js";
import { isNamed } from "../composer/completion.js";
import { Confirm } from "../dialogs/confirm.js";
import { Icon, IconButton } from "../parts/icons.js";
import { Waiting } from "../parts/lists.js";
import { Menu, MenuItem } from "../parts/menu.js";
import { Avatar, Name } from "../parts/people.js";
import { furtherOf, showPerson } from "../people/card.js";
import { Status } from "../people/status.js";
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
  const [query, setQuery] = useState("");
  const wanted = query.trim().toLocaleLowerCase();
  const listed = (rows ?? []).filter((row) => isNamed(row.user, wanted));
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
              <div class="filter">
                <input
                  type="search"
                  aria-label=${t("members.search")}
                  placeholder=${t("members.search")}
                  value=${query}
                  onInput=${withValue(setQuery)}
                />
              </div>
              ${!listed.length && html`<p class="hint">${t("search.none")}</p>`}
              <ul class="people">
                ${listed.map(
                  (row) => html`
                    <li key=${row.id}>
                      <button type="button" class="person-button" onClick=${() => showPerson(row.user.id)}>
                        <span class=${`presence ${presence[row.user.id] ?? ""}`}>
                          <${Avatar} name=${row.user.name} url=${row.user.avatar_url} seed=${`user${row.user.id}`} />
                          ${presence[row.user.id] === "online" && html`<span class="sr">${t("person.online")}</span>`}
                        </span>
                        <span class="person">
                          <strong>
                            <${Name}>${row.user.name}<//>
                            ${
                              row.user.name_reading &&
                              html` <span class="reading"><${Name}>${row.user.name_reading}<//></span>`
                            }
                            <${Status} person=${row.user} />
                          </strong>
                          <span class="hint">
                            ${[languageName(row.language), ...furtherOf(row).map(languageName)].join(
                              " · ",
                            )}${row.role === "member" ? "" : ` · ${t(`role.${row.role}`)}`}
                          </span>
                        </span>
                      </button>
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
