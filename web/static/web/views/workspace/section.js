/** A matter within a tab of a workspace's settings: its heading, what it is about, and what can be done. */
import { html, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { copy } from "../../toasts.js";
import { IconButton } from "../parts/icons.js";

/** @import { Children, On } from "../../../../types" */

let lastSection = 0;

/** @param {{title: string, lead?: string, danger?: boolean, children?: Children}} props */
export function Section({ title, lead, danger, children }) {
  const [id] = useState(() => `section-${(lastSection += 1)}`);
  return html`
    <section class=${danger ? "matter danger" : "matter"} aria-labelledby=${id}>
      <h2 id=${id}>
        ${title}
      </h2>
      ${lead && html`<p class="hint">${lead}</p>`} ${children}
    </section>`;
}

/** A secret that is shown this once. @param {{secret: string, children?: Children}} props */
export const ShownOnce = ({ secret, children }) => html`
  <div class="notice" role="status">
    <p>
      ${t("tokens.once")} <code class="secret">${secret}</code>${" "}
      <${IconButton} name="copy" label=${t("copy")} onClick=${() => copy(secret)} />
    </p>
    ${children}
  </div>`;

/** @param {{label: string, checked: boolean, disabled?: boolean, onChange: (isOn: boolean) => unknown}} props */
export const Switch = ({ label, checked, disabled, onChange }) => html`
  <label class="switch">
    <input
      type="checkbox"
      role="switch"
      checked=${checked}
      disabled=${disabled}
      onChange=${(/** @type {On<HTMLInputElement>} */ event) => onChange(event.currentTarget.checked)}
    />${" "}
    ${label}
  </label>`;

/** Of a form: a switch whose value is sent as `on`. @param {{name: string, label: string, checked?: boolean}} props */
export const SwitchField = ({ name, label, checked }) => html`
  <label class="switch">
    <input type="checkbox" role="switch" name=${name} checked=${checked} />${" "}
    ${label}
  </label>`;
