/** A block of code: its language, its lines, and what can be done with them. */
import { classes, html, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { copy, withToast } from "../../toasts.js";
import { IconButton } from "./icons.js";

/** Of more lines than LONG, so many are shown at first. */
const LONG = 16;
export const SHOWN_LINES = 10;

/** @param {{code: string, language: string, class?: string}} props */
export function CodeBlock({ code, language, class: more }) {
  const [isWhole, setWhole] = useState(false);
  const [isWrapped, setWrapped] = useState(false);
  const lines = code.split("\n");
  const hidden = lines.length > LONG ? lines.length - SHOWN_LINES : 0;
  const shown = hidden && !isWhole ? lines.slice(0, SHOWN_LINES).join("\n") : code;
  return html`
    <div class="code-block">
      <div class="code-head">
        <span class="code-language">${language}</span>
        <${IconButton}
          name="wrap"
          label=${t("code.wrap")}
          aria-pressed=${isWrapped}
          onClick=${() => setWrapped(!isWrapped)}
        />
        <${IconButton} name="copy" label=${t("code.copy")} onClick=${() => withToast(() => copy(code))} />
      </div>
      <pre class=${classes(more, isWrapped && "wrapped")} tabindex="0"><code>${shown}</code></pre>
      ${
        hidden > 0 &&
        html`
          <button type="button" class="link small" aria-expanded=${isWhole} onClick=${() => setWhole(!isWhole)}>
            ${isWhole ? t("message.less") : t("code.more", { count: hidden })}
          </button>`
      }
    </div>`;
}
