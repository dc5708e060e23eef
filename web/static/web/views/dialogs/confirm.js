/** The question before something that cannot be taken back. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";

/** @import { Children, Closing } from "../../../../types" */

/**
 * Asks for confirmation. A refusal of the service is shown here.
 *
 * @param {Closing & {title: string, children?: Children, button: string, work: () => Promise<unknown>}} props
 */
export function Confirm({ title, children, button, work, onClose }) {
  const submit = async () => {
    await work();
    onClose();
  };
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <p>${children}</p>
      <${Form}
        submit=${submit}
        button=${button}
        danger
        fields=${[]}
        after=${html`<button type="button" class="button" onClick=${onClose}>
            ${t("cancel")}
          </button>`}
      />
    <//>`;
}
