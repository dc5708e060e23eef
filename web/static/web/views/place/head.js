/** The head of a conversation: where one is, in which languages, and what else one may do here. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { Blocking } from "../blocks.js";
import { Levels } from "../notifications.js";
import { Icon, IconButton } from "../parts/icons.js";
import { Menu, MenuItem } from "../parts/menu.js";
import { Avatar, Name } from "../parts/people.js";

/** @import { Listed, Person } from "../../../../types" */

/** Languages in the head of a conversation, where there is little room. @type {Record<string, string>} */
const SHORT_NAMES = { "zh-CN": "中", en: "EN", ja: "日", th: "ไทย", id: "ID" };

/**
 * @param {{
 *   place: Listed | undefined, isDirect: boolean, title: string | undefined, languages: string[], path: string,
 *   toggle: (kind: string) => void, onMenu: () => void, onSettings: () => void,
 * }} props
 *   `place`: as it is listed, if it is; `toggle`: opens or closes a panel
 */
export function Head({ place, isDirect, title, languages, path, toggle, onMenu, onSettings }) {
  return html`
    <header class="stage-head">
      <${IconButton} class="menu-toggle" name="menu" label=${t("nav.open")} onClick=${onMenu} />
      ${
        isDirect
          ? html`
            <${Avatar}
              name=${title}
              url=${place?.participant?.avatar_url}
              seed=${`user${place?.participant?.id}`}
            />`
          : html`
            <${Icon}
              name=${place?.visibility === "private" || place?.has_password ? "lock" : "hash"}
              class="stage-icon"
            />`
      }
      <h1 class="stage-title">
        <${Name}>${title ?? ""}<//>
      </h1>
      ${
        languages.length > 1 &&
        html`
          <span class="tongues" title=${t("tongues", { count: languages.length })}>
            <${Icon} name="translate" />${" "}
            ${languages.map(
              (code) => html`
                <span key=${code} lang=${code}>
                  ${SHORT_NAMES[code] ?? code}
                </span>`,
            )}
          </span>`
      }
      <span class="grow"></span>
      <${IconButton}
        name="search"
        label=${t("search.title")}
        onClick=${() => toggle("search")}
      />
      <${IconButton} class="roomy" name="pin" label=${t("pins.title")} onClick=${() => toggle("pins")} />
      ${
        !isDirect &&
        html`
          <${IconButton}
            class="roomy"
            name="people"
            label=${t("members.title")}
            onClick=${() => toggle("members")}
          />`
      }
      ${
        place &&
        html`
          <${PlaceMenu}
            path=${path}
            person=${place.participant}
            toggle=${toggle}
            onSettings=${onSettings}
          />`
      }
    </header>`;
}

/**
 * What else one may do here; on a narrow screen also what has a button of its own elsewhere.
 *
 * @param {{path: string, person?: Person, toggle: (kind: string) => void, onSettings: () => void}} props
 */
function PlaceMenu({ path, person, toggle, onSettings }) {
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
