/** One message: who said it, what it says in the reader's language, and how it came to say that. */
import * as api from "../api.js";
import { blobOf, pathOf } from "../api.js";
import { classes, html, useEffect, useLayoutEffect, useRef, useState, withValue } from "../core.js";
import { languageName, list, moment, size, t, time } from "../i18n.js";
import { pageOf } from "../paths.js";
import { forSending, forTyping, excerpt, isOnlyEmoji, renderText, stripBidi } from "../text.js";
import { copy, toast, withToast } from "../toasts.js";
import { EmojiButton, QUICK } from "./emoji.js";
import { Avatar, Dialog, Form, Icon, IconButton, Menu, MenuItem, Name } from "./parts.js";

/** A picture of more bytes is shown by its thumbnail. */
const HEAVY = 200_000;
const LONG = 1200;
const LONG_LINES = 18;
const PENDING_WAIT = 8000;
/** @import { Attachment, Closing, Conversation, InConversation, On, Ref, Room } from "../../../types" */
/** @import { Message as Row } from "../../../types" */
/** @import { TranslationResource } from "../../../schema" */

/** @typedef {{message: Row, conversation: Conversation}} OfMessage */

/**
 * The server's reasons for a missing translation, as sentences; any other is that no service could be reached.
 *
 * @type {Record<string, string>}
 */
const REASONS = {
  away: "reason.away",
  no_engine: "reason.noEngine",
  protection: "reason.protection",
  budget: "reason.budget",
  engine_quota: "reason.budget",
};

/**
 * @param {InConversation & {message: Row, isFirst: boolean, inThread?: boolean}} props
 *   `isFirst` of a run by one sender
 */
export function Message({ message, conversation, isFirst, room, inThread = false }) {
  const [shows, setShows] = useState(/** @type {"" | "original" | "why"} */ (""));
  const [isEditing, setEditing] = useState(false);
  const [dialog, setDialog] = useState("");
  /** @type {Ref<HTMLElement>} */
  const row = useRef(null);
  useEffect(() => {
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
  // Most of what is skipped has no words: no line under it asks for attention, and its menu gives the reason.
  const isSkipped =
    message.translation_status === "skipped" &&
    !isTranslated &&
    Boolean(message.original_content && room.language && message.original_language !== room.language);
  const mayReact = !room.isGuest && !isGone;
  const actions = {
    original: () => isTranslated && setShows(shows === "original" ? "" : "original"),
    reply: () => room.onThread && room.onThread(message.parent_message_id ?? message.id),
    edit: () => isMine && !room.isGuest && !isGone && setEditing(true),
    remove: () => (isMine || room.canModerate) && !room.isGuest && !isGone && setDialog("delete"),
    react: (/** @type {string} */ emoji) => withToast(() => conversation.react(message.id, emoji)),
    pin: () => withToast(() => conversation.pins.set(message.id, !isPinned)),
    copy: () => withToast(() => copy(message.display_content ?? "")),
    // Its reader may be in other workspaces than its writer.
    link: () => copy(location.origin + pageOf(message, null)),
  };
  /** @type {Record<string, (() => void) | false>} */
  const keys = { o: actions.original, r: !isGone && actions.reply, e: actions.edit, Delete: actions.remove };
  /** @param {On<HTMLElement, KeyboardEvent>} event */
  const onKeyDown = (event) => {
    if (event.target !== event.currentTarget || event.metaKey || event.ctrlKey || event.altKey) return;
    const action = keys[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  };
  const sender = message.sender;
  const name = sender ? sender.name : t("message.service");
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
      aria-label=${t("message.by", { name: stripBidi(name), time: time(message.created_at) })}
    >
      ${
        isFirst
          ? html`
            <${Avatar} name=${name} url=${sender?.avatar_url} seed=${`${sender?.kind}${sender?.id}`} />`
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
              <span class="message-name">
                <${Name}>${name}<//>
              </span>
              ${sender && sender.kind !== "user" && html`<span class="badge">${t(`sender.${sender.kind}`)}</span>`}
              <time datetime=${message.created_at} title=${moment(message.created_at)}>
                ${time(message.created_at)}
              </time>
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
                <${Text} message=${message} room=${room} />
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
        ${
          message.reactions?.length > 0 &&
          html`
            <div class="reactions">
              ${message.reactions.map(
                (reaction) => html`
                  <button
                    key=${reaction.emoji}
                    type="button"
                    class=${classes("reaction", reaction.reacted && "on")}
                    aria-pressed=${reaction.reacted}
                    disabled=${!mayReact}
                    aria-label=${t("reaction.count", { emoji: reaction.emoji, count: reaction.count })}
                    onClick=${() => actions.react(reaction.emoji)}
                  >
                    <span aria-hidden="true">${reaction.emoji}</span> <span aria-hidden="true">${reaction.count}</span>
                  </button>`,
              )}
            </div>`
        }
        ${
          !inThread &&
          message.reply_count > 0 &&
          room.onThread &&
          html`
            <button type="button" class="thread-link" onClick=${actions.reply}>
              <${Icon} name="thread" /> ${t("thread.replies", { count: message.reply_count })}
            </button>`
        }
      </div>
      ${
        !isGone &&
        !isEditing &&
        !room.isGuest &&
        html`
          <div class="message-tools" role="group" aria-label=${t("message.actions")}>
            ${
              mayReact &&
              QUICK.slice(0, 2).map(
                (emoji) => html`
                  <button
                    key=${emoji}
                    type="button"
                    class="icon-button quick"
                    aria-label=${t("reaction.add", { emoji })}
                    title=${t("reaction.add", { emoji })}
                    onClick=${() => actions.react(emoji)}
                  >
                    ${emoji}
                  </button>`,
              )
            }
            ${mayReact && html`<${EmojiButton} label=${t("reaction.other")} onPick=${actions.react} />`}
            ${
              room.onThread &&
              !inThread &&
              html`
                <${IconButton} name="reply" label=${t("thread.reply")} onClick=${actions.reply} />`
            }
            <${Menu} label=${t("message.more")} icon="more">
              ${
                isMine &&
                html`
                  <${MenuItem} icon="edit" onClick=${actions.edit}>
                    ${t("message.edit")}
                  <//>`
              }
              ${
                message.display_content &&
                html`
                  <${MenuItem} icon="copy" onClick=${actions.copy}>
                    ${t("message.copy")}
                  <//>`
              }
              <${MenuItem} icon="link" onClick=${actions.link}>
                ${t("message.link")}
              <//>
              ${
                isTranslated &&
                html`
                  <${MenuItem} icon="translate" onClick=${() => setShows("original")}>
                    ${t("translation.showOriginal")}
                  <//>`
              }
              ${
                isSkipped &&
                html`
                  <${MenuItem} icon="translate" onClick=${() => setShows("why")}>
                    ${t("translation.whyNot")}
                  <//>`
              }
              ${
                room.canCorrect &&
                isTranslated &&
                html`
                  <${MenuItem} icon="edit" onClick=${() => setDialog("correct")}>
                    ${t("correct.title")}
                  <//>`
              }
              <${MenuItem} icon="pin" onClick=${actions.pin}>
                ${isPinned ? t("message.unpin") : t("message.pin")}
              <//>
              ${
                !isMine &&
                html`
                  <${MenuItem} icon="flag" onClick=${() => setDialog("report")}>
                    ${t("message.report")}
                  <//>`
              }
              ${
                (isMine || room.canModerate) &&
                html`
                  <${MenuItem} icon="trash" danger onClick=${actions.remove}>
                    ${t("message.delete")}
                  <//>`
              }
            <//>
          </div>`
      }
      ${
        dialog === "delete" &&
        html`
          <${DeleteDialog} message=${message} conversation=${conversation} onClose=${() => setDialog("")} />`
      }
      ${
        dialog === "report" &&
        html`
          <${ReportDialog} message=${message} conversation=${conversation} onClose=${() => setDialog("")} />`
      }
      ${
        dialog === "correct" &&
        html`
          <${CorrectDialog} message=${message} conversation=${conversation} onClose=${() => setDialog("")} />`
      }
    </li>`;
}

/** @param {{message: Row, room: Room}} props */
function Text({ message, room }) {
  const [isWhole, setWhole] = useState(false);
  const content = message.display_content;
  if (!content) return null;
  const isLong = content.length > LONG || content.split("\n").length > LONG_LINES;
  return html`
    <div
      class=${classes("text", isOnlyEmoji(content) && "emoji-only", isLong && !isWhole && "cut")}
      dir="auto"
      lang=${message.display_language}
    >
      ${renderText(content, { type: message.type, names: room.names, me: room.me })}
      ${
        message.edited_at &&
        html`
          ${" "}
          <span class="edited" lang=${document.documentElement.lang} title=${moment(message.edited_at)}>
            ${t("message.edited")}
          </span>`
      }
    </div>
    ${
      isLong &&
      html`
        <button type="button" class="link small" aria-expanded=${isWhole} onClick=${() => setWhole(!isWhole)}>
          ${isWhole ? t("message.less") : t("message.whole")}
        </button>`
    }`;
}

/**
 * How this came to be in the reader's language: a quiet mark, a shimmer, or an honest line.
 *
 * @param {InConversation & {
 *   message: Row, shows: string, setShows: (shows: "" | "original" | "why") => void, onCorrect: () => void,
 * }} props
 */
function Translation({ message, room, shows, setShows, conversation, onCorrect }) {
  if (!message.original_content) return null;
  if (message.display_source === "translation") {
    const from = languageName(message.original_language);
    return html`
      <button
        type="button"
        class="translated"
        aria-expanded=${shows === "original"}
        title=${t("translation.showOriginal")}
        onClick=${() => setShows(shows === "original" ? "" : "original")}
      >
        <${Icon} name="translate" />
        <span>
          ${shows === "original" ? t("translation.hideOriginal") : t("translation.from", { language: from })}
        </span>
      </button>
      ${
        shows === "original" &&
        html`
          <div class="original">
            <div class="text" dir="auto" lang=${message.original_language}>
              ${renderText(message.original_content, {
                type: message.type,
                names: room.names,
                me: room.me,
                marksKept: true,
              })}
            </div>
            <p class="original-note">
              ${t("translation.note", { language: from })}${" "}
              ${!room.isGuest && html`<${Translator} message=${message} conversation=${conversation} />`}
              ${
                room.canCorrect &&
                html`
                  <button type="button" class="link" onClick=${onCorrect}>
                    ${t("correct.title")}
                  </button>`
              }
            </p>
          </div>`
      }`;
  }
  if (!room.language || message.original_language === room.language) return null;
  if (message.translation_status === "pending")
    return html`<${Pending} message=${message} conversation=${conversation} />`;
  if (message.translation_status === "skipped" && shows === "why")
    return html`<${Why} message=${message} conversation=${conversation} language=${room.language} />`;
  if (message.translation_status !== "failed") return null;
  return html`
    <p class="untranslated">
      <${Icon} name="warn" /> ${t("translation.failed", { language: languageName(room.language) })}${" "}
      <button
        type="button"
        class="link"
        aria-expanded=${shows === "why"}
        onClick=${() => setShows(shows === "why" ? "" : "why")}
      >
        ${t("translation.why")}
      </button>
    </p>
    ${shows === "why" && html`<${Why} message=${message} conversation=${conversation} language=${room.language} />`}`;
}

/**
 * What the service knows of a message's translation, null until it answers.
 *
 * @param {OfMessage} of
 * @param {string} language
 */
function useDetails({ message, conversation }, language) {
  const [row, setRow] = useState(/** @type {Partial<TranslationResource> | null} */ (null));
  useEffect(() => {
    let isStale = false;
    /** @type {Promise<TranslationResource[]>} */
    const asked = api.all(`${conversation.path}/messages/${message.id}/translations`);
    asked.then(
      (rows) => isStale || setRow(rows.find((translation) => translation.language === language) ?? {}),
      () => isStale || setRow({ reason: "away" }),
    );
    return () => {
      isStale = true;
    };
  }, [message.id, message.display_content, language]);
  return row;
}

/** Who or what translated a message. @param {OfMessage} props */
function Translator(props) {
  const row = useDetails(props, props.message.display_language);
  if (row?.corrected_by) return html`${t("translation.corrected", { name: stripBidi(row.corrected_by.name) })} `;
  return row?.engine ? html`${t("translation.by", { engine: row.engine })} ` : "";
}

/** Why a translation is missing, as far as the service says. @param {OfMessage & {language: string}} props */
function Why({ message, conversation, language }) {
  const row = useDetails({ message, conversation }, language);
  return html`
    <p class="original-note why" role="status">
      ${
        row
          ? t(
              REASONS[row.reason ?? ""] ??
                (message.translation_status === "skipped" ? "reason.nothing" : "reason.away"),
            )
          : t("loading")
      }
    </p>`;
}

/**
 * No event says that a translation is given up: while it is missing, the message is read again now and then.
 *
 * @param {OfMessage} props
 */
function Pending({ message, conversation }) {
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const timer = setTimeout(
      () => conversation.refresh(message.id).then(() => setTries(tries + 1)),
      PENDING_WAIT * 2 ** Math.min(tries, 3),
    );
    return () => clearTimeout(timer);
  }, [tries]);
  return html`
    <p class="translating">
      <span class="shimmer"></span>
      <span>${t("translation.pending")}</span>
    </p>`;
}

/** The message that this one answers, on one line. @param {InConversation & {id: string}} props */
function Quote({ id, conversation, room }) {
  const parent = conversation.find(id);
  return html`
    <button type="button" class="quote" onClick=${() => room.onJump?.(id)}>
      <${Icon} name="reply" />
      ${
        parent
          ? html`
            <span class="quote-name">
              <${Name}>${parent.sender?.name ?? t("message.service")}<//>
            </span>${" "}
            <span class="quote-text" dir="auto" lang=${parent.display_language}>
              ${
                parent.deleted_at
                  ? t("message.deleted")
                  : excerpt(parent.display_content) ||
                    list(parent.attachments.map((file) => stripBidi(file.client_name)))
              }
            </span>`
          : html`
            <span class="quote-text">${t("thread.earlier")}</span>`
      }
    </button>`;
}

// ── Attachments ──

/** @param {{rows: Attachment[], isGuest?: boolean}} props */
function Attachments({ rows, isGuest }) {
  return html`
    <div class="attachments">
      ${rows.map((row) =>
        /^image\/(png|jpeg|gif|webp|avif)$/.test(row.mime_type)
          ? html`
            <${Picture} key=${row.id} row=${row} isGuest=${isGuest} />`
          : html`
            <${Download} key=${row.id} row=${row} isGuest=${isGuest} />`,
      )}
    </div>`;
}

/** @param {{row: Attachment, isGuest?: boolean}} props */
function Picture({ row, isGuest }) {
  const shown = (row.size > HEAVY && row.thumbnail_url) || row.download_url;
  const [source, setSource] = useState(isGuest ? "" : pathOf(shown));
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    if (!isGuest) return undefined;
    let url = "";
    blobOf(shown).then(
      (address) => setSource((url = address)),
      () => setBroken(true),
    );
    return () => url && URL.revokeObjectURL(url);
  }, [row.id]);
  if (isBroken) return html`<${Download} row=${row} isGuest=${isGuest} />`;
  const onError = () =>
    source === pathOf(row.download_url) || isGuest ? setBroken(true) : setSource(pathOf(row.download_url));
  const image =
    source && html`<img src=${source} alt=${stripBidi(row.client_name)} loading="lazy" onError=${onError} />`;
  // No cookie speaks for a guest: the whole picture is fetched with their token, as a file is.
  if (isGuest)
    return html`
      <button type="button" class="picture" onClick=${() => saveFile(row)}>
        ${image}
      </button>`;
  return html`
    <a class="picture" href=${pathOf(row.download_url)} target="_blank" rel="noopener">
      ${image}
    </a>`;
}

/** Save an attachment that only a token opens. @param {Attachment} row */
async function saveFile(row) {
  const url = await withToast(() => blobOf(row.download_url));
  if (!url) return;
  Object.assign(document.createElement("a"), { href: url, download: row.client_name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** @param {{row: Attachment, isGuest?: boolean}} props */
function Download({ row, isGuest }) {
  /** @param {Event} event */
  const save = (event) => {
    if (!isGuest) return;
    event.preventDefault();
    saveFile(row);
  };
  return html`
    <a class="file" href=${pathOf(row.download_url)} download=${row.client_name} onClick=${save}>
      <${Icon} name="file" />
      <span class="file-name">
        <${Name}>${row.client_name}<//>
      </span>
      <span class="file-size">${size(row.size)}</span>
    </a>`;
}

// ── Changing ──

/** @param {OfMessage & {onDone: () => void}} props */
function Editor({ message, conversation, onDone }) {
  const { text, mentions } = forTyping(message.original_content ?? "");
  const [value, setValue] = useState(text);
  /** @type {Ref<HTMLTextAreaElement>} */
  const box = useRef(null);
  useLayoutEffect(() => {
    box.current.focus();
    box.current.setSelectionRange(value.length, value.length);
    // After the list has found its place with the taller row in it.
    setTimeout(() => box.current?.closest(".message")?.scrollIntoView({ block: "nearest" }), 60);
  }, []);
  const save = async () => {
    const content = forSending(value.trim(), mentions);
    if (
      content &&
      content !== message.original_content &&
      !(await withToast(() => conversation.edit(message.id, content).then(() => true)))
    )
      return;
    onDone();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      onDone();
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  };
  return html`
    <div class="editor">
      <textarea
        ref=${box}
        aria-label=${t("message.edit")}
        lang=${message.original_language}
        value=${value}
        rows=${Math.min(12, value.split("\n").length + 1)}
        onInput=${withValue(setValue)}
        onKeyDown=${onKeyDown}
      ></textarea>
      <div class="editor-end">
        <button type="button" class="button" onClick=${onDone}>
          ${t("cancel")}
        </button>
        <button type="button" class="button primary" onClick=${save}>
          ${t("save")}
        </button>
      </div>
    </div>`;
}

/** @param {OfMessage & Closing} props */
function DeleteDialog({ message, conversation, onClose }) {
  const remove = async () => {
    await withToast(() => conversation.delete(message.id));
    onClose();
  };
  return html`
    <${Dialog} title=${t("delete.title")} onClose=${onClose}>
      <p>${t("delete.sure")}</p>
      <blockquote class="quoted" dir="auto" lang=${message.display_language}>
        ${excerpt(message.display_content, 300)}
      </blockquote>
      <div class="form-end">
        <button type="button" class="button" onClick=${onClose}>
          ${t("cancel")}
        </button>
        <button type="button" class="button danger" autofocus onClick=${remove}>
          ${t("message.delete")}
        </button>
      </div>
    <//>`;
}

/** @param {OfMessage & Closing} props */
function ReportDialog({ message, conversation, onClose }) {
  /** @param {{reason: string}} values */
  const submit = async ({ reason }) => {
    await api.post(`${conversation.path}/messages/${message.id}/report`, { reason });
    toast(t("report.sent"));
    onClose();
  };
  return html`
    <${Dialog} title=${t("report.title")} onClose=${onClose}>
      <${Form}
        submit=${submit}
        button=${t("report.send")}
        fields=${[
          {
            name: "reason",
            as: "textarea",
            label: t("report.reason"),
            rows: 4,
            maxlength: 1000,
            autofocus: true,
          },
        ]}
      />
    <//>`;
}

/**
 * A better translation for everybody who reads this language, now and the next time.
 *
 * @param {OfMessage & Closing} props
 */
function CorrectDialog({ message, conversation, onClose }) {
  const language = message.display_language;
  /** @param {{text: string}} values */
  const submit = async ({ text }) => {
    /** @type {{data: TranslationResource}} */
    const { data } = await api.put(`${conversation.path}/messages/${message.id}/translations/${language}`, {
      text,
    });
    const row = conversation.find(message.id);
    if (row) conversation.upsert({ ...row, display_content: data.text });
    onClose();
  };
  return html`
    <${Dialog} title=${t("correct.title")} onClose=${onClose}>
      <p class="hint">${t("correct.lead", { language: languageName(language) })}</p>
      <blockquote class="quoted" dir="auto" lang=${message.original_language}>
        ${message.original_content}
      </blockquote>
      <${Form}
        submit=${submit}
        button=${t("save")}
        fields=${[
          {
            name: "text",
            as: "textarea",
            label: languageName(language),
            lang: language,
            rows: 4,
            defaultValue: message.display_content,
            autofocus: true,
          },
        ]}
      />
    <//>`;
}
