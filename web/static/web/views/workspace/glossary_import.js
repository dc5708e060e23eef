/** Terms of a glossary from a CSV file. */
import * as api from "../../api.js";
import { html, useRef, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { toast, withToast } from "../../toasts.js";
import { Icon } from "../parts/icons.js";

/** @import { On, Ref } from "../../../../types" */

/** The service reads no longer file. */
const MAX_CSV = 1024 * 1024;

/** @param {{path: string, onDone: () => unknown}} props */
export function ImportButton({ path, onDone }) {
  /** @type {Ref<HTMLInputElement>} */
  const chooser = useRef(null);
  const [isBusy, setBusy] = useState(false);
  /** @param {File} file */
  const read = async (file) => {
    if (file.size > MAX_CSV) return toast(t("error.tooLarge"), "error");
    setBusy(true);
    await withToast(async () => {
      /** @type {{data: {added: number, changed: number}}} */
      const { data } = await api.post(`${path}/import`, { csv: await file.text() });
      toast(t("glossary.imported", data));
      await onDone();
    });
    return setBusy(false);
  };
  /** @param {On<HTMLInputElement>} event */
  const onChoose = ({ currentTarget: field }) => {
    const [file] = field.files ?? [];
    if (file) read(file);
    field.value = "";
  };
  return html`
    <button
      type="button"
      class="button"
      aria-busy=${isBusy}
      disabled=${isBusy}
      title=${t("glossary.importHint")}
      onClick=${() => chooser.current.click()}
    >
      <${Icon} name="sheet" /> ${t("glossary.import")}
    </button>
    <input
      ref=${chooser}
      type="file"
      accept=".csv,text/csv"
      hidden
      aria-label=${t("glossary.import")}
      onChange=${onChoose}
    />`;
}
