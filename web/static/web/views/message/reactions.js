/** The reactions to a message, with one's own marked. */
import { classes, html } from "../../core.js";
import { t } from "../../i18n.js";

/** @import { Reaction } from "../../../../types" */

/** @param {{rows: Reaction[], mayReact: boolean, onReact: (emoji: string) => void}} props */
export function Reactions({ rows, mayReact, onReact }) {
  if (!rows?.length) return null;
  return html`
    <div class="reactions">
      ${rows.map(
        (reaction) => html`
          <button
            key=${reaction.emoji}
            type="button"
            class=${classes("reaction", reaction.reacted && "on")}
            aria-pressed=${reaction.reacted}
            disabled=${!mayReact}
            aria-label=${t("reaction.count", { emoji: reaction.emoji, count: reaction.count })}
            onClick=${() => onReact(reaction.emoji)}
          >
            <span aria-hidden="true">${reaction.emoji}</span> <span aria-hidden="true">${reaction.count}</span>
          </button>`,
      )}
    </div>`;
}
