/** What somebody says of their day: an emoji, a few words, until when; and whether they want to be left alone. */
import { html, useState } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { changeMe } from "../../session.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { EmojiButton } from "../emoji.js";
import { Dialog } from "../parts/dialog.js";
import { Field } from "../parts/form.js";
import { Icon } from "../parts/icons.js";

/** @import { Closing, On, User } from "../../../../types" */

/** @typedef {Pick<User, "status" | "undisturbed_until">} Told */

const HOUR = 3_600_000;

/** Moments that a status or the quiet may end at, by their names. @type {Record<string, () => Date | null>} */
const ENDS = {
  never: () => null,
  halfHour: () => new Date(Date.now() + HOUR / 2),
  hour: () => new Date(Date.now() + HOUR),
  fourHours: () => new Date(Date.now() + 4 * HOUR),
  today: () => startOfDay(1),
  week: () => startOfDay(8 - (new Date().getDay() || 7)),
};

/** The midnight before the day that comes after so many days. @param {number} days */
function startOfDay(days) {
  const day = new Date();
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() + days);
  return day;
}

/** @param {string | null | undefined} until */
const isOver = (until) => Boolean(until) && Date.parse(/** @type {string} */ (until)) <= Date.now();

/**
 * Somebody's status beside their name: an emoji and a moon; `isWhole`: in words.
 *
 * @param {{person: Partial<Told>, isWhole?: boolean}} props
 */
export function Status({ person, isWhole = false }) {
  const status = isOver(person.status?.until) ? null : person.status;
  const isUndisturbed = Boolean(person.undisturbed_until) && !isOver(person.undisturbed_until);
  if (!status && !isUndisturbed) return null;
  const words = status && [status.emoji, stripBidi(status.text)].filter(Boolean).join(" ");
  if (isWhole)
    return html`
      ${
        status &&
        html`
          <p class="status-line">
            <bdi>${words}</bdi>
            ${status.until && html`<span class="hint">${t("status.until", { date: moment(status.until) })}</span>`}
          </p>`
      }
      ${
        isUndisturbed &&
        html`
          <p class="status-line">
            <${Icon} name="moon" /> ${t("quiet.on", { date: moment(person.undisturbed_until ?? "") })}
          </p>`
      }`;
  return html`
    <span class="status">
      ${status && html`<span role="img" aria-label=${words} title=${words}>${status.emoji || "💬"}</span>`}
      ${
        isUndisturbed &&
        html`
          <span role="img" aria-label=${t("quiet.short")} title=${t("quiet.short")}><${Icon} name="moon" /></span>`
      }
    </span>`;
}

/** The dialog in which one says it. @param {Closing} props */
export function StatusDialog({ onClose }) {
  const { me } = app.state;
  const [emoji, setEmoji] = useState(me.status?.emoji ?? "");
  const [isBusy, setBusy] = useState(false);
  /** @param {Partial<User>} changes */
  const save = async (changes) => {
    setBusy(true);
    await withToast(async () => {
      await changeMe(changes);
      onClose();
    });
    setBusy(false);
  };
  /** @param {On<HTMLFormElement>} event */
  const onSubmit = (event) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    const text = String(values.get("text")).trim();
    const end = String(values.get("until"));
    const until = end === "kept" ? (me.status?.until ?? null) : (ENDS[end]()?.toISOString() ?? null);
    save({ status: emoji || text ? { emoji, text, until } : null });
  };
  return html`
    <${Dialog} title=${t("status.title")} onClose=${onClose}>
      <form class="form" onSubmit=${onSubmit}>
        <div class="status-row">
          ${
            emoji
              ? html`
                <button
                  type="button"
                  class="button"
                  aria-label=${t("status.noEmoji")}
                  title=${t("status.noEmoji")}
                  onClick=${() => setEmoji("")}
                >
                  ${emoji}
                </button>`
              : html`<${EmojiButton} label=${t("status.emoji")} onPick=${setEmoji} />`
          }
          <${Field}
            label=${t("status.text")}
            name="text"
            maxlength="100"
            autocomplete="off"
            autofocus
            defaultValue=${me.status?.text ?? ""}
          />
        </div>
        <${Field} as="select" label=${t("status.end")} name="until">
          ${me.status?.until && html`<option value="kept">${moment(me.status.until)}</option>`}
          ${Object.keys(ENDS).map((name) => html`<option key=${name} value=${name}>${t(`end.${name}`)}</option>`)}
        <//>
        <div class="form-end">
          <button class="button primary" disabled=${isBusy}>${t("save")}</button>
          ${
            me.status &&
            html`
              <button type="button" class="button" disabled=${isBusy} onClick=${() => save({ status: null })}>
                ${t("status.clear")}
              </button>`
          }
        </div>
      </form>
      <h3>${t("quiet.title")}</h3>
      <p class="hint">${t("quiet.lead")}</p>
      <div class="form-end">
        ${
          me.undisturbed_until && !isOver(me.undisturbed_until)
            ? html`
              <p class="status-line">
                <${Icon} name="moon" /> ${t("quiet.on", { date: moment(me.undisturbed_until) })}
              </p>
              <button
                type="button"
                class="button"
                disabled=${isBusy}
                onClick=${() => save({ undisturbed_until: null })}
              >
                ${t("quiet.off")}
              </button>`
            : ["halfHour", "hour", "fourHours", "today", "week"].map(
                (name) => html`
                  <button
                    key=${name}
                    type="button"
                    class="button small"
                    disabled=${isBusy}
                    onClick=${() => save({ undisturbed_until: ENDS[name]()?.toISOString() ?? null })}
                  >
                    ${t(`end.${name}`)}
                  </button>`,
              )
        }
      </div>
    <//>`;
}
