/** A menu, and how something is shown beside what it belongs to. */
import { classes, html, useLayoutEffect, useRef, useState } from "../../core.js";
import { Icon } from "./icons.js";

/** @import { Children, Ref, VNode } from "../../../../types" */
/** @import { IconName } from "./icons.js" */

const EDGE = 8;
const GAP = 4;

/**
 * Show `element` beside `anchor` where there is room, whatever scrolls or clips around it.
 *
 * @param {HTMLElement} element
 * @param {Element} anchor
 */
export function float(element, anchor, align = "end") {
  const at = anchor.getBoundingClientRect();
  const above = at.top - GAP - EDGE;
  const below = innerHeight - at.bottom - GAP - EDGE;
  const isBelow = element.offsetHeight <= below || below >= above;
  const left = align === "start" ? at.left : at.right - element.offsetWidth;
  Object.assign(element.style, {
    maxHeight: `${isBelow ? below : above}px`,
    // By the edge that touches the anchor, as what is shown may grow and shrink.
    top: isBelow ? `${at.bottom + GAP}px` : "auto",
    bottom: isBelow ? "auto" : `${innerHeight - at.top + GAP}px`,
    left: `${Math.max(EDGE, Math.min(left, innerWidth - element.offsetWidth - EDGE))}px`,
  });
}

/**
 * A button that opens a list of actions beside it.
 *
 * @param {{
 *   label: string, icon?: IconName, class?: string, children?: Children, align?: "start" | "end", button?: VNode,
 * }} props
 */
export function Menu({ label, icon, class: more, children, align = "end", button }) {
  const [isOpen, setOpen] = useState(false);
  /** @type {Ref<HTMLElement>} */
  const root = useRef(null);
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const list = /** @type {HTMLElement} */ (root.current.querySelector(".menu-list"));
    float(list, root.current, align);
    /** @param {Event} event */
    const away = (event) => root.current?.contains(/** @type {Node} */ (event.target)) || setOpen(false);
    document.addEventListener("pointerdown", away);
    itemsIn(root.current)[0]?.focus();
    return () => document.removeEventListener("pointerdown", away);
  }, [isOpen]);
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (!isOpen) return;
    const items = itemsIn(root.current);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    /** @type {Record<string, number>} */
    const ways = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
    const to = ways[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      items.at(to % items.length)?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      if (event.key === "Escape") event.stopPropagation();
      setOpen(false);
      root.current.querySelector("button")?.focus();
    }
  };
  return html`
    <div class=${classes("menu", more)} ref=${root} onKeyDown=${onKey}>
      <button
        type="button"
        class=${button ? "menu-button" : "icon-button"}
        aria-haspopup="menu"
        aria-expanded=${isOpen}
        aria-label=${button ? undefined : label}
        title=${label}
        onClick=${() => setOpen(!isOpen)}
      >
        ${
          button
            ? html`
              ${button}
              <span class="sr">${label}</span>`
            : html`
              <${Icon} name=${icon} />`
        }
      </button>
      ${
        isOpen &&
        html`
          <div
            class=${classes("menu-list", align)}
            role="menu"
            onClick=${() => setOpen(false)}
          >
            ${children}
          </div>`
      }
    </div>`;
}

/** @param {HTMLElement} menu @returns {HTMLElement[]} */
const itemsIn = (menu) =>
  [...menu.querySelectorAll("[role=menuitem],[role=menuitemradio]")].map((item) => /** @type {HTMLElement} */ (item));

/**
 * An action of a menu; `checked` makes it one of several choices.
 *
 * @param {{
 *   icon?: IconName, children?: Children, danger?: boolean, checked?: boolean, class?: string,
 * } & Record<string, unknown>} props
 */
export const MenuItem = ({ icon, children, danger, checked, class: more, ...rest }) => html`
  <button
    type="button"
    tabindex="-1"
    class=${classes("menu-item", danger && "danger", more)}
    role=${checked === undefined ? "menuitem" : "menuitemradio"}
    aria-checked=${checked}
    ...${rest}
  >
    ${icon && html`<${Icon} name=${icon} />`}
    <span>${children}</span>
    ${checked && html`<${Icon} name="check" class="end" />`}
  </button>`;
