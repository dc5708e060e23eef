/** A message and its replies. */
import { html, useEffect, useMemo, useObserved, useRef, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { app } from "../../state.js";
import { withToast } from "../../toasts.js";
import { Composer } from "../composer/composer.js";
import { Message } from "../message/message.js";
import { Waiting } from "../parts/lists.js";
import { moveBetweenMessages } from "../timeline/moving.js";
import { Outgoing } from "../timeline/outgoing.js";
import { Panel } from "./panel.js";

/** @import { Closing, InConversation, Message as Row, MessagePage, On, Ref } from "../../../../types" */

/** So many replies are read at once. */
const REPLIES = 100;

/**
 * What was read of a thread: from which number on its replies are here, and where older ones go on.
 *
 * @param {MessagePage} page
 */
const readOf = ({ data, meta }) => ({ from: meta.next_before ? (data.at(-1)?.seq ?? 0) : 0, before: meta.next_before });

/**
 * A message and its replies. The conversation holds them, so that everything live holds here too.
 *
 * @param {InConversation & Closing & {id: string, at?: string, onTyping: () => void}} props
 *   `at`: the reply to bring into view
 */
export function Thread({ conversation, room, id, at, onClose, onTyping }) {
  useObserved(conversation);
  const [read, setRead] = useState(/** @type {{from: number, before: string | null} | null} */ (null));
  const newest = useRef(read);
  newest.current = read;
  /** @type {Ref<HTMLElement>} */
  const end = useRef(null);
  const path = `${conversation.path}/messages/${id}`;
  /** @param {string} [before] @returns {Promise<MessagePage>} */
  const readReplies = (before) => conversation.remote.ask(`${path}/replies`, { limit: REPLIES, before });
  /** @returns {Promise<{data: Row}>} */
  const readParent = () => conversation.remote.ask(path);
  useEffect(() => {
    let isStale = false;
    setRead(null);
    // What the stream brings from here on is newer than the answers.
    conversation.holdThread(id);
    Promise.all([readParent(), readReplies()]).then(
      ([{ data: parent }, replies]) => {
        if (isStale) return;
        conversation.holdThread(id, [parent, ...replies.data]);
        conversation.held.upsert(parent);
        setRead(readOf(replies));
      },
      (error) => isStale || (withToast(() => Promise.reject(error)), onClose()),
    );
    return () => {
      isStale = true;
      conversation.holdThread();
    };
  }, [conversation, id, app.state.language, conversation.window.readings]);
  const older = async () => {
    const answer = await withToast(() => readReplies(read?.before ?? undefined));
    // By now another thread may stand here, or this one in another language, or with these already.
    if (!answer || newest.current !== read || conversation.thread.id !== id) return;
    conversation.holdThread(id, answer.data);
    setRead(readOf(answer));
  };
  const rows = useMemo(() => {
    const all = [...conversation.thread.rows.values(), ...conversation.window.messages];
    // Replies before the gap wait for what stands between.
    const shown = all.filter((row) => row.id === id || (row.parent_message_id === id && row.seq >= (read?.from ?? 0)));
    return [...new Map(shown.map((row) => [row.id, row])).values()].sort((row, other) => row.seq - other.seq);
  }, [id, read, conversation.window.messages, conversation.thread.rows]);
  const sending = conversation.outbox.items.flatMap((item) => (item.parent === id ? item.key + item.state : [])).join();
  const wanted = useRef(at);
  useEffect(() => {
    wanted.current = at;
  }, [at]);
  useEffect(() => {
    /** @type {HTMLElement | "" | null | undefined} */
    const row = wanted.current && end.current?.parentElement?.querySelector(`[data-id="${wanted.current}"]`);
    if (!row) return void end.current?.scrollIntoView({ block: "nearest" });
    wanted.current = undefined;
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
    row.classList.add("flash");
    setTimeout(() => row.classList.remove("flash"), 2000);
  }, [rows.at(-1)?.id, sending, at]);
  const parent = rows.find((row) => row.id === id);
  const newestReply = rows.at(-1)?.id === id ? undefined : rows.at(-1)?.id;
  const unread = parent?.thread?.unread_count ?? 0;
  useEffect(() => {
    if (!read || !newestReply || !unread) return undefined;
    const mark = () => document.hasFocus() && conversation.writer.readThread(id, newestReply).catch(() => {});
    mark();
    addEventListener("focus", mark);
    return () => removeEventListener("focus", mark);
  }, [Boolean(read), newestReply, unread > 0]);
  const lines = rows.map(
    (row) => html`
      <${Message}
        key=${row.id}
        message=${row}
        conversation=${conversation}
        isFirst=${true}
        room=${room}
        inThread=${true}
      />`,
  );
  // Below the message, above the replies that are here.
  if (read?.before) {
    const button = html`<button type="button" class="button" onClick=${older}>${t("more")}</button>`;
    lines.splice(1, 0, html`<li class="older" key="older">${button}</li>`);
  }
  const isFollowing = Boolean(parent?.thread?.is_following);
  const follow =
    parent &&
    parent.reply_count > 0 &&
    html`
      <button
        type="button"
        class="button small"
        aria-pressed=${isFollowing}
        onClick=${() => withToast(() => conversation.writer.follow(id, !isFollowing))}
      >
        ${t(isFollowing ? "thread.following" : "thread.follow")}
      </button>`;
  /** @param {On<HTMLElement, KeyboardEvent>} event */
  const onKeyDown = (event) => moveBetweenMessages(event, event.currentTarget);
  return html`
    <${Panel} title=${t("thread.title")} onClose=${onClose} class="thread" actions=${follow}>
      <div
        class="panel-body"
        tabindex="0"
        role="region"
        aria-label=${t("thread.title")}
        onKeyDown=${onKeyDown}
      >
        ${!read && html`<${Waiting} />`}
        <ol class="messages">${lines}</ol>
        <${Outgoing} conversation=${conversation} room=${room} parent=${id} />
        <div ref=${end}></div>
      </div>
      ${
        !room.isReadOnly &&
        html`
          <${Composer}
            key=${id}
            conversation=${conversation}
            room=${room}
            parent=${id}
            label=${t("thread.write")}
            onTyping=${onTyping}
            autofocus=${true}
          />`
      }
    <//>`;
}
