/** One's own temporary rooms. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { stripBidi } from "../../text.js";
import { copy, withToast } from "../../toasts.js";
import { loadSidebar, unreadIn } from "../../workspaces.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { IconButton } from "../parts/icons.js";
import { Name } from "../parts/people.js";
import { Unread } from "../unread.js";
import { Confirm } from "./confirm.js";
import { selectAll } from "./fields.js";

/** @import { RoomResource } from "../../../../schema" */
/** @import { Closing } from "../../../../types" */

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
