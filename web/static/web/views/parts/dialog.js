/** Dialogs, and the toasts that stand in the topmost one. */
import { classes, html, Store, useLayoutEffect, useObserved, useRef } from "../../core.js";
import { t } from "../../i18n.js";
import { app } from "../../state.js";
import { Icon, IconButton } from "./icons.js";

/** @import { Children, Closing, Ref } from "../../../../types" */

/** The open dialogs, the last on top. */
const dialogs = new Store({ open: /** @type {object[]} */ ([]) });

/**
 * Toasts, by the topmost dialog: whatever is outside it is neither clear to see nor read aloud.
 *
 * @param {{within?: object}} props
 */
export function Toasts({ within }) {
  useObserved(app);
  useObserved(dialogs);
  const toasts = dialogs.state.open.at(-1) === within ? app.state.toasts : [];
  return html`
    <div class="toasts" role="status" aria-live="polite">
      ${toasts.map(
        (toast) => html`
          <p key=${toast.id} class=${`toast ${toast.kind}`}>
            ${toast.kind === "error" && html`<${Icon} name="warn" />`} ${toast.text}
          </p>`,
      )}
    </div>`;
}

/**
 * A modal dialog; the browser keeps the focus inside and gives it back.
 *
 * @param {Closing & {title: Children, wide?: boolean, children?: Children}} props
 */
export function Dialog({ title, onClose, wide, children }) {
  /** @type {Ref<HTMLDialogElement>} */
  const element = useRef(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog.showModal();
    dialogs.set({ open: [...dialogs.state.open, element] });
    /** @type {HTMLElement | null} */
    const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector("h2");
    first?.focus();
    return () => {
      dialogs.set({ open: dialogs.state.open.filter((open) => open !== element) });
      // Before it goes: what had the focus cannot take it as long as the dialog is open, and gets it by this.
      dialog.close();
    };
  }, []);
  // What it may stand in, such as a panel, closes by Escape too.
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => event.key === "Escape" && event.stopPropagation();
  /** @param {Event} event */
  const onCancel = (event) => {
    // Who closes a chooser of files without choosing cancels that alone.
    if (event.target !== element.current) return;
    event.preventDefault();
    onClose();
  };
  /** @param {Event} event */
  const onClick = (event) => event.target === element.current && onClose();
  return html`
    <dialog
      ref=${element}
      class=${classes("dialog", wide && "wide")}
      aria-labelledby="dialog-title"
      onKeyDown=${onKeyDown}
      onCancel=${onCancel}
      onClick=${onClick}
    >
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id="dialog-title" tabindex="-1">
            ${title}
          </h2>
          <${IconButton} name="close" label=${t("close")} onClick=${onClose} />
        </header>
        ${children}
      </div>
      <${Toasts} within=${element} />
    </dialog>`;
}
