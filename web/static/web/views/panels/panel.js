/** The frame of what stands beside a conversation. */
import { html, useLayoutEffect, useRef, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { IconButton } from "../parts/icons.js";

/** @import { Children, Closing, Ref } from "../../../../types" */

/** @param {Closing & {title: string, children?: Children, class?: string, actions?: Children}} props */
export function Panel({ title, onClose, children, class: more = "", actions }) {
  /** @type {Ref<HTMLElement>} */
  const root = useRef(null);
  // Of before anything in here took the focus; a box to write in may do so first.
  const [before] = useState(() => /** @type {HTMLElement | null} */ (document.activeElement));
  useLayoutEffect(() => {
    /** @type {HTMLElement | null} */
    const first = root.current.querySelector("[data-first]") ?? root.current.querySelector("h2");
    first?.focus();
    return () => before?.isConnected && before.focus?.();
  }, []);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) onClose();
  };
  return html`
    <aside class=${`panel ${more}`} ref=${root} aria-label=${title} onKeyDown=${onKeyDown}>
      <header class="panel-head">
        <h2 tabindex="-1">${title}</h2>
        ${actions}
        <${IconButton} name="close" label=${t("close")} onClick=${onClose} />
      </header>
      ${children}
    </aside>`;
}
