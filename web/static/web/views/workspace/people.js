/** Who belongs to a workspace and in which role, and the links by which others join. */
import * as api from "../../api.js";
import { html, useEffect, useState, withValue } from "../../core.js";
import { languageName, moment, t } from "../../i18n.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { toast, withToast } from "../../toasts.js";
import { isModerator, loadMembers } from "../../workspaces.js";
import { Confirm } from "../dialogs/confirm.js";
import { Icon } from "../parts/icons.js";
import { useRows, Waiting } from "../parts/lists.js";
import { Menu, MenuItem } from "../parts/menu.js";
import { Avatar, Name } from "../parts/people.js";
import { furtherOf } from "../people/card.js";
import { Invites } from "./invites.js";
import { More, usePages } from "./pages.js";
import { Section } from "./section.js";

/** @import { SuspensionResource } from "../../../../schema" */
/** @import { Member, On, Rows } from "../../../../types" */
/** @import { OfWorkspace } from "./workspace_settings.js" */

const ROLES = ["owner", "admin", "member"];
const SEARCH_AFTER = 250;

/** @param {OfWorkspace} props */
export function People({ workspace }) {
  const [suspensions, setSuspensions] = useState(0);
  const mayInvite = isModerator(workspace) && workspace.kind === "team";
  return html`
    ${mayInvite && html`<${Invites} workspace=${workspace} />`}
    <${Members} workspace=${workspace} onSuspended=${() => setSuspensions((count) => count + 1)} />
    ${mayInvite && html`<${Suspended} key=${suspensions} workspace=${workspace} />`}`;
}

/** Whom moderators keep out. @param {OfWorkspace} props */
function Suspended({ workspace }) {
  const path = `/workspaces/${workspace.id}/suspensions`;
  /** @type {Rows<SuspensionResource>} */
  const { rows, load } = useRows(path);
  if (!rows?.length) return null;
  return html`
    <${Section} title=${t("members.suspended")} lead=${t("members.suspendedLead")}>
      <ul class="rows">
        ${rows.map(
          ({ user, created_at: at }) => html`
            <li key=${user.id}>
              <${Avatar} name=${user.name} url=${user.avatar_url} seed=${`user${user.id}`} />
              <span class="person">
                <strong>
                  <${Name}>${user.name}<//>
                </strong>
                <span class="hint">${t("members.suspendedAt", { date: moment(at) })}</span>
              </span>
              <button
                type="button"
                class="button"
                onClick=${() =>
                  withToast(async () => {
                    await api.remove(`${path}/${user.id}`);
                    await load();
                  })}
              >
                ${t("members.readmit")}
              </button>
            </li>`,
        )}
      </ul>
    <//>`;
}

/** @param {OfWorkspace & {onSuspended: () => void}} props */
function Members({ workspace, onSuspended }) {
  const path = `/workspaces/${workspace.id}/members`;
  const [typed, setTyped] = useState("");
  const [query, setQuery] = useState("");
  const [leaving, setLeaving] = useState(/** @type {Member | null} */ (null));
  const [suspended, setSuspended] = useState(/** @type {Member | null} */ (null));
  useEffect(() => {
    const timer = setTimeout(() => setQuery(typed.trim()), SEARCH_AFTER);
    return () => clearTimeout(timer);
  }, [typed]);
  /** @type {ReturnType<typeof usePages<Member>>} */
  const pages = usePages(path, { q: query || undefined });
  const changed = () => Promise.all([pages.reload(), loadMembers(workspace.id)]);
  const remove = async () => {
    await api.remove(`${path}/${leaving?.id}`);
    await changed();
  };
  const suspend = async () => {
    await api.post(`${path}/${suspended?.id}/suspend`);
    await changed();
    onSuspended();
  };
  return html`
    <${Section} title=${t("members.title")} lead=${t("members.count", { count: workspace.member_count })}>
      <div class="search-box bare">
        <${Icon} name="search" />
        <input
          type="search"
          value=${typed}
          maxlength="120"
          aria-label=${t("members.search")}
          placeholder=${t("members.search")}
          onInput=${withValue(setTyped)}
        />
      </div>
      ${
        pages.rows === null
          ? html`
            <${Waiting} />`
          : pages.rows.length === 0
            ? html`<p class="hint">${t("search.none")}</p>`
            : html`
              <ul class="rows">
                ${pages.rows.map(
                  (row) => html`
                    <${MemberRow}
                      key=${row.id}
                      row=${row}
                      workspace=${workspace}
                      path=${path}
                      onChanged=${changed}
                      onRemove=${() => setLeaving(row)}
                      onSuspend=${() => setSuspended(row)}
                    />`,
                )}
              </ul>`
      }
      <${More} pages=${pages} />
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
      }
      ${
        suspended &&
        html`
          <${Confirm}
            title=${t("members.suspend", { name: stripBidi(suspended.user.name) })}
            button=${t("members.suspend", { name: stripBidi(suspended.user.name) })}
            work=${suspend}
            onClose=${() => setSuspended(null)}
          >
            ${t("members.suspendSure")}
          <//>`
      }
    <//>`;
}

/**
 * @param {OfWorkspace & {
 *   row: Member, path: string, onChanged: () => Promise<unknown>, onRemove: () => void, onSuspend: () => void,
 * }} props
 */
function MemberRow({ workspace, row, path, onChanged, onRemove, onSuspend }) {
  const { me } = app.state;
  const isMe = row.user.id === me.id;
  const name = stripBidi(row.user.name);
  // Nobody changes a member of a higher role; the last owner's refusal comes from the service.
  const mayRemove = !isMe && (workspace.role === "owner" || (workspace.role === "admin" && row.role === "member"));
  /** @param {On<HTMLSelectElement>} event */
  const onRole = ({ currentTarget: field }) =>
    withToast(async () => {
      try {
        await api.put(`${path}/${row.id}`, { role: field.value });
        toast(t("saved"));
      } finally {
        await onChanged();
        field.value = row.role;
      }
    });
  return html`
    <li>
      <${Avatar} name=${row.user.name} url=${row.user.avatar_url} seed=${`user${row.user.id}`} />
      <span class="person">
        <strong>
          <${Name}>${row.user.name}<//>
          ${row.user.name_reading && html` <span class="reading"><${Name}>${row.user.name_reading}<//></span>`}
        </strong>
        <span class="hint">
          ${[
            ...[row.language, ...furtherOf(row)].map(languageName),
            t("members.since", { date: moment(row.joined_at) }),
          ].join(" · ")}
        </span>
      </span>
      ${
        workspace.role === "owner" && !isMe
          ? html`
            <select class="compact" aria-label=${t("members.roleOf", { name })} value=${row.role} onChange=${onRole}>
              ${ROLES.map(
                (role) => html`
                  <option key=${role} value=${role} selected=${role === row.role}>
                    ${t(`role.${role}`)}
                  </option>`,
              )}
            </select>`
          : html`
            <span class="badge">${t(`role.${row.role}`)}</span>`
      }
      ${
        mayRemove &&
        html`
          <${Menu} label=${t("members.change", { name })} icon="more">
            <${MenuItem} icon="out" onClick=${onRemove}>
              ${t("members.remove", { name })}
            <//>
            ${
              workspace.kind === "team" &&
              html`
                <${MenuItem} icon="block" danger onClick=${onSuspend}>
                  ${t("members.suspend", { name })}
                <//>`
            }
          <//>`
      }
    </li>`;
}
