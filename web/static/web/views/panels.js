/** What stands beside a conversation: a thread, pins, search, and who is here. */
import * as api from "../api.js";
import { html, useEffect, useLayoutEffect, useMemo, useObserved, useRef, useState, withValue } from "../core.js";
import { languageName, moment, t } from "../i18n.js";
import { app } from "../state.js";
import { excerpt, stripBidi } from "../text.js";
import { withToast } from "../toasts.js";
import { loadMembers } from "../workspaces.js";
import { Composer } from "./composer.js";
import { Confirm } from "./dialogs.js";
import { Message } from "./message.js";
import { Avatar, Empty, Icon, IconButton, Menu, MenuItem, Name, Waiting } from "./parts.js";
import { moveBetweenMessages, Outgoing } from "./timeline.js";

/** @import { FoundMessageListAnswer } from "../../../schema" */
/** @import { Children, Closing, FoundMessage, InConversation, Member, Message as Row } from "../../../types" */
/** @import { MessagePage, On, Person, Ref } from "../../../types" */

/** @typedef {(row: Row | FoundMessage) => void} Jump */

/** @param {Closing & {title: string, children?: Children, class?: string}} props */
export function Panel({ title, onClose, children, class: more = "" }) {
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
        <${IconButton} name="close" label=${t("close")} onClick=${onClose} />
      </header>
      ${children}
    </aside>`;
}

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
 * @param {InConversation & Closing & {id: string, onTyping: () => void}} props
 */
export function Thread({ conversation, room, id, onClose, onTyping }) {
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
        conversation.upsert(parent);
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
  useEffect(() => end.current?.scrollIntoView({ block: "nearest" }), [rows.at(-1)?.id, sending]);
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
  /** @param {On<HTMLElement, KeyboardEvent>} event */
  const onKeyDown = (event) => moveBetweenMessages(event, event.currentTarget);
  return html`
    <${Panel} title=${t("thread.title")} onClose=${onClose} class="thread">
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

/**
 * One line of a list of messages.
 *
 * @param {{row: Row | FoundMessage, where?: string, onJump: Jump, query?: string}} props
 */
function Found({ row, where, onJump, query = "" }) {
  return html`
    <li>
      <button type="button" class="found" onClick=${() => onJump(row)}>
        <span class="found-head">
          <strong>
            <${Name}>${row.sender?.name ?? t("message.service")}<//>
          </strong>${" "}
          <span class="hint">
            ${
              where
                ? html`
                  <${Name}>${where}<//> ·${" "}`
                : ""
            }
            ${moment(row.created_at)}
          </span>
        </span>
        <span class="found-text" dir="auto" lang=${row.display_language}>
          ${
            "snippet" in row
              ? snippet(row.snippet, query)
              : excerpt(row.display_content, 220) ||
                row.attachments?.map((file) => stripBidi(file.client_name)).join(", ")
          }
        </span>
      </button>
    </li>`;
}

/** A snippet with the searched words marked. @param {string} text @param {string} query */
function snippet(text, query) {
  const words = query.replace(/"/g, " ").trim().split(/\s+/).filter(Boolean);
  if (!words.length) return text;
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "giu");
  return text.split(pattern).map((piece, i) => (i % 2 ? html`<mark>${piece}</mark>` : piece));
}

/** @param {Closing & {conversation: InConversation["conversation"], onJump: Jump}} props */
export function Pins({ conversation, onJump, onClose }) {
  useObserved(conversation);
  const [rows, setRows] = useState(/** @type {Row[] | null} */ (null));
  useEffect(() => {
    withToast(async () => {
      /** @type {MessagePage} */
      const { data } = await api.get(`${conversation.path}/pins`, { limit: 100 });
      setRows(data);
    });
  }, [conversation, [...conversation.pins.ids].join(), app.state.language]);
  return html`
    <${Panel} title=${t("pins.title")} onClose=${onClose}>
      <div class="panel-body" tabindex="0" role="region" aria-label=${t("pins.title")}>
        ${
          rows === null
            ? html`
              <${Waiting} />`
            : rows.length
              ? html`
                <ul class="founds">
                  ${rows.map(
                    (row) => html`
                      <${Found} key=${row.id} row=${row} onJump=${onJump} />`,
                  )}
                </ul>`
              : html`
                <${Empty} icon="pin" title=${t("pins.none")}>
                  ${t("pins.hint")}
                <//>`
        }
      </div>
    <//>`;
}

/** @param {Closing & {workspaceId: string, nameOf: (row: FoundMessage) => string | undefined, onJump: Jump}} props */
export function Search({ workspaceId, nameOf, onJump, onClose }) {
  const [query, setQuery] = useState("");
  const [rows, setRows] = useState(/** @type {FoundMessage[] | null} */ (null));
  const [more, setMore] = useState(/** @type {string | null} */ (null));
  const newest = useRef(query);
  newest.current = query;
  /** @param {string} [before] */
  const ask = async (before) => {
    /** @type {FoundMessageListAnswer | undefined} */
    const answer = await withToast(() => api.get(`/workspaces/${workspaceId}/search`, { q: query.trim(), before }));
    // Answers may overtake each other: one of other words is no longer wanted.
    if (!answer || newest.current !== query) return;
    setRows((old) => (before ? [...(old ?? []), ...answer.data] : answer.data));
    setMore(answer.meta?.next_before ?? null);
  };
  useEffect(() => {
    if (!query.trim()) return setRows(null);
    const timer = setTimeout(() => ask(undefined), 250);
    return () => clearTimeout(timer);
  }, [query]);
  return html`
    <${Panel} title=${t("search.title")} onClose=${onClose}>
      <div class="search-box">
        <${Icon} name="search" />
        <input
          data-first
          type="search"
          maxlength="200"
          aria-label=${t("search.title")}
          placeholder=${t("search.hint")}
          value=${query}
          onInput=${withValue(setQuery)}
        />
      </div>
      <div class="panel-body" tabindex="0" role="region" aria-label=${t("search.results")} aria-live="polite">
        ${
          rows &&
          (rows.length
            ? html`
              <ul class="founds">
                ${rows.map(
                  (row) => html`
                    <${Found} key=${row.id} row=${row} where=${nameOf(row)} query=${query} onJump=${onJump} />`,
                )}
              </ul>`
            : html`
              <${Empty} icon="search" title=${t("search.none")}>
                ${t("search.noneHint")}
              <//>`)
        }
        ${
          more &&
          html`
            <button type="button" class="button" onClick=${() => ask(more)}>
              ${t("more")}
            </button>`
        }
      </div>
    <//>`;
}

/** What an owner may do with somebody. @param {{workspaceId: string, row: Member, onRemove: () => void}} props */
function MemberMenu({ workspaceId, row, onRemove }) {
  const path = `/workspaces/${workspaceId}/members/${row.id}`;
  /** @param {string} role */
  const give = (role) =>
    withToast(async () => {
      await api.put(path, { role });
      await loadMembers(workspaceId);
    });
  return html`
    <${Menu} label=${t("members.change", { name: stripBidi(row.user.name) })} icon="more">
      ${["owner", "admin", "member"].map(
        (choice) => html`
          <${MenuItem} key=${choice} checked=${choice === row.role} onClick=${() => give(choice)}>
            ${t(`role.${choice}`)}
          <//>`,
      )}
      <hr />
      <${MenuItem} icon="trash" danger onClick=${onRemove}>
        ${t("members.remove", { name: stripBidi(row.user.name) })}
      <//>
    <//>`;
}

/**
 * @param {Closing & {
 *   workspaceId: string, role?: string | null, onMessage: (person: Person) => void, onInvite?: () => void,
 * }} props
 */
export function Members({ workspaceId, role, onClose, onMessage, onInvite }) {
  const { members, presence, me } = app.state;
  const rows = members[workspaceId];
  const [leaving, setLeaving] = useState(/** @type {Member | null} */ (null));
  useEffect(() => {
    withToast(() => loadMembers(workspaceId));
  }, [workspaceId]);
  const remove = async () => {
    await api.remove(`/workspaces/${workspaceId}/members/${leaving?.id}`);
    await loadMembers(workspaceId);
  };
  return html`
    <${Panel} title=${t("members.title")} onClose=${onClose}>
      <div class="panel-body" tabindex="0" role="region" aria-label=${t("members.title")}>
        ${
          onInvite &&
          html`
            <button type="button" class="button wide" onClick=${onInvite}>
              <${Icon} name="link" /> ${t("invite.make")}
            </button>`
        }
        ${
          !rows
            ? html`
              <${Waiting} />`
            : html`
              <ul class="people">
                ${rows.map(
                  (row) => html`
                    <li key=${row.id}>
                      <span class=${`presence ${presence[row.user.id] ?? ""}`}>
                        <${Avatar} name=${row.user.name} url=${row.user.avatar_url} seed=${`user${row.user.id}`} />
                      </span>
                      <span class="person">
                        <strong>
                          <${Name}>${row.user.name}<//>
                        </strong>
                        <span class="hint">
                          ${t(`role.${row.role}`)}
                          ${row.preferred_language ? ` · ${languageName(row.preferred_language)}` : ""}
                        </span>
                      </span>
                      ${
                        row.user.id !== me.id &&
                        role === "owner" &&
                        html`
                          <${MemberMenu} workspaceId=${workspaceId} row=${row} onRemove=${() => setLeaving(row)} />`
                      }
                      ${
                        row.user.id !== me.id &&
                        html`
                          <${IconButton}
                            name="thread"
                            label=${t("direct.write", { name: stripBidi(row.user.name) })}
                            onClick=${() => onMessage(row.user)}
                          />`
                      }
                    </li>`,
                )}
              </ul>`
        }
      </div>
    <//>
    ${
      leaving &&
      html`
        <${Confirm}
          title=${t("members.remove", { name: stripBidi(leaving.user.name) })}
          button=${t("members.remove", { name: stripBidi(leaving.user.name) })}
          work=${remove}
          onClose=${() => setLeaving(null)}
        >
          ${t("members.removeSure")}
        <//>`
    }`;
}
