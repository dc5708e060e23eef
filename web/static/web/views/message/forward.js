/** Send a message on to another conversation that one writes in. */
import { conversationOf } from "../../conversations.js";
import { html, useState, withValue } from "../../core.js";
import { t } from "../../i18n.js";
import { channelPath, directPath, pageOf } from "../../paths.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { toast } from "../../toasts.js";
import { withMentions } from "../../tokens.js";
import { findListed } from "../../workspaces.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icons.js";
import { Avatar, Name } from "../parts/people.js";

/** @import { Closing, Message, OfMessage } from "../../../../types" */

const MOST_LETTERS = 8000;

/**
 * A message as it is sent on: who said it and where, with a link to it, and its words. It calls nobody again, and its
 * files stay where they are: who may read them there finds them by the link.
 *
 * @param {Message} message
 * @param {string} comment of the sender's own
 */
export function forwarded(message, comment) {
  const name = (message.sender?.name ?? t("message.service")).replace(/[\\`*_[\]<>~|\n]/g, " ");
  const channel = message.channel_id && findListed(message.conversation_id)?.name;
  const where = channel ? `#${channel.replace(/[[\]\n]/g, " ")}` : "↗";
  const head = `↪ **${name}** · [${where}](${location.origin}${pageOf(message, null)})`;
  const words = withMentions(message.original_content ?? "", (mentioned) => `@${mentioned}`);
  const called = words.replace(/@channel/g, "@\u2060channel");
  const files = message.attachments.map((file) => `📎 ${stripBidi(file.client_name).replace(/[\\`*_[\]<>~|]/g, " ")}`);
  return [comment, head, called, files.join("\n")].filter(Boolean).join("\n\n");
}

/** @param {OfMessage & Closing} props */
export function ForwardDialog({ message, onClose }) {
  const [query, setQuery] = useState("");
  const [comment, setComment] = useState("");
  const { channels, directs, workspaces } = app.state;
  const places = [
    ...workspaces.flatMap(({ id, name }) =>
      (channels[id] ?? [])
        .filter((row) => row.is_member && !row.is_archived)
        .map((row) => ({ id: row.id, path: channelPath(id, row.id), name: row.name, where: name, person: null })),
    ),
    ...directs.map((row) => ({
      id: row.id,
      path: directPath(row.id),
      name: row.participant.name,
      where: "",
      person: row.participant,
    })),
  ];
  const wanted = query.trim().toLocaleLowerCase();
  const rows = places.filter(
    ({ id, name }) => id !== message.conversation_id && name.toLocaleLowerCase().includes(wanted),
  );
  const content = forwarded(message, comment.trim());
  const isTooLong = Array.from(content).length > MOST_LETTERS;
  /** @param {{id: string, path: string, name: string}} place */
  const send = ({ id, path, name }) => {
    conversationOf(id, path).outbox.add({ content, language: undefined });
    toast(t("forward.sent", { name: stripBidi(name) }));
    onClose();
  };
  return html`
    <${Dialog} title=${t("forward.title")} onClose=${onClose}>
      <label class="field">
        <span>${t("forward.comment")}</span>
        <textarea rows="2" maxlength="2000" value=${comment} onInput=${withValue(setComment)}></textarea>
      </label>
      <label class="field">
        <span>${t("forward.to")}</span>
        <input type="search" autofocus value=${query} onInput=${withValue(setQuery)} />
      </label>
      ${isTooLong && html`<p class="hint" role="status">${t("forward.tooLong")}</p>`}
      <ul class="people forward-places">
        ${rows.slice(0, 50).map(
          (place) => html`
            <li key=${place.id}>
              <button type="button" class="found person-row" disabled=${isTooLong} onClick=${() => send(place)}>
                ${
                  place.person
                    ? html`
                      <${Avatar}
                        name=${place.name}
                        url=${place.person.avatar_url}
                        seed=${`user${place.person.id}`}
                        size="small"
                      />`
                    : html`<${Icon} name="hash" />`
                }
                <${Name}>${place.name}<//>
                <span class="hint"><${Name}>${place.where}<//></span>
              </button>
            </li>`,
        )}
      </ul>
      ${!rows.length && html`<p class="hint" role="status">${t("search.none")}</p>`}
    <//>`;
}
