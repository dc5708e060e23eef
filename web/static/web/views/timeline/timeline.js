/**
 * The messages of a conversation on the screen. Only the conversation's window is in the page; reaching an end of it
 * fetches the next stretch, and what the eye rests on stays where it is.
 */
import { html, useEffect, useLayoutEffect, useObserved, useRef, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { Icon } from "../parts/icons.js";
import { Waiting } from "../parts/lists.js";
import { moveBetweenMessages } from "./moving.js";
import { Announcer, AsWritten, Skeleton, Trouble, Typing } from "./notices.js";
import { Outgoing } from "./outgoing.js";
import { rowsOf } from "./rows.js";

/** @import { Children, InConversation, On, Ref } from "../../../../types" */
/** @import { Drawn } from "./rows.js" */

const NEAR = 700;

/** @param {InConversation & {onRead?: () => void, intro?: Children}} props */
export function Timeline({ conversation, room, onRead, intro }) {
  useObserved(conversation);
  /** @type {Ref<HTMLElement>} */
  const scroller = useRef(null);
  /** @type {Ref<HTMLElement>} */
  const inside = useRef(null);
  const position = useRef({ isAtEnd: true, anchor: /** @type {Anchor | null} */ (null) });
  const drawn = useRef(/** @type {Drawn} */ (new Map()));
  /** The message to bring into view as soon as it is drawn. */
  const target = useRef("");
  const [hasNew, setHasNew] = useState(false);
  /** Whether more than a screen lies below. */
  const [isFar, setFar] = useState(false);
  const { messages } = conversation.window;
  const seenLast = useRef(0);

  const note = () => {
    const box = scroller.current;
    if (!box) return;
    const isAtEnd = conversation.window.atEnd && box.scrollHeight - box.scrollTop - box.clientHeight < 48;
    position.current = { isAtEnd, anchor: anchorIn(box) };
    setFar(box.scrollHeight - box.scrollTop - box.clientHeight > box.clientHeight);
    if (isAtEnd) {
      setHasNew(false);
      if (document.hasFocus()) onRead?.();
    }
  };
  const settle = () => {
    const box = scroller.current;
    if (!box) return;
    const { isAtEnd, anchor } = position.current;
    if (isAtEnd) box.scrollTop = box.scrollHeight;
    else if (anchor) {
      const row = box.querySelector(`[data-id="${anchor.id}"]`);
      if (row) box.scrollTop += row.getBoundingClientRect().top - box.getBoundingClientRect().top - anchor.top;
    }
  };
  const onScroll = () => {
    const box = scroller.current;
    note();
    if (box.scrollTop < NEAR) conversation.window.older();
    if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR) conversation.window.newer();
  };

  useLayoutEffect(() => {
    position.current = { isAtEnd: true, anchor: null };
    seenLast.current = 0;
    target.current = "";
    return conversation.revealed.listen((id) => {
      target.current = id;
    });
  }, [conversation]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    if (target.current) {
      /** @type {HTMLElement | null} */
      const row = box.querySelector(`[data-id="${target.current}"]`);
      if (row) {
        target.current = "";
        row.scrollIntoView({ block: "center" });
        row.classList.add("flash");
        row.focus({ preventScroll: true });
        setTimeout(() => row.classList.remove("flash"), 2000);
        note();
        return;
      }
    }
    settle();
    const last = messages.at(-1);
    if (last && last.seq > seenLast.current) {
      if (seenLast.current && !position.current.isAtEnd && !conversation.isMine(last)) setHasNew(true);
      seenLast.current = last.seq;
      if (position.current.isAtEnd && document.hasFocus()) onRead?.();
    }
    if (box.scrollHeight <= box.clientHeight + NEAR && conversation.window.isOpen && !conversation.window.atStart)
      conversation.window.older();
  });

  useEffect(() => {
    const sizes = new ResizeObserver(settle);
    sizes.observe(scroller.current);
    sizes.observe(inside.current);
    const onFocus = () => position.current.isAtEnd && onRead?.();
    addEventListener("focus", onFocus);
    return () => {
      sizes.disconnect();
      removeEventListener("focus", onFocus);
    };
  }, [conversation]);

  // Sending brings one's own message into view.
  const newestOut = conversation.outbox.items.at(-1)?.key;
  useLayoutEffect(() => {
    if (newestOut && conversation.window.atEnd) {
      position.current.isAtEnd = true;
      settle();
    }
  }, [newestOut]);

  const toEnd = async () => {
    if (!conversation.window.atEnd) await conversation.window.open();
    position.current = { isAtEnd: true, anchor: null };
    settle();
    setHasNew(false);
    onRead?.();
  };
  /** @param {On<HTMLElement, KeyboardEvent>} event */
  const onKeyDown = (event) => moveBetweenMessages(event, scroller.current);

  return html`
    <div class="timeline">
      <div
        class="scroller"
        ref=${scroller}
        onScroll=${onScroll}
        onKeyDown=${onKeyDown}
        tabindex="0"
        role="region"
        aria-label=${t("timeline.label")}
      >
        <div class="inside" ref=${inside}>
          ${conversation.window.error && html`<${Trouble} conversation=${conversation} />`}
          ${!conversation.window.isOpen && !conversation.window.error && html`<${Skeleton} />`}
          ${conversation.window.isOpen && conversation.window.atStart && intro}
          ${conversation.window.isLoadingOlder && html`<${Waiting} />`}
          <ol class="messages">${rowsOf(conversation, room, drawn.current)}</ol>
          ${conversation.window.atEnd && html`<${Outgoing} conversation=${conversation} room=${room} />`}
        </div>
      </div>
      ${
        (hasNew || isFar || (conversation.window.isOpen && !conversation.window.atEnd)) &&
        html`
          <button type="button" class="to-end" onClick=${toEnd}>
            <${Icon} name="down" /> ${hasNew ? t("timeline.new") : t("timeline.latest")}
          </button>`
      }
      <${AsWritten} conversation=${conversation} room=${room} />
      <${Typing} conversation=${conversation} />
      <${Announcer} conversation=${conversation} room=${room} />
    </div>`;
}

/** @typedef {{id: string, top: number}} Anchor a message, and how far below the top of what is seen it stands */

/** The message at the top of what is seen. @param {HTMLElement} box @returns {Anchor | null} */
function anchorIn(box) {
  const top = box.getBoundingClientRect().top;
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("[data-id]"))) {
    const edges = row.getBoundingClientRect();
    if (edges.bottom > top) return { id: row.dataset.id ?? "", top: edges.top - top };
  }
  return null;
}
