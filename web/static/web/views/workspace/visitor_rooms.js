/** One's own temporary rooms: how long they last, who is in them, and their end. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { LANGUAGES, moment, t } from "../../i18n.js";
import { stripBidi } from "../../text.js";
import { copy, toast, withToast } from "../../toasts.js";
import { loadSidebar } from "../../workspaces.js";
import { Confirm } from "../dialogs/confirm.js";
import { selectAll } from "../dialogs/fields.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { Icon, IconButton } from "../parts/icons.js";
import { useRows, Waiting } from "../parts/lists.js";
import { Menu, MenuItem } from "../parts/menu.js";
import { Name } from "../parts/people.js";
import { More, usePages } from "./pages.js";
import { Section } from "./section.js";

/** @import { GuestResource, RoomResource, RoomUsageResource } from "../../../../schema" */
/** @import { Closing } from "../../../../types" */

const PATH = "/external/rooms";
const HOUR = 3_600_000;

/** @typedef {{kind: "guests" | "extend" | "close", row: RoomResource} | null} Asked */

export function VisitorRooms() {
  /** @type {ReturnType<typeof usePages<RoomResource>>} */
  const pages = usePages(PATH);
  const [usage, setUsage] = useState(/** @type {RoomUsageResource | null} */ (null));
  const [asked, setAsked] = useState(/** @type {Asked} */ (null));
  const close = () => setAsked(null);
  const readUsage = () => withToast(async () => setUsage((await api.get(`${PATH}/usage`)).data));
  useEffect(() => {
    readUsage();
  }, []);
  const changed = () => Promise.all([pages.reload(), readUsage(), loadSidebar()]);
  /** @param {Record<string, string>} values @param {HTMLFormElement} form */
  const submit = async ({ name, ttl_hours: hours }, form) => {
    await api.post(PATH, { name, ttl_hours: hours ? Number(hours) : null });
    form.reset();
    await changed();
  };
  return html`
    <${Section} title=${t("rooms.title")} lead=${t("rooms.about")}>
      <p class="notice">
        <${Icon} name="eye" /> ${t("room.readers")}
      </p>
      <${Form}
        class="across"
        submit=${submit}
        button=${t("rooms.open")}
        fields=${[
          { name: "name", label: t("name"), maxlength: 120, autocomplete: "off" },
          {
            name: "ttl_hours",
            type: "number",
            min: 1,
            inputmode: "numeric",
            label: t("rooms.hours"),
            placeholder: t("rooms.hoursDefault"),
            autocomplete: "off",
          },
        ]}
      />
      ${usage && html`<p class="hint">${usageOf(usage)}</p>`}
      ${
        pages.rows === null
          ? html`
            <${Waiting} />`
          : pages.rows.length === 0
            ? html`<p class="hint">${t("rooms.none")}</p>`
            : html`
              <ul class="rows">
                ${pages.rows.map(
                  (row) => html`
                    <${RoomRow} key=${row.room_id} row=${row} setAsked=${setAsked} />`,
                )}
              </ul>`
      }
      <${More} pages=${pages} />
      ${asked?.kind === "guests" && html`<${Guests} row=${asked.row} onClose=${close} />`}
      ${asked?.kind === "extend" && html`<${Extend} row=${asked.row} onDone=${changed} onClose=${close} />`}
      ${
        asked?.kind === "close" &&
        html`
          <${Confirm}
            title=${t("rooms.close")}
            button=${t("rooms.close")}
            work=${async () => {
              await api.post(`${PATH}/${asked.row.room_id}/close`);
              await changed();
            }}
            onClose=${close}
          >
            ${t("rooms.closeSure", { name: stripBidi(asked.row.name) })}
          <//>`
      }
    <//>`;
}

/** @param {RoomUsageResource} usage */
const usageOf = ({ limits, usage }) =>
  t("rooms.usage", {
    active: usage.active_room_count,
    most: limits.active_limit,
    created: usage.monthly_creation_count,
    month: limits.monthly_creation_limit,
  });

/** @param {{row: RoomResource, setAsked: (asked: Asked) => void}} props */
function RoomRow({ row, setAsked }) {
  const address = `${location.origin}/rooms/${row.room_id}`;
  const script = `${location.origin}/static/web/widget.js`;
  const tag = `<script src="${script}" data-room="${row.room_id}" async></script>`;
  const name = stripBidi(row.name);
  const isOpen = row.status === "active";
  return html`
    <li>
      <span class="person">
        <strong>
          <${Name}>${row.name}<//>
        </strong>
        <span class="hint">
          ${isOpen ? t("room.until", { date: moment(row.expires_at) }) : t(`rooms.status.${row.status}`)}
          ${row.extension_count > 0 ? ` · ${t("rooms.extended", { count: row.extension_count })}` : ""}
        </span>
        ${
          isOpen &&
          html`
            <input
              class="bare"
              readonly
              aria-label=${t("rooms.link", { name })}
              value=${address}
              onFocus=${selectAll}
            />`
        }
      </span>
      ${
        isOpen &&
        html`
          <a class="button small" href=${`/w/${row.workspace_id}/c/${row.channel_id}`} data-go>
            ${t("rooms.enter")}
          </a>
          <${Menu} label=${t("rooms.change", { name })} icon="more">
            <${MenuItem} icon="copy" onClick=${() => copy(address)}>
              ${t("webhook.copyAddress")}
            <//>
            <${MenuItem} icon="code" onClick=${() => copy(tag)}>
              ${t("rooms.copyTag")}
            <//>
            <${MenuItem} icon="people" onClick=${() => setAsked({ kind: "guests", row })}>
              ${t("rooms.guests")}
            <//>
            <${MenuItem} icon="clock" onClick=${() => setAsked({ kind: "extend", row })}>
              ${t("rooms.extend")}
            <//>
            <${MenuItem} icon="trash" danger onClick=${() => setAsked({ kind: "close", row })}>
              ${t("rooms.close")}
            <//>
          <//>`
      }
    </li>`;
}

/** @param {Closing & {row: RoomResource, onDone: () => Promise<unknown>}} props */
function Extend({ row, onDone, onClose }) {
  const most = Math.floor((Date.parse(row.max_expires_at) - Date.parse(row.expires_at)) / HOUR);
  /** @param {Record<string, string>} values */
  const submit = async ({ extension_hours: hours }) => {
    await api.post(`${PATH}/${row.room_id}/extend`, { extension_hours: hours ? Number(hours) : null });
    onClose();
    await onDone();
  };
  return html`
    <${Dialog} title=${t("rooms.extend")} onClose=${onClose}>
      <p>${t("room.until", { date: moment(row.expires_at) })}</p>
      ${
        most < 1
          ? html`<p class="notice">${t("rooms.noExtension")}</p>`
          : html`
            <${Form}
              submit=${submit}
              button=${t("rooms.extend")}
              fields=${[
                {
                  name: "extension_hours",
                  type: "number",
                  min: 1,
                  max: most,
                  inputmode: "numeric",
                  label: t("rooms.extensionHours"),
                  hint: t("rooms.atMost", { count: most }),
                  autofocus: true,
                },
              ]}
            />`
      }
    <//>`;
}

/** Who came by the address. @param {Closing & {row: RoomResource}} props */
function Guests({ row, onClose }) {
  const path = `${PATH}/${row.room_id}/guests`;
  /** @type {import("../../../../types").Rows<GuestResource>} */
  const { rows, load } = useRows(path);
  /** @param {GuestResource} guest */
  const remove = (guest) =>
    withToast(async () => {
      await api.remove(`${path}/${guest.id}`);
      toast(t("rooms.guestRemoved", { name: stripBidi(guest.nickname) }));
      await load();
    });
  return html`
    <${Dialog} title=${t("rooms.guests")} onClose=${onClose}>
      <p class="hint">${t("room.readers")}</p>
      ${
        rows === null
          ? html`
            <${Waiting} />`
          : rows.length === 0
            ? html`<p>${t("rooms.noGuests")}</p>`
            : html`
              <ul class="rows">
                ${rows.map(
                  (guest) => html`
                    <li key=${guest.id}>
                      <span class="person">
                        <strong>
                          <${Name}>${guest.nickname}<//>
                        </strong>
                        <span class="hint">
                          ${LANGUAGES[guest.preferred_language] ?? guest.preferred_language} ·${" "}
                          ${t("rooms.seen", { date: moment(guest.last_seen_at) })}
                        </span>
                      </span>
                      <${IconButton}
                        name="trash"
                        label=${t("rooms.removeGuest", { name: stripBidi(guest.nickname) })}
                        onClick=${() => remove(guest)}
                      />
                    </li>`,
                )}
              </ul>`
      }
    <//>`;
}
