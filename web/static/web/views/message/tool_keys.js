/** A message's tools by the arrow keys: Tab goes past them, so that it does not stop six times at each message. */
import { useLayoutEffect, useRef } from "../../core.js";

/** @import { On, Ref } from "../../../../types" */

/** @param {Element} tools @returns {HTMLButtonElement[]} those that are seen, not what they open */
const buttonsIn = (tools) =>
  [...tools.querySelectorAll(":scope > button, :scope > * > button")].filter(
    /** @returns {button is HTMLButtonElement} */ (button) =>
      button instanceof HTMLButtonElement && button.offsetWidth > 0,
  );

/** Move from a message to its tools. @param {HTMLElement} row @returns {boolean} whether it has any */
export function enterTools(row) {
  const tools = row.querySelector(".message-tools");
  const first = tools && buttonsIn(tools)[0];
  first?.focus();
  return Boolean(first);
}

/** What the group of tools is given. */
export function useToolKeys() {
  /** @type {Ref<HTMLElement>} */
  const ref = useRef(null);
  useLayoutEffect(() => {
    for (const button of ref.current.querySelectorAll("button")) button.tabIndex = -1;
  });
  /** @param {On<HTMLElement, KeyboardEvent>} event */
  const onKeyDown = (event) => {
    const buttons = buttonsIn(event.currentTarget);
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    if (at < 0) return;
    const row = /** @type {HTMLElement | null} */ (event.currentTarget.closest("[data-id]"));
    /** @type {Record<string, HTMLElement | null | undefined>} */
    const ways = {
      ArrowRight: buttons[at + 1] ?? buttons[0],
      ArrowLeft: buttons[at - 1] ?? row,
      Home: buttons[0],
      End: buttons.at(-1),
      Escape: row,
    };
    const to = event.altKey || event.ctrlKey || event.metaKey ? undefined : ways[event.key];
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    to.focus();
  };
  return { ref, onKeyDown };
}
