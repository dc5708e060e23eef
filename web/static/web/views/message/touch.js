/** A message under a finger: a long press opens its sheet, a swipe to the right replies. */
import { useRef } from "../../core.js";

/** @import { On, Ref } from "../../../../types" */

const LONG_MS = 450;
const STILL = 10;
const FAR = 64;
const FURTHEST = 88;
/** A browser's own gesture begins there. */
const EDGE = 24;
/** What a finger does something else with. */
const OWN = "a, button, input, textarea, select, video, audio, pre, .table, dialog";

/** @typedef {{x: number, y: number, timer: number, way: "" | "swipe" | "other", row: HTMLElement}} Press */

/**
 * Handlers of a message's row; of a gesture that has nothing to do, `onLongPress` or `onSwipe` is left out.
 *
 * @param {{onLongPress?: (() => void) | false, onSwipe?: (() => unknown) | false}} gestures
 */
export function useTouch({ onLongPress, onSwipe }) {
  /** @type {Ref<Press | null>} */
  const press = useRef(null);
  const end = () => {
    const current = press.current;
    if (!current) return;
    clearTimeout(current.timer);
    current.row.style.removeProperty("--swipe");
    current.row.classList.remove("swiped", "armed");
    press.current = null;
  };
  /** @param {On<HTMLElement, TouchEvent>} event */
  const onTouchStart = (event) => {
    end();
    const isOther = event.touches.length > 1 || (event.target instanceof Element && event.target.closest(OWN));
    if (isOther) return;
    const { clientX: x, clientY: y } = event.touches[0];
    const timer = setTimeout(() => {
      end();
      if (onLongPress) onLongPress();
    }, LONG_MS);
    press.current = { x, y, timer, way: "", row: event.currentTarget };
  };
  /** @param {On<HTMLElement, TouchEvent>} event */
  const onTouchMove = (event) => {
    const current = press.current;
    if (!current || current.way === "other") return;
    const across = event.touches[0].clientX - current.x;
    const down = Math.abs(event.touches[0].clientY - current.y);
    if (!current.way && Math.max(Math.abs(across), down) < STILL) return;
    if (!current.way) {
      clearTimeout(current.timer);
      current.way = onSwipe && current.x > EDGE && across > down * 2 ? "swipe" : "other";
      if (current.way === "other") return;
      current.row.classList.add("swiped");
    }
    if (event.cancelable) event.preventDefault();
    current.row.style.setProperty("--swipe", `${Math.max(0, Math.min(FURTHEST, across))}px`);
    current.row.classList.toggle("armed", across >= FAR);
  };
  const onTouchEnd = () => {
    const isArmed = press.current?.row.classList.contains("armed");
    end();
    if (isArmed && onSwipe) onSwipe();
  };
  return { onTouchStart, onTouchMove, onTouchEnd, onTouchCancel: end };
}
