/** What changes a message or says something about it: an editor and dialogs. */
import * as api from "../api.js";
import { html, useLayoutEffect, useRef, useState, withValue } from "../core.js";
import { CODES, languageName, t, UNKNOWN } from "../i18n.js";
import { excerpt, forSending, forTyping } from "../text.js";
import { toast, withToast } from "../toasts.js";
import { onMarkdownKey, onMarkdownPaste, Toolbar, useToolbar } from "./composer/typing.js";
import { Dialog } from "./parts/dialog.js";
import { Form } from "./parts/form.js";

/** @import { Closing, OfMessage, Ref } from "../../../types" */
/** @import { TranslationResource } from "../../../schema" */

/** @param {OfMessage & {onDone: () => void}} props */
export function Editor({ message, conversation, onDone }) {
  const { text, mentions } = forTyping(message.original_content ?? "");
  const [value, setValue] = useState(text);
  const toolbar = useToolbar(matchMedia("(hover: hover)").matches);
  const isMarkdown = message.type === "markdown";
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
      !(await withToast(() => conversation.writer.edit(message.id, content).then(() => true)))
    )
      return;
    onDone();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.isComposing || (isMarkdown && onMarkdownKey(event, box.current))) return;
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
      ${isMarkdown && toolbar.isShown && html`<${Toolbar} box=${box} />`}
      <textarea
        ref=${box}
        aria-label=${t("message.edit")}
        lang=${message.original_language}
        value=${value}
        rows=${Math.min(12, value.split("\n").length + 1)}
        onInput=${withValue(setValue)}
        onKeyDown=${onKeyDown}
        onPaste=${(/** @type {ClipboardEvent} */ event) => isMarkdown && onMarkdownPaste(event, box.current)}
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
export function DeleteDialog({ message, conversation, onClose }) {
  const remove = async () => {
    await withToast(() => conversation.writer.delete(message.id));
    onClose();
  };
  return html`
    <${Dialog} title=${t("delete.title")} onClose=${onClose}>
      <p>${t("delete.sure")}</p>
      <blockquote class="quoted" dir="auto" lang=${message.display_language}>
        ${excerpt(message.display_content, 300, message.type)}
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
export function ReportDialog({ message, conversation, onClose }) {
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
 * The language that a message is in, where it was taken for another: one click translates it again.
 *
 * @param {OfMessage & Closing} props
 */
export function LanguageDialog({ message, conversation, onClose }) {
  const present = message.original_language;
  /** @param {string} code */
  const choose = async (code) => {
    await withToast(() => conversation.writer.correctLanguage(message.id, code));
    onClose();
  };
  return html`
    <${Dialog} title=${t("wrongLanguage.title")} onClose=${onClose}>
      <p class="hint">${t("wrongLanguage.lead", { language: languageName(present) })}</p>
      <blockquote class="quoted" dir="auto" lang=${present}>
        ${excerpt(message.original_content, 300, message.type)}
      </blockquote>
      <div class="language-choice">
        ${[...CODES, UNKNOWN]
          .filter((code) => code !== present)
          .map(
            (code) => html`
              <button key=${code} type="button" class="button" onClick=${() => choose(code)}>
                ${code === UNKNOWN ? t("wrongLanguage.other") : languageName(code)}
              </button>`,
          )}
      </div>
    <//>`;
}

/**
 * A better translation for everybody who reads this language, now and the next time.
 *
 * @param {OfMessage & Closing} props
 */
export function CorrectDialog({ message, conversation, onClose }) {
  const language = message.display_language;
  /** @param {{text: string}} values */
  const submit = async ({ text }) => {
    /** @type {{data: TranslationResource}} */
    const { data } = await api.put(`${conversation.path}/messages/${message.id}/translations/${language}`, {
      text,
    });
    const row = conversation.find(message.id);
    if (row) conversation.held.upsert({ ...row, display_content: data.text });
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
