/** Moving the focus from message to message. */

/** @import { On } from "../../../../types" */

/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/**
 * Move the focus from message to message.
 *
 * @param {On<HTMLElement, KeyboardEvent>} event
 * @param {HTMLElement} box what scrolls
 */
export function moveBetweenMessages(event, box) {
  const step = STEPS[event.key];
  const isOnRow = event.target.matches("[data-id]");
  if (!step || !(isOnRow || event.target === box)) return;
  const rows = [.../** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("[data-id]"))];
  const at = isOnRow ? rows.indexOf(/** @type {HTMLElement} */ (event.target)) + step : rows.length - 1;
  if (rows[at]) {
    event.preventDefault();
    rows[at].focus();
    rows[at].scrollIntoView({ block: "nearest" });
  }
}
