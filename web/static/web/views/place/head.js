/** The head of a conversation: where one is, in which languages, and what else one may do here. */
import * as api from "../../api.js";
import { classes, html, useState } from "../../core.js";
import { languageName, LANGUAGES, list, number, t } from "../../i18n.js";
import { readAgain } from "../../session.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { loadChannels } from "../../workspaces.js";
import { Blocking } from "../blocks.js";
import { MenuToggle } from "../menu_toggle.js";
import { Levels } from "../notifications.js";
import { Dialog } from "../parts/dialog.js";
import { Icon, IconButton } from "../parts/icons.js";
import { Menu, MenuItem } from "../parts/menu.js";
import { Avatar, Name } from "../parts/people.js";
import { showPerson } from "../people/card.js";
import { Status } from "../people/status.js";
import { Placing } from "./placing.js";

/** @import { Closing, Listed, Person } from "../../../../types" */

/** Languages in the head of a conversation, where there is little room. @type {Record<string, string>} */
const SHORT_NAMES = { "zh-CN": "中", en: "EN", ja: "日", th: "ไทย", id: "ID" };

/**
 * @param {{
 *   place: Listed | undefined, isDirect: boolean, title: string | undefined, languages: string[], people: Person[],
 *   path: string,
 *   toggle: (kind: string) => void, onMenu: () => void, onSettings: () => void,
 * }} props
 *   `place`: as it is listed, if it is; `toggle`: opens or closes a panel
 */
export function Head({ place, isDirect, title, languages, people, path, toggle, onMenu, onSettings }) {
  const person = isDirect ? place?.participant : undefined;
  return html`
    <header class="stage-head">
      <${MenuToggle} onMenu=${onMenu} />
      ${
        isDirect
          ? html`
            <span class=${classes("presence", person && app.state.presence[person.id])}>
              <${Avatar} name=${title} url=${person?.avatar_url} seed=${`user${person?.id}`} size="small" />
            </span>`
          : html`
            <${Icon}
              name=${place?.visibility === "private" || place?.has_password ? "lock" : "hash"}
              class="stage-icon"
            />`
      }
      <h1 class="stage-title">
        ${
          person
            ? html`
              <button type="button" class="title-button" onClick=${() => showPerson(person.id)}>
                <${Name}>${title ?? ""}<//>
              </button>`
            : html`
              <${Name}>${title ?? ""}<//>`
        }
      </h1>
      ${person && html`<${Status} person=${person} />`}
      ${
        languages.length > 1 &&
        html`
          <${Tongues} languages=${languages} people=${people} />`
      }
      ${
        place?.topic
          ? html`
            <button type="button" class="topic" title=${stripBidi(place.topic)} onClick=${onSettings}>
              <span dir="auto">${stripBidi(place.topic)}</span>
            </button>`
          : html`
            <span class="grow"></span>`
      }
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
            place=${place}
            toggle=${toggle}
            onSettings=${onSettings}
          />`
      }
    </header>`;
}

/**
 * The languages that are read here; behind them, by whom.
 *
 * @param {{languages: string[], people: Person[]}} props
 */
function Tongues({ languages, people }) {
  const [isOpen, setOpen] = useState(false);
  const label = t("tongues", { count: languages.length });
  return html`
    <button type="button" class="tongues" aria-haspopup="dialog" title=${label} onClick=${() => setOpen(true)}>
      <${Icon} name="translate" />
      <span class="sr">${label}</span>
      ${languages.map(
        (code) => html`
          <span key=${code} lang=${code} aria-hidden="true">
            ${SHORT_NAMES[code] ?? code}
          </span>`,
      )}
    </button>
    ${isOpen && html`<${WhoReadsWhat} languages=${languages} people=${people} onClose=${() => setOpen(false)} />`}`;
}

/**
 * The languages of which one is read in this channel alone.
 *
 * @param {{channel: Listed, path: string}} props
 */
function InChannel({ channel, path }) {
  const chosen = channel.reading_language ?? null;
  /** @param {string | null} language */
  const choose = (language) =>
    withToast(async () => {
      await api.put(`${path}/language`, { language });
      await loadChannels(channel.workspace_id ?? "");
      readAgain();
    });
  return html`
    <hr />
    <div role="group" aria-label=${t("channel.language")}>
      <div class="menu-label" aria-hidden="true">${t("channel.language")}</div>
      <${MenuItem} checked=${chosen === null} onClick=${() => choose(null)}>${t("languages.asEverywhere")}<//>
      ${Object.entries(LANGUAGES).map(
        ([code, name]) => html`
          <${MenuItem} key=${code} lang=${code} checked=${code === chosen} onClick=${() => choose(code)}>${name}<//>`,
      )}
    </div>
    <hr />`;
}

/** So many people are named for each language. */
const NAMED = 50;

/** @param {Closing & {languages: string[], people: Person[]}} props */
function WhoReadsWhat({ languages, people, onClose }) {
  return html`
    <${Dialog} title=${t("readers.title")} onClose=${onClose}>
      ${languages.map((code) => {
        const readers = people.filter((person) => person.language === code);
        const further = people.filter(
          (person) => person.language !== code && person.also_reads?.some((is) => is === code),
        );
        return html`
          <section key=${code} class="readers-of">
            <h3>${languageName(code)} <span class="hint">${number(readers.length)}</span></h3>
            <ul class="reader-names">
              ${readers.slice(0, NAMED).map(
                (person) => html`
                  <li key=${person.id}>
                    <button
                      type="button"
                      class="reader"
                      onClick=${() => {
                        onClose();
                        showPerson(person.id);
                      }}
                    >
                      <${Avatar} name=${person.name} url=${person.avatar_url} seed=${`user${person.id}`} size="tiny" />
                      <${Name}>${person.name}<//>
                    </button>
                  </li>`,
              )}
            </ul>
            ${
              further.length > 0 &&
              html`
                <p class="hint">
                  ${t("readers.also", { names: list(further.slice(0, NAMED).map((row) => stripBidi(row.name))) })}
                </p>`
            }
          </section>`;
      })}
    <//>`;
}

/**
 * What else one may do here; on a narrow screen also what has a button of its own elsewhere.
 *
 * @param {{path: string, place: Listed, toggle: (kind: string) => void, onSettings: () => void}} props
 */
function PlaceMenu({ path, place, toggle, onSettings }) {
  const person = place.participant;
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
      <${MenuItem} icon="file" onClick=${() => toggle("files")}>
        ${t("files.title")}
      <//>
      ${
        !person &&
        html`
          <${MenuItem} icon="gear" onClick=${onSettings}>
            ${t("channel.settings")}
          <//>`
      }
      <${Placing} row=${place} />
      ${!person && html`<${InChannel} channel=${place} path=${path} />`}
      <${Levels} path=${path} />
      ${person && html`<${Blocking} person=${person} />`}
    <//>`;
}
