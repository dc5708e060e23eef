/** One message: its sender, its text in the reader's language, and what can be done with it. */
import { waitsForEngine } from "../../conversation/untranslated.js";
import { classes, html, useLayoutEffect, useRef, useState } from "../../core.js";
import { moment, t, time } from "../../i18n.js";
import { pageOf } from "../../paths.js";
import { setSaved } from "../../saved.js";
import { app } from "../../state.js";
import { copy, withToast } from "../../toasts.js";
import { patchListed, withoutReplies } from "../../workspaces.js";
import { Attachments } from "../attachments/attachments.js";
import { Editor } from "../message_changes.js";
import { Icon } from "../parts/icons.js";
import { Avatar, Name } from "../parts/people.js";
import { showPerson } from "../people/card.js";
import { TranslatedMark, Translation } from "../translation.js";
import { MessageDialog } from "./dialogs.js";
import { labelOf } from "./label.js";
import { Reactions } from "./reactions.js";
import { Sheet } from "./sheet.js";
import { Quote, Text } from "./text.js";
import { ThreadLink } from "./thread_link.js";
import { enterTools } from "./tool_keys.js";
import { Tools } from "./tools.js";
import { useTouch } from "./touch.js";

/** @import { InConversation, Message as Row, On, Ref } from "../../../../types" */

/**
 * @param {InConversation & {message: Row, isFirst: boolean, inThread?: boolean}} props
 *   `isFirst` of a run by one sender
 */
export function Message({ message, conversation, isFirst, room, inThread = false }) {
  const [shows, setShows] = useState(/** @type {"" | "original" | "why"} */ (""));
  const [isEditing, setEditing] = useState(false);
  const [dialog, setDialog] = useState("");
  const [isSheet, setSheet] = useState(false);
  /** @type {Ref<HTMLElement>} */
  const row = useRef(null);
  // Not useEffect: that runs a frame later, and an editor that is opened in between would never be shown.
  useLayoutEffect(() => {
    if (inThread) return undefined;
    return conversation.editorOpened.listen((id) => id === message.id && setEditing(true));
  }, [conversation, message.id]);
  const doneEditing = () => {
    setEditing(false);
    row.current?.focus();
  };
  const isPinned = conversation.pins.has(message.id) && !message.deleted_at;
  const isMine = conversation.isMine(message);
  const isGone = Boolean(message.deleted_at);
  const isTranslated = message.display_source === "translation";
  // Most of what is skipped has no words, and what waits for an engine has one mark for all: no line under it asks for
  // attention, and its menu gives the reason.
  const mayAskWhy =
    (message.translation_status === "skipped" || waitsForEngine(message)) &&
    !isTranslated &&
    Boolean(message.original_content && room.language && message.original_language !== room.language);
  const mayReact = !room.isGuest && !isGone;
  const actions = {
    original: () => isTranslated && setShows(shows === "original" ? "" : "original"),
    reply: () => room.onThread && room.onThread(message.parent_message_id ?? message.id),
    edit: () => isMine && !room.isGuest && !isGone && setEditing(true),
    remove: () => (isMine || room.canModerate) && !room.isGuest && !isGone && setDialog("delete"),
    react: (/** @type {string} */ emoji) => withToast(() => conversation.writer.react(message.id, emoji)),
    pin: () => withToast(() => conversation.pins.set(message.id, !isPinned)),
    follow: () => withToast(() => conversation.writer.follow(message.id, !message.thread?.is_following)),
    save: () => withToast(() => setSaved(message.id, !app.state.saved.has(message.id))),
    unread: () =>
      withToast(async () => {
        const state = await conversation.markUnread(message);
        patchListed(conversation.id, () => ({ unread_count: withoutReplies(state).unread_count }));
      }),
    again: () => withToast(() => conversation.writer.retranslate(message.id, room.language)),
    copyOriginal: () => withToast(() => copy(message.original_content ?? "")),
    copy: () => withToast(() => copy(message.display_content ?? "")),
    // Its reader may be in other workspaces than its writer.
    link: () => copy(location.origin + pageOf(message, null)),
    show: setShows,
    open: setDialog,
  };
  /** @type {Record<string, (() => void) | false>} */
  const keys = { o: actions.original, r: !isGone && actions.reply, e: actions.edit, Delete: actions.remove };
  /** @param {On<HTMLElement, KeyboardEvent>} event */
  const onKeyDown = (event) => {
    if (event.target !== event.currentTarget || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === "ArrowRight" && enterTools(event.currentTarget)) return event.preventDefault();
    const action = keys[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
    return undefined;
  };
  const mark = html`<${TranslatedMark} message=${message} shows=${shows} setShows=${setShows} />`;
  const mayAct = !isGone && !isEditing && !room.isGuest;
  const touch = useTouch({
    onLongPress: mayAct && (() => setSheet(true)),
    onSwipe: mayAct && !inThread && room.onThread && !room.isReadOnly && actions.reply,
  });
  const sender = message.sender;
  const tools = html`
    <${Tools}
      message=${message}
      room=${room}
      actions=${actions}
      isMine=${isMine}
      isPinned=${isPinned}
      mayAskWhy=${mayAskWhy}
      inThread=${inThread}
    />`;
  const name = sender ? sender.name : t("message.service");
  const picture = html`<${Avatar} name=${name} url=${sender?.avatar_url} seed=${`${sender?.kind}${sender?.id}`} />`;
  // A visitor knows people by name only.
  const person =
    !room.isGuest && sender && ["user", "automation"].includes(sender.kind) && (() => showPerson(sender.id));
  return html`
    <li
      ref=${row}
      class=${classes(
        "message",
        isFirst && "first",
        isMine && "mine",
        isGone && "gone",
        message.type === "system" && "system",
      )}
      data-id=${message.id}
      tabindex="-1"
      onKeyDown=${onKeyDown}
      ...${touch}
      aria-label=${labelOf(message)}
    >
      ${
        isFirst
          ? person
            ? html`
              <button type="button" class="avatar-button" tabindex="-1" aria-hidden="true" onClick=${person}>
                ${picture}
              </button>`
            : picture
          : html`
            <time class="side-time" datetime=${message.created_at}>
              ${time(message.created_at)}
            </time>`
      }
      <div class="message-main">
        ${
          isFirst &&
          html`
            <div class="message-head">
              ${
                person
                  ? html`
                    <button type="button" class="message-name" title=${t("person.title")} onClick=${person}>
                      <${Name}>${name}<//>
                    </button>`
                  : html`
                    <span class="message-name">
                      <${Name}>${name}<//>
                    </span>`
              }
              ${sender && sender.kind !== "user" && html`<span class="badge">${t(`sender.${sender.kind}`)}</span>`}
              <time datetime=${message.created_at} title=${moment(message.created_at)}>
                ${time(message.created_at)}
              </time>
              ${mark}
            </div>`
        }
        ${
          isPinned &&
          html`
            <p class="pinned-mark">
              <${Icon} name="pin" /> ${t("message.pinned")}
            </p>`
        }
        ${
          !inThread &&
          message.parent_message_id &&
          html`
            <${Quote} id=${message.parent_message_id} conversation=${conversation} room=${room} />`
        }
        ${
          isGone
            ? html`
              <p class="text stub">${t("message.deleted")}</p>`
            : isEditing
              ? html`
                <${Editor} message=${message} conversation=${conversation} onDone=${doneEditing} />`
              : html`
                ${
                  // A message of a run has no head in which the mark could stand.
                  isFirst
                    ? html`
                      <${Text} message=${message} room=${room} />`
                    : html`
                      <div class="message-line">
                        <div class="message-words"><${Text} message=${message} room=${room} /></div>
                        ${mark}
                      </div>`
                }
                ${
                  message.attachments.length > 0 &&
                  html`
                    <${Attachments} rows=${message.attachments} isGuest=${room.isGuest} />`
                }
                <${Translation}
                  message=${message}
                  room=${room}
                  shows=${shows}
                  setShows=${setShows}
                  conversation=${conversation}
                  onCorrect=${() => setDialog("correct")}
                />`
        }
        <${Reactions}
          rows=${message.reactions}
          room=${room}
          mayReact=${mayReact}
          onReact=${actions.react}
          onWho=${() => setDialog("reactions")}
        />
        ${
          !inThread &&
          message.reply_count > 0 &&
          room.onThread &&
          html`
            <${ThreadLink} message=${message} onOpen=${actions.reply} />`
        }
      </div>
      ${mayAct && !isSheet && tools}
      ${
        isSheet &&
        html`
          <${Sheet} onClose=${() => setSheet(false)}>${tools}<//>`
      }
      <${MessageDialog}
        name=${dialog}
        message=${message}
        conversation=${conversation}
        room=${room}
        onClose=${() => setDialog("")}
      />
    </li>`;
}
