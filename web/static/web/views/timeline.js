/**
 * The messages of a conversation on the screen. Only the conversation's window is in the page; reaching an end of it
 * fetches the next stretch, and what the eye rests on stays where it is.
 */
import { now } from "../api.js";
import { classes, html, useEffect, useLayoutEffect, useObserved, useRef, useState } from "../core.js";
import { dayName, list, spoken, t, time } from "../i18n.js";
import { excerpt, renderText, stripBidi } from "../text.js";
import { Message } from "./message.js";
import { Avatar, Icon, Name, Waiting } from "./parts.js";

const NEAR = 700;
const RUN = 5 * 60_000;

/** @import { Children, Conversation, InConversation, On, Ref, Room, VNode } from "../../../types" */
/** @import { Message as Row } from "../../../types" */

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
  const { messages } = conversation.window;
  const seenLast = useRef(0);

  const note = () => {
    const box = scroller.current;
    if (!box) return;
    const isAtEnd = conversation.window.atEnd && box.scrollHeight - box.scrollTop - box.clientHeight < 48;
    position.current = { isAtEnd, anchor: anchorIn(box) };
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
        (hasNew || (conversation.window.isOpen && !conversation.window.atEnd)) &&
        html`
          <button type="button" class="to-end" onClick=${toEnd}>
            <${Icon} name="down" /> ${hasNew ? t("timeline.new") : t("timeline.latest")}
          </button>`
      }
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

/**
 * What was drawn of each message, by its id, and of what.
 *
 * @typedef {Map<string, {seen: unknown[], element: VNode}>} Drawn
 */

/**
 * The same element as the last time where nothing that it shows has changed: a row costs nothing when another changes.
 *
 * @param {Drawn} drawn
 * @param {Row} message
 * @param {Conversation} conversation
 * @param {boolean} isFirst
 * @param {Room} room
 */
function rowOf(drawn, message, conversation, isFirst, room) {
  const { id, parent_message_id: parent } = message;
  const seen = [message, isFirst, room, conversation.pins.has(id), parent && conversation.find(parent), spoken()];
  const before = drawn.get(id);
  if (before?.seen.every((value, i) => value === seen[i])) return before.element;
  const element = html`
    <${Message} key=${id} message=${message} conversation=${conversation} isFirst=${isFirst} room=${room} />`;
  drawn.set(id, { seen, element });
  return element;
}

/** @param {Conversation} conversation @param {Room} room @param {Drawn} drawn */
function rowsOf(conversation, room, drawn) {
  const rows = [];
  let before = /** @type {Row | null} */ (null);
  for (const message of conversation.window.messages) {
    const day = new Date(message.created_at).toDateString();
    const isNewDay = !before || new Date(before.created_at).toDateString() !== day;
    if (isNewDay) {
      const name = dayName(message.created_at, now());
      rows.push(html`<li class="day" key=${`day-${message.id}`}><span>${name}</span></li>`);
    }
    const isFirstNew =
      message.seq > conversation.readMarker.newAfter &&
      (!before || before.seq <= conversation.readMarker.newAfter) &&
      !conversation.isMine(message);
    if (isFirstNew) rows.push(html`<li class="new-line" key="new"><span>${t("timeline.newLine")}</span></li>`);
    const isFirst = isNewDay || isFirstNew || !before || !isRun(before, message);
    rows.push(rowOf(drawn, message, conversation, isFirst, room));
    before = message;
  }
  for (const id of drawn.keys()) if (!conversation.find(id)) drawn.delete(id);
  return rows;
}

/** Whether one person wrote two neighbours at about the same time. @param {Row} before @param {Row} message */
function isRun(before, message) {
  return (
    before.sender &&
    message.sender &&
    before.sender.kind === message.sender.kind &&
    before.sender.id === message.sender.id &&
    !message.parent_message_id &&
    Date.parse(message.created_at) - Date.parse(before.created_at) < RUN
  );
}

/**
 * What is on its way: everything of the conversation, or the replies to `parent`.
 *
 * @param {InConversation & {parent?: string}} props
 */
export function Outgoing({ conversation, room, parent }) {
  const rows = conversation.outbox.items.filter((item) => !parent || item.parent === parent);
  if (!rows.length) return null;
  return html`
    <ol class="messages outgoing">
      ${rows.map(
        (item) => html`
          <li key=${item.key} class=${classes("message", "first", "mine", `is-${item.state}`)}>
            <${Avatar}
              name=${room.me?.name}
              url=${room.me?.avatar_url}
              seed=${`${room.isGuest ? "guest" : "user"}${room.me?.id}`}
            />
            <div class="message-main">
              <div class="message-head">
                <span class="message-name">
                  <${Name}>${room.me?.name}<//>
                </span>${" "}
                <time datetime=${item.at}>${time(item.at)}</time>
              </div>
              ${
                item.content &&
                html`
                  <div class="text" dir="auto">
                    ${renderText(item.content, { names: room.names, me: room.me })}
                  </div>`
              }
              ${
                item.files.length > 0 &&
                html`
                  <p class="hint">
                    <${Icon} name="clip" /> ${list(item.files.map((file) => stripBidi(file.client_name)))}
                  </p>`
              }
              <p class="sending" role="status">
                ${
                  item.state === "sending"
                    ? t("sending.now")
                    : html`
                      <${Icon} name=${item.state === "failed" ? "warn" : "again"} />${" "}
                      ${item.state === "waiting" ? t("sending.waiting") : item.error}`
                }
                ${
                  item.state !== "sending" &&
                  html`
                    <button type="button" class="link" onClick=${() => conversation.outbox.retry(item.key)}>
                      ${t("sending.retry")}
                    </button>
                    <button type="button" class="link" onClick=${() => conversation.outbox.discard(item.key)}>
                      ${t("sending.discard")}
                    </button>`
                }
              </p>
            </div>
          </li>`,
      )}
    </ol>`;
}

/** @param {{conversation: Conversation}} props */
export function Typing({ conversation }) {
  const names = [...conversation.typing.people.values()].map((person) => stripBidi(person.name)).filter(Boolean);
  return html`
    <p class=${classes("typing", names.length > 0 && "on")} aria-hidden=${names.length === 0}>
      ${
        names.length > 0 &&
        html`
          <span class="dots">
            <i></i>
            <i></i>
            <i></i>
          </span>${" "}
          ${names.length > 3 ? t("typing.many") : t("typing.some", { count: names.length, names: list(names) })}`
      }
    </p>`;
}

/**
 * Reads new messages aloud to people who do not see them, and none that was there before.
 *
 * @param {InConversation} props
 */
function Announcer({ conversation, room }) {
  const last = conversation.window.atEnd ? conversation.window.messages.at(-1) : null;
  const first = useRef(/** @type {number | null} */ (null));
  if (last && first.current === null) first.current = last.seq;
  const isNew =
    last && last.seq > (first.current ?? Infinity) && !conversation.isMine(last) && room && !last.deleted_at;
  const values = { name: stripBidi(last?.sender?.name), text: excerpt(last?.display_content, 300) };
  return html`<p class="sr" aria-live="polite">${isNew ? t("message.said", values) : ""}</p>`;
}

/** @param {{conversation: Conversation}} props */
function Trouble({ conversation }) {
  return html`
    <div class="trouble" role="alert">
      <${Icon} name="warn" />
      <p>${conversation.window.error?.sentence}</p>
      <button type="button" class="button" onClick=${() => conversation.window.open()}>
        ${t("sending.retry")}
      </button>
    </div>`;
}

const Skeleton = () => html`
  <div class="skeleton" role="status">
    <span class="sr">${t("loading")}</span>
    ${[72, 48, 86, 60, 40].map(
      (width) => html`
        <div class="bone" key=${width}>
          <i></i>
          <b style=${{ width: `${width}%` }}></b>
        </div>`,
    )}
  </div>`;
