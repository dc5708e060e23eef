/** Who somebody is: a card that opens from every name and picture. */
import * as api from "../../api.js";
import { html, Store, useEffect, useObserved, useState } from "../../core.js";
import { languageName, list, t } from "../../i18n.js";
import { channelPage } from "../../paths.js";
import { go } from "../../router.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { block } from "../blocks.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icons.js";
import { Waiting } from "../parts/lists.js";
import { Avatar, Name } from "../parts/people.js";
import { Status } from "./status.js";

/** @import { PersonCardResource } from "../../../../schema" */
/** @import { Children, Person } from "../../../../types" */
/** @import { IconName } from "../parts/icons.js" */

/** Whose card is open, if any. */
const shown = new Store({ id: /** @type {number | string | null} */ (null) });

/** Open the card of the user with this id. @param {number | string} id */
export const showPerson = (id) => shown.set({ id });

/** The open card, if any. @param {{onMessage: (person: Person) => void}} props */
export function OpenCard({ onMessage }) {
  useObserved(shown);
  const { id } = shown.state;
  if (id === null) return null;
  return html`
    <${Card} key=${id} id=${id} onMessage=${onMessage} onClose=${() => shown.set({ id: null })} />`;
}

/** @param {{id: number | string, onMessage: (person: Person) => void, onClose: () => void}} props */
function Card({ id, onMessage, onClose }) {
  const [person, setPerson] = useState(/** @type {PersonCardResource | null} */ (null));
  const [isMissing, setMissing] = useState(false);
  const load = () =>
    api.get(`/users/${id}`).then(
      (/** @type {{data: PersonCardResource}} */ { data }) => setPerson(data),
      () => setMissing(true),
    );
  useEffect(() => {
    load();
  }, [id]);
  const { me } = app.state;
  if (isMissing) return html`<${Dialog} title=${t("person.title")} onClose=${onClose}>${t("person.gone")}<//>`;
  if (!person) return html`<${Dialog} title=${t("person.title")} onClose=${onClose}><${Waiting} /><//>`;
  const isMe = person.id === me.id;
  const write = () => {
    onClose();
    onMessage(person);
  };
  const toSettings = () => {
    onClose();
    go("/w/settings/profile");
  };
  return html`
    <${Dialog} title=${t("person.title")} onClose=${onClose}>
      <div class="card-head">
        <span class=${`presence ${app.state.presence[person.id] ?? ""}`}>
          <${Avatar} name=${person.name} url=${person.avatar_url} seed=${`user${person.id}`} size="big" />
        </span>
        <div class="person">
          <strong><${Name}>${person.name}<//></strong>
          ${person.name_reading && html`<span class="hint"><${Name}>${person.name_reading}<//></span>`}
          ${person.title && html`<span class="card-title"><${Name}>${person.title}<//></span>`}
        </div>
      </div>
      <${Status} person=${person} isWhole />
      <dl class="card-facts">
        <${Fact} icon="translate" name=${t("person.reads")}>
          ${languageName(person.language)}
          ${
            furtherOf(person).length > 0 &&
            html`
              <span class="hint">${t("person.also", { languages: list(furtherOf(person).map(languageName)) })}</span>`
          }
        <//>
        ${
          person.time_zone &&
          html`
            <${Fact} icon="clock" name=${t("person.localTime")}>${localTime(person.time_zone)}<//>`
        }
        ${
          !isMe &&
          person.shared_channels.length > 0 &&
          html`
            <${Fact} icon="hash" name=${t("person.shared")}>
              ${person.shared_channels.map(
                (channel) => html`
                  <a
                    key=${channel.id}
                    class="card-channel"
                    href=${channelPage(channel.workspace_id, channel.id)}
                    data-go
                    onClick=${onClose}
                  >#${stripBidi(channel.name)}</a>`,
              )}
            <//>`
        }
      </dl>
      <div class="form-end">
        ${
          isMe
            ? html`
              <button type="button" class="button" onClick=${toSettings}>
                <${Icon} name="edit" /> ${t("person.edit")}
              </button>`
            : html`
              <button type="button" class="button primary" onClick=${write}>
                <${Icon} name="thread" /> ${t("person.write")}
              </button>
              <button
                type="button"
                class="button"
                aria-label=${t(person.is_blocked ? "block.undo" : "block.do", { name: stripBidi(person.name) })}
                onClick=${() => withToast(() => block(person, !person.is_blocked).then(load))}
              >
                <${Icon} name="block" /> ${t(person.is_blocked ? "blocks.end" : "person.block")}
              </button>`
        }
      </div>
    <//>`;
}

/** @param {{icon: IconName, name: string, children?: Children}} props */
const Fact = ({ icon, name, children }) => html`
  <div>
    <dt><${Icon} name=${icon} /> ${name}</dt>
    <dd>${children}</dd>
  </div>`;

/** Languages that somebody reads besides their own. @param {{language: string, also_reads: string[]}} person */
export const furtherOf = ({ language, also_reads: also }) => also.filter((code) => code !== language);

/** The time and day in a zone, in the reader's own words. @param {string} timeZone */
function localTime(timeZone) {
  try {
    return new Intl.DateTimeFormat(app.state.language, {
      timeZone,
      weekday: "short",
      hour: "numeric",
      minute: "2-digit",
    }).format(new Date());
  } catch {
    return timeZone; // one that this browser does not know
  }
}
