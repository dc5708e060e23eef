/** Making and changing places: workspaces, channels, direct conversations, invites. */
import * as api from "../api.js";
import { html, useEffect, useState } from "../core.js";
import { moment, t } from "../i18n.js";
import { channelPath } from "../paths.js";
import { go } from "../router.js";
import { app } from "../state.js";
import { stripBidi } from "../text.js";
import { copy, withToast } from "../toasts.js";
import { loadChannels, loadMembers, loadSidebar, unreadIn } from "../workspaces.js";
import { Avatar, Dialog, Form, Icon, IconButton, Name } from "./parts.js";
import { Unread } from "./unread.js";

/** @import { RoomResource } from "../../../schema" */
/** @import { Channel, Children, Closing, Invite, Member, On, Person, Workspace } from "../../../types" */

/** @param {On<HTMLInputElement>} event */
const selectAll = (event) => event.currentTarget.select();

/** @param {string} chosen @param {string} first the first word of the sentences' keys */
const visibilities = (chosen, first) => html`
  ${["public", "private"].map(
    (visibility) => html`
      <option key=${visibility} value=${visibility} selected=${visibility === chosen}>
        ${t(`${first}.${visibility}`)}
      </option>`,
  )}`;

/**
 * Asks for confirmation. A refusal of the service is shown here.
 *
 * @param {Closing & {title: string, children?: Children, button: string, work: () => Promise<unknown>}} props
 */
export function Confirm({ title, children, button, work, onClose }) {
  const submit = async () => {
    await work();
    onClose();
  };
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <p>${children}</p>
      <${Form}
        submit=${submit}
        button=${button}
        danger
        fields=${[]}
        after=${html`<button type="button" class="button" onClick=${onClose}>
            ${t("cancel")}
          </button>`}
      />
    <//>`;
}

/** @param {Closing} props */
export function NewWorkspace({ onClose }) {
  /** @param {Record<string, string>} values */
  const submit = async ({ name }) => {
    /** @type {{data: Workspace}} */
    const { data } = await api.post("/workspaces", { name });
    await loadSidebar();
    onClose();
    go(`/w/${data.id}`);
  };
  return html`
    <${Dialog} title=${t("workspace.new")} onClose=${onClose}>
      <${Form}
        submit=${submit}
        button=${t("create")}
        fields=${[{ name: "name", label: t("name"), maxlength: 120, autofocus: true }]}
      />
    <//>`;
}

/** @param {Closing} props */
export function JoinWorkspace({ onClose }) {
  const [rows, setRows] = useState(/** @type {Workspace[]} */ ([]));
  const [locked, setLocked] = useState(/** @type {Workspace | null} */ (null));
  useEffect(() => {
    withToast(async () => {
      /** @type {{data: Workspace[]}} */
      const { data } = await api.get("/workspaces", { discover: true, per_page: 50 });
      setRows(data);
    });
  }, []);
  /** @param {Workspace} row @param {string} [password] */
  const join = async (row, password) => {
    await api.post(`/workspaces/${row.id}/join`, password ? { password } : {});
    await loadSidebar();
    onClose();
    go(`/w/${row.id}`);
  };
  /** @param {Record<string, string>} values */
  const byLink = async ({ link }) => go(`/invites/${encodeURIComponent(link.trim().split("/").pop() ?? "")}`);
  return html`
    <${Dialog} title=${t("workspace.join")} onClose=${onClose}>
      <${Form}
        submit=${byLink}
        button=${t("continue")}
        fields=${[{ name: "link", label: t("invite.link"), autofocus: true, autocomplete: "off" }]}
      />
      ${
        rows.length > 0 &&
        html`
          <h3>${t("workspace.open")}</h3>
          <ul class="people">
            ${rows.map(
              (row) => html`
                <li key=${row.id}>
                  <span class="person">
                    <strong>
                      <${Name}>${row.name}<//>
                    </strong>
                    <span class="hint">${t("members.count", { count: row.member_count })}</span>
                  </span>
                  <button
                    type="button"
                    class="button"
                    onClick=${() => (row.has_password ? setLocked(row) : withToast(() => join(row)))}
                  >
                    ${t("workspace.joinThis")}
                  </button>
                </li>`,
            )}
          </ul>`
      }
      ${
        locked &&
        html`
          <${Form}
            submit=${(/** @type {Record<string, string>} */ values) => join(locked, values.password)}
            button=${t("workspace.joinThis")}
            fields=${[
              {
                name: "password",
                type: "password",
                label: `${stripBidi(locked.name)} · ${t("signin.password")}`,
                autocomplete: "off",
              },
            ]}
          />`
      }
    <//>`;
}

/** @param {Closing & {workspace: Workspace}} props */
export function RenameWorkspace({ workspace, onClose }) {
  /** @param {Record<string, string>} values */
  const submit = async ({ name }) => {
    await api.patch(`/workspaces/${workspace.id}`, { name });
    await loadSidebar();
    onClose();
  };
  return html`
    <${Dialog} title=${t("workspace.rename")} onClose=${onClose}>
      <${Form}
        submit=${submit}
        button=${t("save")}
        fields=${[{ name: "name", label: t("name"), maxlength: 120, defaultValue: workspace.name, autofocus: true }]}
      />
    <//>`;
}

/** @param {Closing & {workspace: Workspace}} props */
export function LeaveWorkspace({ workspace, onClose }) {
  // The one in view is another as soon as this one is left.
  const [{ id, name }] = useState(workspace);
  const leave = async () => {
    await api.post(`/workspaces/${id}/leave`);
    await loadSidebar();
    go("/");
  };
  return html`
    <${Confirm} title=${t("workspace.leave")} button=${t("workspace.leave")} work=${leave} onClose=${onClose}>
      ${t("workspace.leaveSure", { name: stripBidi(name) })}
    <//>`;
}

/** @param {Closing & {workspace: Workspace}} props */
export function NewChannel({ workspace, onClose }) {
  /** @param {Record<string, string>} values */
  const submit = async ({ name, visibility }) => {
    /** @type {{data: Channel}} */
    const { data } = await api.post(`/workspaces/${workspace.id}/channels`, { name, visibility });
    await loadChannels(workspace.id);
    onClose();
    go(`/w/${workspace.id}/c/${data.id}`);
  };
  return html`
    <${Dialog} title=${t("channel.new")} onClose=${onClose}>
      <${Form}
        submit=${submit}
        button=${t("create")}
        fields=${[
          { name: "name", label: t("name"), maxlength: 120, autofocus: true },
          {
            name: "visibility",
            as: "select",
            label: t("channel.visibility"),
            children: visibilities("public", "channel"),
          },
        ]}
      />
    <//>`;
}

/** @param {Closing & {channel: Channel, workspace: Workspace}} props */
export function ChannelSettings({ channel, workspace, onClose }) {
  const path = channelPath(workspace.id, channel.id);
  const [asked, setAsked] = useState(/** @type {"" | "archive" | "leave"} */ (""));
  const done = async () => {
    await loadChannels(workspace.id);
    onClose();
  };
  /** @param {Record<string, string>} values */
  const submit = async ({ name, visibility }) => {
    await api.put(path, { name, visibility });
    await done();
  };
  const archive = async () => {
    await api.remove(path);
    await loadChannels(workspace.id);
  };
  const leave = async () => {
    await api.post(`${path}/leave`);
    await loadChannels(workspace.id);
    go(`/w/${workspace.id}`);
  };
  const isMember = channel.visibility === "private" || channel.has_password;
  if (asked === "leave")
    return html`
      <${Confirm} title=${t("channel.leave")} button=${t("channel.leave")} work=${leave} onClose=${onClose}>
        ${t("channel.leaveSure", { name: stripBidi(channel.name) })}
      <//>`;
  if (asked === "archive")
    return html`
      <${Confirm} title=${t("channel.archive")} button=${t("channel.archive")} work=${archive} onClose=${onClose}>
        ${t("channel.archiveSure", { name: stripBidi(channel.name) })}
      <//>`;
  return html`
    <${Dialog}
      title=${html`
          #<${Name}>${channel.name}<//>
        `}
      onClose=${onClose}
    >
      <${Form}
        submit=${submit}
        button=${t("save")}
        fields=${[
          { name: "name", label: t("name"), maxlength: 120, defaultValue: channel.name, autofocus: true },
          {
            name: "visibility",
            as: "select",
            label: t("channel.visibility"),
            children: visibilities(channel.visibility, "channel"),
          },
        ]}
      />
      ${channel.visibility === "private" && html`<${ChannelPeople} path=${path} workspace=${workspace} />`}
      <hr />
      <p class="form-end">
        ${
          channel.is_archived
            ? html`
              <button
                type="button"
                class="button"
                onClick=${() =>
                  withToast(async () => {
                    await api.post(`${path}/unarchive`);
                    await done();
                  })}
              >
                ${t("channel.unarchive")}
              </button>`
            : html`
              <button type="button" class="button danger" onClick=${() => setAsked("archive")}>
                ${t("channel.archive")}
              </button>`
        }
        ${
          isMember &&
          html`
            <button type="button" class="button" onClick=${() => setAsked("leave")}>
              ${t("channel.leave")}
            </button>`
        }
      </p>
    <//>`;
}

/** @param {{path: string, workspace: Workspace}} props */
function ChannelPeople({ path, workspace }) {
  const [rows, setRows] = useState(/** @type {Member[]} */ ([]));
  const load = () => withToast(async () => setRows(await api.all(`${path}/members`)));
  useEffect(() => {
    load();
    if (!app.state.members[workspace.id]) withToast(() => loadMembers(workspace.id));
  }, []);
  const inside = new Set(rows.map((row) => row.id));
  const outside = (app.state.members[workspace.id] ?? []).filter((row) => !inside.has(row.id));
  /** @param {On<HTMLSelectElement>} event */
  const onAdd = ({ currentTarget: field }) =>
    field.value &&
    withToast(async () => {
      await api.post(`${path}/members`, { member_id: field.value });
      field.value = "";
      await load();
    });
  return html`
    <h3>${t("members.title")}</h3>
    <ul class="people">
      ${rows.map(
        (row) => html`
          <li key=${row.id}>
            <${Avatar} name=${row.user.name} url=${row.user.avatar_url} seed=${`user${row.user.id}`} size="small" />
            <span class="person">
              <${Name}>${row.user.name}<//>
            </span>
            <${IconButton}
              name="close"
              label=${t("members.remove", { name: stripBidi(row.user.name) })}
              onClick=${() =>
                withToast(async () => {
                  await api.remove(`${path}/members/${row.id}`);
                  await load();
                })}
            />
          </li>`,
      )}
    </ul>
    ${
      outside.length > 0 &&
      html`
        <div class="field">
          <label for="add-member">${t("members.add")}</label>
          <select
            id="add-member"
            onChange=${onAdd}
          >
            <option value="">…</option>
            ${outside.map(
              (row) => html`
                <option key=${row.id} value=${row.id}>
                  ${stripBidi(row.user.name)}
                </option>`,
            )}
          </select>
        </div>`
    }`;
}

/** @param {Closing & {workspace?: Workspace, onPick: (person: Person) => void}} props */
export function NewDirect({ workspace, onPick, onClose }) {
  const { members, me } = app.state;
  useEffect(() => {
    if (workspace && !members[workspace.id]) withToast(() => loadMembers(workspace.id));
  }, []);
  /** @param {Record<string, string>} values */
  const submit = async ({ email }) => {
    /** @type {{data: Person}} */
    const { data } = await api.post("/direct-recipients/resolve", { email });
    onClose();
    onPick(data);
  };
  const others = ((workspace && members[workspace.id]) ?? []).filter((row) => row.user.id !== me.id);
  return html`
    <${Dialog} title=${t("direct.new")} onClose=${onClose}>
      <${Form}
        submit=${submit}
        button=${t("direct.open")}
        fields=${[{ name: "email", type: "email", label: t("direct.email"), autocomplete: "off", autofocus: true }]}
      />
      ${
        others.length > 0 &&
        html`
          <h3>${t("members.title")}</h3>
          <ul class="people">
            ${others.map(
              (row) => html`
                <li key=${row.id}>
                  <button
                    type="button"
                    class="found person-row"
                    onClick=${() => {
                      onClose();
                      onPick(row.user);
                    }}
                  >
                    <${Avatar}
                      name=${row.user.name}
                      url=${row.user.avatar_url}
                      seed=${`user${row.user.id}`}
                      size="small"
                    />
                    <${Name}>${row.user.name}<//>
                  </button>
                </li>`,
            )}
          </ul>`
      }
    <//>`;
}

/** @param {Closing & {workspace: Workspace}} props */
export function InvitePeople({ workspace, onClose }) {
  const path = `/workspaces/${workspace.id}/invites`;
  const [rows, setRows] = useState(/** @type {Invite[] | null} */ (null));
  const load = async () => setRows(await api.all(path));
  useEffect(() => {
    withToast(load);
  }, []);
  const make = () =>
    withToast(async () => {
      await api.post(path, {});
      await load();
    });
  return html`
    <${Dialog} title=${t("invite.make")} onClose=${onClose}>
      <p>${t("invite.lead")}</p>
      <ul class="links">
        ${(rows ?? []).map(
          (row) => html`
            <li key=${row.id}>
              <input
                readonly
                aria-label=${t("invite.link")}
                value=${row.url}
                onFocus=${selectAll}
              />
              <${IconButton} name="copy" label=${t("copy")} onClick=${() => copy(row.url)} />
              <${IconButton}
                name="trash"
                label=${t("invite.revoke")}
                onClick=${() =>
                  withToast(async () => {
                    await api.remove(`${path}/${row.id}`);
                    await load();
                  })}
              />
              <span class="hint">
                ${t("invite.used", { count: row.accepted_count })} ·${" "}
                ${t("until", { date: moment(row.expires_at) })}
              </span>
            </li>`,
        )}
      </ul>
      <div class="form-end">
        <button type="button" class="button primary" onClick=${make}>
          <${Icon} name="plus" /> ${t("invite.new")}
        </button>
      </div>
    <//>`;
}

/**
 * Temporary rooms: one's own, open to visitors who have the address or find the tag on a page.
 *
 * @param {Closing} props
 */
export function Rooms({ onClose }) {
  const [rows, setRows] = useState(/** @type {RoomResource[] | null} */ (null));
  const load = async () => setRows(await api.all("/external/rooms", { status: "active" }));
  useEffect(() => {
    withToast(load);
  }, []);
  /** @param {Record<string, string>} values @param {HTMLFormElement} form */
  const submit = async ({ name }, form) => {
    await api.post("/external/rooms", { name });
    form.reset();
    await Promise.all([load(), loadSidebar()]);
  };
  const [closing, setClosing] = useState(/** @type {RoomResource | null} */ (null));
  const close = async () => {
    await api.post(`/external/rooms/${closing?.room_id}/close`);
    await load();
  };
  if (closing)
    return html`
      <${Confirm}
        title=${t("rooms.close")}
        button=${t("rooms.close")}
        work=${close}
        onClose=${() => setClosing(null)}
      >
        ${t("rooms.closeSure", { name: stripBidi(closing.name) })}
      <//>`;
  return html`
    <${Dialog} title=${t("rooms.title")} onClose=${onClose}>
      <p>${t("rooms.lead")}</p>
      <ul class="links">
        ${(rows ?? []).map((row) => {
          const address = `${location.origin}/rooms/${row.room_id}`;
          const script = `${location.origin}/static/web/widget.js`;
          const tag = `<script src="${script}" data-room="${row.room_id}" async></script>`;
          return html`
            <li key=${row.room_id}>
              <strong class="whole">
                <${Name}>${row.name}<//> <${Unread} count=${unreadIn(row.workspace_id)} />
              </strong>
              <input
                readonly
                aria-label=${t("rooms.link", { name: stripBidi(row.name) })}
                value=${address}
                onFocus=${selectAll}
              />
              <${IconButton} name="copy" label=${t("copy")} onClick=${() => copy(address)} />
              <${IconButton} name="trash" label=${t("rooms.close")} onClick=${() => setClosing(row)} />
              <input
                readonly
                class="tag"
                aria-label=${t("rooms.tag", { name: stripBidi(row.name) })}
                value=${tag}
                onFocus=${selectAll}
              />
              <${IconButton} name="copy" label=${t("copy")} onClick=${() => copy(tag)} />
              <span class="hint">
                ${t("until", { date: moment(row.expires_at) })} ·${" "}
                <a href=${`/w/${row.workspace_id}/c/${row.channel_id}`} data-go onClick=${onClose}>
                  ${t("rooms.enter")}
                </a>
              </span>
            </li>`;
        })}
      </ul>
      <${Form}
        submit=${submit}
        button=${t("rooms.open")}
        fields=${[{ name: "name", label: t("name"), maxlength: 120, autofocus: true, autocomplete: "off" }]}
      />
    <//>`;
}
