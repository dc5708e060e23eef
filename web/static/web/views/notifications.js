/** When this person is called: on their devices, in this browser, and how much of each conversation. */
import * as api from "../api.js";
import { html, useEffect, useObserved, useState, withValue } from "../core.js";
import { moment, t } from "../i18n.js";
import { isNotifying, levelChanged, obstacle, setNotifying } from "../notify.js";
import { stripBidi } from "../text.js";
import { toast, withToast } from "../toasts.js";
import { installation } from "../worker.js";
import { Waiting } from "./parts/lists.js";
import { MenuItem } from "./parts/menu.js";

/** @import { ConversationPreferenceResource, DeviceResource, PushPreferenceResource } from "../../../schema" */

/** @typedef {PushPreferenceResource["quiet_hours"]} QuietTime */
/** @typedef {(changes: Partial<PushPreferenceResource>) => Promise<unknown>} Save */

const LEVELS = ["all", "mentions", "none"];

/** The page of the settings. */
export function Notifications() {
  return html`
    <${InThisBrowser} />
    <${Install} />
    <hr />
    <${OnDevices} />`;
}

function InThisBrowser() {
  const [isOn, setOn] = useState(isNotifying());
  const why = obstacle();
  const change = () =>
    withToast(async () => {
      const is = await setNotifying(!isOn);
      if (!is && !isOn) toast(t("notify.refused"), "error");
      setOn(is);
    });
  return html`
    <h3>${t("notify.browser")}</h3>
    <p class="hint">${t("notify.browserLead")}</p>
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked=${isOn}
        disabled=${Boolean(why)}
        aria-describedby=${why ? "notify-obstacle" : undefined}
        onChange=${change}
      />${" "}
      ${t("notify.browserOn")}
    </label>
    ${
      why &&
      html`
        <p class="hint" id="notify-obstacle">
          ${t(why)}
        </p>`
    }`;
}

/** Where the browser offers it: the client as an app of its own. */
function Install() {
  useObserved(installation);
  return (
    installation.isOffered &&
    html`
      <h3>${t("install.title")}</h3>
      <p class="hint">${t("install.lead")}</p>
      <button type="button" class="button" onClick=${() => installation.install()}>
        ${t("install.do")}
      </button>`
  );
}

function OnDevices() {
  const [state, setState] = useState(/** @type {PushPreferenceResource | null} */ (null));
  /** @param {Promise<{data: PushPreferenceResource}>} call */
  const show = (call) => withToast(async () => setState((await call).data));
  useEffect(() => {
    show(api.get("/me/notifications"));
  }, []);
  /** @type {Save} */
  const save = (changes) => {
    const { enabled, quiet_hours } = { ...state, ...changes };
    return show(api.put("/me/notifications", { enabled, quiet_hours }));
  };
  if (!state) return html`<${Waiting} />`;
  const isServed = Object.values(state.transports).some(Boolean);
  return html`
    <h3>${t("notify.devices")}</h3>
    <p class="hint" id="notify-devices">
      ${isServed ? t("notify.devicesLead") : t("notify.noTransport")}
    </p>
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked=${isServed && state.enabled}
        disabled=${!isServed}
        aria-describedby="notify-devices"
        onChange=${() => save({ enabled: !state.enabled })}
      />${" "}
      ${t("notify.devicesOn")}
    </label>
    <${QuietHours} hours=${state.quiet_hours} save=${save} isUseless=${!isServed || !state.enabled} />
    <${Devices} />`;
}

/**
 * No pushes between two times of the day, by this browser's clock.
 *
 * @param {{hours: QuietTime, save: Save, isUseless: boolean}} props `isUseless`: no pushes at any time
 */
function QuietHours({ hours, save, isUseless }) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  /** @param {{from?: string, until?: string}} changes */
  const change = (changes) =>
    save({ quiet_hours: { from: "22:00", until: "07:00", ...hours, time_zone: zone, ...changes } });
  /** @param {"from" | "until"} name @param {string} label */
  const field = (name, label) => html`
    <label>
      ${label}${" "}
      <input
        type="time"
        required
        disabled=${isUseless}
        value=${hours?.[name]}
        onChange=${withValue((value) => value && change({ [name]: value }))}
      />
    </label>`;
  return html`
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked=${Boolean(hours)}
        disabled=${isUseless}
        aria-describedby=${isUseless ? "notify-devices" : undefined}
        onChange=${() => (hours ? save({ quiet_hours: null }) : change({}))}
      />${" "}
      ${t("notify.quiet")}
    </label>
    ${
      hours &&
      html`
        <div class="quiet-hours">
          ${field("from", t("notify.from"))} ${field("until", t("notify.until"))}${" "}
          <span class="hint">${hours.time_zone}</span>
        </div>`
    }`;
}

/** Phones and browsers that get pushes. */
function Devices() {
  const [rows, setRows] = useState(/** @type {DeviceResource[]} */ ([]));
  const load = () => withToast(async () => setRows(await api.all("/me/devices")));
  useEffect(() => {
    load();
  }, []);
  /** @param {DeviceResource} row */
  const end = (row) =>
    withToast(async () => {
      await api.remove(`/devices/${row.id}`);
      await load();
    });
  return html`
    <h3>${t("devices.title")}</h3>
    ${rows.length === 0 && html`<p class="hint">${t("devices.none")}</p>`}
    <ul class="rows">
      ${rows.map(
        (row) => html`
          <li key=${row.id}>
            <span class="person">
              <strong>${stripBidi(row.device_name ?? row.platform)}</strong>
              <span class="hint">
                ${row.platform} · ${moment(row.last_used_at)}
              </span>
            </span>
            <button type="button" class="button" onClick=${() => end(row)}>
              ${t("devices.remove")}
            </button>
          </li>`,
      )}
    </ul>`;
}

/** How much of one conversation calls: entries of its menu. @param {{path: string}} props */
export function Levels({ path }) {
  const [level, setLevel] = useState("");
  useEffect(() => {
    withToast(async () => {
      /** @type {{data: ConversationPreferenceResource}} */
      const { data } = await api.get(`${path}/notifications`);
      setLevel(data.level);
    });
  }, [path]);
  /** @param {string} choice */
  const choose = (choice) =>
    withToast(async () => {
      await api.put(`${path}/notifications`, { level: choice });
      levelChanged(path);
      toast(t("saved"));
    });
  return html`
    <div class="menu-label" id="levels">
      ${t("notify.title")}
    </div>
    <div role="group" aria-labelledby="levels">
      ${LEVELS.map(
        (choice) => html`
          <${MenuItem} key=${choice} checked=${choice === level} onClick=${() => choose(choice)}>
            ${t(`level.${choice}`)}
          <//>`,
      )}
    </div>`;
}
