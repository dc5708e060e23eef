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

/** @param {{conversation: import("../conversation.js").Conversation, room: any, onRead?: () => void, intro?: any, rows?: any[], inThread?: boolean}} props */
export function Timeline({ conversation, room, onRead, intro }) {
  useObserved(conversation);
  const scroller = useRef(null);
  const inside = useRef(null);
  const place = useRef({ isAtEnd: true, anchor: /** @type {{id: string, top: number} | null} */ (null) });
  const drawn = useRef(new Map());
  const [hasNew, setHasNew] = useState(false);
  const { messages } = conversation;
  const seenLast = useRef(0);

  const note = () => {
    const box = scroller.current;
    if (!box) return;
    const isAtEnd = conversation.atEnd && box.scrollHeight - box.scrollTop - box.clientHeight < 48;
    place.current = { isAtEnd, anchor: anchorIn(box) };
    if (isAtEnd) {
      setHasNew(false);
      if (document.hasFocus()) onRead?.();
    }
  };
  const settle = () => {
    const box = scroller.current;
    if (!box) return;
    const { isAtEnd, anchor } = place.current;
    if (isAtEnd) box.scrollTop = box.scrollHeight;
    else if (anchor) {
      const row = box.querySelector(`[data-id="${anchor.id}"]`);
      if (row) box.scrollTop += row.getBoundingClientRect().top - box.getBoundingClientRect().top - anchor.top;
    }
  };
  const onScroll = () => {
    const box = scroller.current;
    note();
    if (box.scrollTop < NEAR) conversation.older();
    if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR) conversation.newer();
  };

  useLayoutEffect(() => {
    place.current = { isAtEnd: true, anchor: null };
    seenLast.current = 0;
  }, [conversation]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    if (conversation.wanted) {
      const row = box.querySelector(`[data-id="${conversation.wanted}"]`);
      if (row) {
        conversation.wanted = null;
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
      if (seenLast.current && !place.current.isAtEnd && !conversation.isMine(last)) setHasNew(true);
      seenLast.current = last.seq;
      if (place.current.isAtEnd && document.hasFocus()) onRead?.();
    }
    if (box.scrollHeight <= box.clientHeight + NEAR && conversation.isOpen && !conversation.atStart)
      conversation.older();
  });

  useEffect(() => {
    const sizes = new ResizeObserver(settle);
    sizes.observe(scroller.current);
    sizes.observe(inside.current);
    const onFocus = () => place.current.isAtEnd && onRead?.();
    addEventListener("focus", onFocus);
    return () => {
      sizes.disconnect();
      removeEventListener("focus", onFocus);
    };
  }, [conversation]);

  // Sending brings one's own words into view.
  const newestOut = conversation.outgoing.at(-1)?.key;
  useLayoutEffect(() => {
    if (newestOut && conversation.atEnd) {
      place.current.isAtEnd = true;
      settle();
    }
  }, [newestOut]);

  const toEnd = async () => {
    if (!conversation.atEnd) await conversation.open();
    place.current = { isAtEnd: true, anchor: null };
    settle();
    setHasNew(false);
    onRead?.();
  };
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
          ${conversation.error && html`<${Trouble} conversation=${conversation} />`}
          ${!conversation.isOpen && !conversation.error && html`<${Skeleton} />`}
          ${conversation.isOpen && conversation.atStart && intro}
          ${conversation.isLoadingOlder && html`<${Waiting} />`}
          <ol class="messages">${rowsOf(conversation, room, drawn.current)}</ol>
          ${conversation.atEnd && html`<${Outgoing} conversation=${conversation} room=${room} />`}
        </div>
      </div>
      ${
        (hasNew || (conversation.isOpen && !conversation.atEnd)) &&
        html`
          <button type="button" class="to-end" onClick=${toEnd}>
            <${Icon} name="down" /> ${hasNew ? t("timeline.new") : t("timeline.latest")}
          </button>`
      }
      <${Typing} conversation=${conversation} />
      <${Announcer} conversation=${conversation} room=${room} />
    </div>`;
}

/** The message at the top of what is seen, and where it stands. */
function anchorIn(box) {
  const top = box.getBoundingClientRect().top;
  for (const row of box.querySelectorAll("[data-id]")) {
    const place = row.getBoundingClientRect();
    if (place.bottom > top) return { id: row.dataset.id, top: place.top - top };
  }
  return null;
}

export function moveBetweenMessages(event, box) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const isOnRow = event.target.matches("[data-id]");
  if (!step || !(isOnRow || event.target === box)) return;
  const rows = [...box.querySelectorAll("[data-id]")];
  const at = isOnRow ? rows.indexOf(event.target) + step : rows.length - 1;
  if (rows[at]) {
    event.preventDefault();
    rows[at].focus();
    rows[at].scrollIntoView({ block: "nearest" });
  }
}

/**
 * The same element as the last time where nothing that it shows has changed, so that a row costs nothing when another does.
 *
 * @param {Map<string, {seen: any[], element: any}>} drawn by message id
 */
function rowOf(drawn, message, conversation, isFirst, room) {
  const { id, parent_message_id: parent } = message;
  const wantsEditor = conversation.toEdit === id && {};
  const seen = [
    message,
    isFirst,
    room,
    conversation.pinned.has(id),
    parent && conversation.find(parent),
    spoken(),
    wantsEditor,
  ];
  const before = drawn.get(id);
  if (before?.seen.every((value, i) => value === seen[i])) return before.element;
  const element = html`
    <${Message} key=${id} message=${message} conversation=${conversation} isFirst=${isFirst} room=${room} />`;
  drawn.set(id, { seen, element });
  return element;
}

function rowsOf(conversation, room, drawn) {
  const rows = [];
  let before = /** @type {import("../../../types").Message | null} */ (null);
  for (const message of conversation.messages) {
    const day = new Date(message.created_at).toDateString();
    const isNewDay = !before || new Date(before.created_at).toDateString() !== day;
    if (isNewDay)
      rows.push(
        html`<li class="day" key=${`day-${message.id}`}>
            <span>${dayName(message.created_at, now())}</span>
          </li>`,
      );
    const isFirstNew =
      message.seq > conversation.readSeq &&
      (!before || before.seq <= conversation.readSeq) &&
      !conversation.isMine(message);
    if (isFirstNew)
      rows.push(
        html`<li class="new-line" key="new">
            <span>${t("timeline.newLine")}</span>
          </li>`,
      );
    const isFirst = isNewDay || isFirstNew || !isRun(before, message);
    rows.push(rowOf(drawn, message, conversation, isFirst, room));
    before = message;
  }
  for (const id of drawn.keys()) if (!conversation.find(id)) drawn.delete(id);
  return rows;
}

/** Whether two neighbours are one person's words of the same moment. */
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

/** What is on its way: everything of the conversation, or the replies to `parent`. @param {{conversation: import("../conversation.js").Conversation, room: any, parent?: string}} props */
export function Outgoing({ conversation, room, parent }) {
  const rows = conversation.outgoing.filter((item) => !item.isHidden && (!parent || item.parent === parent));
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
                    <button type="button" class="link" onClick=${() => conversation.retry(item.key)}>
                      ${t("sending.retry")}
                    </button>
                    <button type="button" class="link" onClick=${() => conversation.discard(item.key)}>
                      ${t("sending.discard")}
                    </button>`
                }
              </p>
            </div>
          </li>`,
      )}
    </ol>`;
}

export function Typing({ conversation }) {
  const names = [...conversation.typing.values()].map((person) => stripBidi(person.name)).filter(Boolean);
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

/** Says what comes in to people who do not see it, and nothing of what was there before. */
function Announcer({ conversation, room }) {
  const last = conversation.atEnd ? conversation.messages.at(-1) : null;
  const first = useRef(null);
  if (last && first.current === null) first.current = last.seq;
  const isNew =
    last && last.seq > (first.current ?? Infinity) && !conversation.isMine(last) && room && !last.deleted_at;
  return html`
    <p class="sr" aria-live="polite">
      ${isNew ? t("message.said", { name: stripBidi(last.sender?.name ?? ""), text: excerpt(last.display_content, 300) }) : ""}
    </p>`;
}

function Trouble({ conversation }) {
  return html`
    <div class="trouble" role="alert">
      <${Icon} name="warn" />
      <p>${conversation.error.sentence}</p>
      <button type="button" class="button" onClick=${() => conversation.open()}>
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
