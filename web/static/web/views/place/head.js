/** The head of a conversation: where one is, in which languages, and what else one may do here. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { Blocking } from "../blocks.js";
import { Levels } from "../notifications.js";
import { Menu, MenuItem } from "../parts/menu.js";

/** @import { Person } from "../../../../types" */

/** Languages in the head of a conversation, where there is little room. @type {Record<string, string>} */
export const SHORT_NAMES = { "zh-CN": "中", en: "EN", ja: "日", th: "ไทย", id: "ID" };

/**
 * What else one may do here; on a narrow screen also what has a button of its own elsewhere.
 *
 * @param {{path: string, person?: Person, toggle: (kind: string) => void, onSettings: () => void}} props
 */
export function PlaceMenu({ path, person, toggle, onSettings }) {
  return html`
    <${Menu} label=${t("place.more")} icon="more">
      <${MenuItem} class="narrow" icon="pin" onClick=${() => toggle("pins")}>
        ${t("pins.title")}
      <//>
      ${
        !person &&
        html`
          <${MenuItem} class="narrow" icon="people" onClick=${() => toggle("members")}>
            ${t("members.title")}
          <//>`
      }
      ${
        !person &&
        html`
          <${MenuItem} icon="gear" onClick=${onSettings}>
            ${t("channel.settings")}
          <//>`
      }
      <${Levels} path=${path} />
      ${person && html`<${Blocking} person=${person} />`}
    <//>`;
}
