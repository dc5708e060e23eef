/** What can be done with a message, from the bottom of a phone's screen: its tools, with their menu open. */
import { html, useLayoutEffect, useRef } from "../../core.js";
import { t } from "../../i18n.js";

/** @import { Children, Closing, Ref } from "../../../../types" */

/** The menu stays open as long as the sheet: were it closed by a finger beside it, all would move under that finger. */
/** @param {Event} event */
const keepOpen = (event) => event.stopPropagation();

/** @param {Closing & {children: Children}} props `children`: the tools */
export function Sheet({ onClose, children }) {
  /** @type {Ref<HTMLDialogElement>} */
  const element = useRef(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog.showModal();
    /** @type {HTMLElement | null} */
    const more = dialog.querySelector(".menu > button");
    more?.click();
    return () => dialog.close();
  }, []);
  // Whatever is chosen ends it, but for what opens a list of choices.
  /** @param {Event} event */
  const onClick = (event) => {
    const target = /** @type {Element} */ (event.target);
    const button = target.closest("button");
    if (target === element.current || (button && !button.hasAttribute("aria-expanded"))) onClose();
  };
  /** @param {Event} event */
  const onCancel = (event) => {
    event.preventDefault();
    onClose();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    event.stopPropagation();
    if (event.key === "Escape") onClose();
  };
  return html`
    <dialog
      ref=${element}
      class="sheet"
      aria-label=${t("message.actions")}
      onPointerDown=${keepOpen}
      onClick=${onClick}
      onCancel=${onCancel}
      onKeyDown=${onKeyDown}
    >
      ${children}
    </dialog>`;
}
