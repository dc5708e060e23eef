/** The reactions to a message: how many and who, with one's own marked. */
import * as api from "../../api.js";
import { classes, html, useRef, useState } from "../../core.js";
import { list, t } from "../../i18n.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { Dialog } from "../parts/dialog.js";
import { Name } from "../parts/people.js";

/** @import { ReactorListAnswer } from "../../../../schema" */
/** @import { Closing, OfMessage, Reaction, Reactor, Room } from "../../../../types" */

/** So many names are read at once. */
const PAGE = 100;
/** So long a press asks who reacted. */
const LONG_PRESS = 450;

/** What a person is called here; the reader "you". @param {Reactor} who @param {Room} room */
const nameOf = ({ kind, id, name }, room) =>
  String(id) === String(room.me?.id) && (kind === "guest") === Boolean(room.isGuest)
    ? t("reaction.you")
    : stripBidi((kind === "user" && room.names.get(String(id))) || name);

/** Who chose an emoji: the first ones by name. @param {Reaction} reaction @param {Room} room */
function namesIn({ count, people }, room) {
  const you = t("reaction.you");
  const names = people.map((who) => nameOf(who, room)).sort((name, other) => +(other === you) - +(name === you));
  const others = count - people.length;
  return list(others > 0 ? [...names, t("reaction.more", { count: others })] : names);
}

/** @param {Reaction} reaction @param {Room} room */
const whoChose = (reaction, room) => t("reaction.named", { emoji: reaction.emoji, names: namesIn(reaction, room) });

/** @param {Reaction} reaction @param {Room} room */
const labelOf = (reaction, room) =>
  `${t("reaction.count", { emoji: reaction.emoji, count: reaction.count })}: ${namesIn(reaction, room)}`;

/**
 * @param {{
 *   rows: Reaction[], room: Room, mayReact: boolean, onReact: (emoji: string) => void, onWho: () => void,
 * }} props
 *   `onWho`: shows all who reacted
 */
export function Reactions({ rows, room, mayReact, onReact, onWho }) {
  /** While a finger rests on one. */
  const press = useRef({ timer: 0, isLong: false });
  if (!rows?.length) return null;
  /** @param {PointerEvent} event */
  const onPointerDown = (event) => {
    press.current.isLong = false;
    if (event.pointerType === "mouse") return;
    press.current.timer = setTimeout(() => {
      press.current.isLong = true;
      onWho();
    }, LONG_PRESS);
  };
  const onPointerEnd = () => clearTimeout(press.current.timer);
  return html`
    <div class="reactions">
      ${rows.map(
        (reaction) => html`
          <span class="reaction-place" key=${reaction.emoji}>
          <button
            type="button"
            class=${classes("reaction", reaction.reacted && "on")}
            aria-pressed=${reaction.reacted}
            disabled=${!mayReact}
            aria-label=${labelOf(reaction, room)}
            onPointerDown=${onPointerDown}
            onPointerUp=${onPointerEnd}
            onPointerCancel=${onPointerEnd}
            onPointerLeave=${onPointerEnd}
            onContextMenu=${(/** @type {Event} */ event) => press.current.isLong && event.preventDefault()}
            onClick=${() => press.current.isLong || onReact(reaction.emoji)}
          >
            <span aria-hidden="true">${reaction.emoji}</span> <span aria-hidden="true">${reaction.count}</span>
          </button>
          <span class="tip" aria-hidden="true">${whoChose(reaction, room)}</span>
          </span>`,
      )}
    </div>`;
}

/** All who reacted to a message. @param {OfMessage & Closing & {room: Room}} props */
export function ReactionsDialog({ message, conversation, room, onClose }) {
  return html`
    <${Dialog} title=${t("reaction.who")} onClose=${onClose}>
      <div class="reactors">
        ${message.reactions.map(
          (reaction) => html`
            <${Reactors}
              key=${reaction.emoji}
              reaction=${reaction}
              room=${room}
              path=${`${conversation.path}/messages/${message.id}/reactions/${encodeURIComponent(reaction.emoji)}`}
            />`,
        )}
      </div>
    <//>`;
}

/** @param {{reaction: Reaction, room: Room, path: string}} props `path`: of all who chose it */
function Reactors({ reaction, room, path }) {
  const [read, setRead] = useState({ people: /** @type {Reactor[]} */ ([]), page: 0 });
  const people = read.page ? read.people : reaction.people;
  const more = async () => {
    const page = read.page + 1;
    /** @type {ReactorListAnswer | undefined} */
    const answer = await withToast(() => api.get(path, { page, per_page: PAGE }));
    if (answer) setRead({ people: [...read.people, ...answer.data], page });
  };
  return html`
    <section>
      <h3>${reaction.emoji} <span class="hint">${reaction.count}</span></h3>
      <ul>
        ${people.map(
          (who) => html`
            <li key=${`${who.kind}${who.id}`}>
              <${Name}>${nameOf(who, room)}<//>
            </li>`,
        )}
      </ul>
      ${
        people.length < reaction.count &&
        html`
          <button type="button" class="link small" onClick=${more}>
            ${t("reaction.more", { count: reaction.count - people.length })}
          </button>`
      }
    </section>`;
}
