/** A temporary room for a visitor: a nickname, a language, and then one conversation. Speaks with a guest's token, never a cookie. */
import * as api from "../api.js";
import { classes, html, safeStorage, Store, useEffect, useMemo, useObserved, useState } from "../core.js";
import { Conversation } from "../conversation.js";
import { LANGUAGES, moment, speak, spoken, t } from "../i18n.js";
import { Stream } from "../socket.js";
import { stripBidi } from "../text.js";
import { Composer } from "./composer.js";
import { Form, Icon, IconButton, Logo, Name } from "./parts.js";
import { LanguagePicker } from "./signin.js";
import { Timeline } from "./timeline.js";

/** The code of a socket whose guest's room has ended. */
const ROOM_ENDED = 4403;

const stays = safeStorage(() => localStorage);

/** @type {Store<{stay: import("../../../types").Stay | null, conversation: Conversation, link: string, isOver: boolean}>} */
const visit = new Store({
  stay: null,
  conversation: /** @type {any} */ (null),
  link: "connecting",
  isOver: false,
});
/** @type {Stream | null} */
let stream = null;

function begin(roomId, stay) {
  visit.state.conversation?.close();
  api.callAsGuest(stay.session.token);
  const conversation = new Conversation({
    id: stay.room.channel_id,
    path: `/external/rooms/${roomId}`,
    mine: () => ({ kind: "guest", id: stay.guest.id }),
    isGuest: true,
  });
  visit.set({ stay, conversation, isOver: false });
  api.whenSignedOut(() => forget(roomId));
  api.whenUnanswered(() => stream?.check());
  stream = new Stream({
    protocols: [`guest.${stay.session.token}`],
    onState: (link) => visit.set({ link }),
    onReady: (isFirst) => conversation.connected(isFirst),
    onEvent: ({ event, data }) => {
      if (event === "room.extended") lengthen(roomId, data.expires_at);
      conversation.apply(event, data);
    },
    onSignal: ({ event, data }) => {
      const who = data?.sender ?? data?.user ?? data ?? {};
      if (event === "typing" && String(who.id ?? who.user_id) !== String(stay.guest.id))
        conversation.showTyping(`${who.kind ?? "user"}:${who.id ?? who.user_id}`, who.name ?? "");
    },
    onReset: () => conversation.reread(),
    onRefused: (code) => (code === ROOM_ENDED ? end() : forget(roomId)),
  });
  conversation.watch(() => conversation.isOver && visit.state.conversation === conversation && end());
  conversation.open();
}

/** The room stays open longer, and so does the visitor. */
function lengthen(roomId, until) {
  const { stay } = visit.state;
  if (!stay) return;
  const longer = {
    ...stay,
    room: { ...stay.room, expires_at: until },
    session: { ...stay.session, expires_at: until },
  };
  stays.set(`stay.${roomId}`, longer);
  visit.set({ stay: longer });
}

/** The room is over. The stay is kept: whoever comes back is told so again, or is in again once staff opened it anew. */
function end() {
  stream?.close();
  visit.state.conversation?.close();
  visit.set({ isOver: true });
}

/** The visitor's token opens nothing any more. */
function forget(roomId) {
  stays.set(`stay.${roomId}`, null);
  end();
}

export function Room({ id, isEmbedded }) {
  useObserved(visit);
  const { stay, conversation, link, isOver } = visit.state;
  useEffect(() => {
    api.callAsGuest("");
    const before = stays.get(`stay.${id}`);
    // Its time may have been lengthened meanwhile: only the service knows whether it is over.
    if (before) begin(id, before);
    document.title = `${before?.room?.display_name ?? before?.room?.name ?? t("room.title")} · Rosetta`;
  }, [id]);
  useEffect(() => {
    if (isEmbedded) document.documentElement.classList.add("embedded");
  }, []);
  const room = useMemo(
    () =>
      stay && {
        me: { id: stay.guest.id, name: stay.guest.nickname },
        language: stay.guest.preferred_language,
        names: new Map(),
        isGuest: true,
        canAttach: true,
        isClosed: isOver,
        onJump: (messageId) => conversation.show(messageId),
      },
    [stay, isOver],
  );
  if (isOver && !conversation?.isOpen) return html`<${Over} />`;
  if (!stay) return html`<${Join} id=${id} isEmbedded=${isEmbedded} />`;
  return html`
    <main class=${classes("room", isEmbedded && "embedded")}>
      <header class="room-head">
        <${Logo} />
        <div class="person">
          <h1>
            <${Name}>${stay.room.display_name ?? stay.room.name}<//>
          </h1>
          <span class="hint">
            ${isOver ? t("room.over") : t("room.until", { date: moment(stay.room.expires_at) })}
          </span>
        </div>
        <span class="room-language" lang=${stay.guest.preferred_language}>
          <${Icon} name="globe" /> ${LANGUAGES[stay.guest.preferred_language]}
        </span>
        <${IconButton} name="out" label=${t("room.leave")} onClick=${() => leave(id)} />
      </header>
      <div class=${classes("link-state", link !== "online" && !isOver && "late on")} role="status">
        ${link !== "online" && !isOver ? t("link.lost") : ""}
      </div>
      <${Timeline}
        conversation=${conversation}
        room=${room}
        intro=${html`<div class="intro">
            <h2>
              <${Name}>${stay.room.display_name ?? stay.room.name}<//>
            </h2>
            <p>${t("room.intro")}</p>
          </div>`}
      />
      ${
        isOver
          ? html`
            <p class="archived">${t("room.ended")}</p>`
          : html`
            <${Composer}
              conversation=${conversation}
              room=${room}
              label=${t("composer.write")}
              onTyping=${() => stream?.send({ type: "typing", conversation_id: conversation.id })}
              autofocus=${true}
            />`
      }
    </main>`;
}

function leave(id) {
  stream?.close();
  visit.state.conversation?.close();
  stays.set(`stay.${id}`, null);
  api.callAsGuest("");
  visit.set({ stay: null, isOver: false });
}

function Join({ id, isEmbedded }) {
  const [, again] = useState(0);
  const pick = async (code) => {
    await speak(code);
    again((n) => n + 1);
  };
  const submit = async ({ nickname }) => {
    try {
      const { data } = await api.post(
        `/external/rooms/${id}/guests`,
        { nickname, preferred_language: spoken() },
        { anonymous: true },
      );
      stays.set(`stay.${id}`, data);
      document.title = `${stripBidi(data.room.display_name)} · Rosetta`;
      begin(id, data);
    } catch (error) {
      if (error.status === 410 || error.status === 404) visit.set({ isOver: true });
      throw error;
    }
  };
  return html`
    <main class=${classes("room join", isEmbedded && "embedded")}>
      <div class="join-card">
        <div class="join-top">
          <${Logo} />
          <${LanguagePicker} value=${spoken()} onPick=${pick} />
        </div>
        <h1>${t("room.welcome")}</h1>
        <p class="lead">${t("room.lead")}</p>
        <${Form}
          submit=${submit}
          button=${t("room.enter")}
          fields=${[
            {
              name: "nickname",
              label: t("room.nickname"),
              maxlength: 80,
              autocomplete: "nickname",
              autofocus: !isEmbedded,
            },
          ]}
        />
      </div>
    </main>`;
}

const Over = () => html`
  <main class="room join">
    <div class="join-card">
      <${Logo} />
      <h1>${t("room.over")}</h1>
      <p class="lead">${t("room.ended")}</p>
    </div>
  </main>`;
