/** A temporary room for a visitor: a nickname, a language, and then one conversation. */
import { classes, html, useEffect, useMemo, useObserved, useState } from "../core.js";
import { LANGUAGES, moment, speak, spoken, t } from "../i18n.js";
import { stripBidi } from "../text.js";
import { join, leave, resumeStay, sendTyping, visit } from "../visit.js";
import { Composer } from "./composer/composer.js";
import { Form } from "./parts/form.js";
import { Icon, IconButton, Logo } from "./parts/icons.js";
import { Name } from "./parts/people.js";
import { LanguagePicker } from "./signin/welcome.js";
import { Timeline } from "./timeline/timeline.js";

/** @import { Stay } from "../../../types" */

/** @typedef {{id: string, isEmbedded: boolean}} OfRoom */

/** @param {Stay | null} stay */
function setTitle(stay) {
  document.title = `${stay ? stripBidi(stay.room.display_name) : t("room.title")} · Rosetta`;
}

/** @param {OfRoom} props */
export function Room({ id, isEmbedded }) {
  useObserved(visit);
  const { stay, conversation, link, isOver } = visit.state;
  useEffect(() => {
    setTitle(resumeStay(id));
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
        onJump: (/** @type {string} */ messageId) => conversation?.reveal(messageId),
      },
    [stay, isOver],
  );
  if (isOver && !conversation?.window.isOpen) return html`<${Over} />`;
  if (!stay) return html`<${Join} id=${id} isEmbedded=${isEmbedded} />`;
  return html`
    <main class=${classes("room", isEmbedded && "embedded")}>
      <header class="room-head">
        <${Logo} />
        <div class="person">
          <h1>
            <${Name}>${stay.room.display_name}<//>
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
      ${
        !isOver &&
        html`
        <p class="room-readers"><${Icon} name="eye" /> ${t("room.readers")}</p>`
      }
      <div class=${classes("link-state", link !== "online" && !isOver && "late on")} role="status">
        ${link !== "online" && !isOver ? t("link.lost") : ""}
      </div>
      <${Timeline}
        conversation=${conversation}
        room=${room}
        intro=${html`<div class="intro">
            <h2>
              <${Name}>${stay.room.display_name}<//>
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
              onTyping=${sendTyping}
              autofocus=${true}
            />`
      }
    </main>`;
}

/** @param {OfRoom} props */
function Join({ id, isEmbedded }) {
  const [, again] = useState(0);
  /** @param {string} code */
  const pick = async (code) => {
    await speak(code);
    again((n) => n + 1);
  };
  /** @param {{nickname: string}} values */
  const submit = async ({ nickname }) => setTitle(await join(id, nickname));
  return html`
    <main class=${classes("room join", isEmbedded && "embedded")}>
      <div class="join-card">
        <div class="join-top">
          <${Logo} />
          <${LanguagePicker} value=${spoken()} onPick=${pick} />
        </div>
        <h1>${t("room.welcome")}</h1>
        <p class="lead">${t("room.lead")}</p>
        <p class="room-readers"><${Icon} name="eye" /> ${t("room.readers")}</p>
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
