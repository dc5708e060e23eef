/** The middle: one conversation, with its head, its messages and what one writes. */
import { conversationOf, refreshRoomState, setShown } from "../../conversations.js";
import { html, useEffect, useMemo, useObserved } from "../../core.js";
import { t } from "../../i18n.js";
import { channelPath, directPath } from "../../paths.js";
import { app } from "../../state.js";
import { sendTyping } from "../../stream_events.js";
import { stripBidi } from "../../text.js";
import { findListed, patchListed, withoutReplies } from "../../workspaces.js";
import { DemoNotice, FirstSteps } from "../first_steps.js";
import { Composer } from "../composer/composer.js";
import { LinkState } from "../link_state.js";
import { FilesPanel } from "../panels/files.js";
import { Pins } from "../panels/pins.js";
import { Thread } from "../panels/thread.js";
import { Icon } from "../parts/icons.js";
import { Name } from "../parts/people.js";
import { Timeline } from "../timeline/timeline.js";
import { TranslationBanner } from "../translation_banner.js";
import { Gone, Locked } from "./closed.js";
import { Head } from "./head.js";
import { peopleOf } from "./readers.js";

/** @import { Workspace } from "../../../../types" */
/** @import { JumpTo } from "../panels/found.js" */

/**
 * What stands beside the conversation; of a thread, the message that it is about, and the reply to bring into view.
 *
 * @typedef {{kind: string, id?: string, at?: string} | null} PanelState
 */

/**
 * A direct conversation, or a channel of `workspace`.
 *
 * @param {{
 *   id: string, workspace: Workspace | undefined, isDirect: boolean, at: string | null,
 *   panel: PanelState, setPanel: (panel: PanelState) => void, setDialog: (dialog: string) => void,
 *   onMenu: () => void, jump: JumpTo, canInvite: boolean,
 * }} props
 */
export function Place({ id, workspace, isDirect, at, panel, setPanel, onMenu, setDialog, jump, canInvite }) {
  const { me, members } = app.state;
  const listed = findListed(id);
  // Listed elsewhere, in another workspace perhaps, it is not at this address.
  const place = (isDirect ? listed?.participant : listed?.workspace_id === workspace?.id) ? listed : undefined;
  const path = isDirect || !workspace ? directPath(id) : channelPath(workspace.id, id);
  const conversation = conversationOf(id, path);
  useObserved(conversation);
  const roll = workspace && members[workspace.id];
  const people = useMemo(() => peopleOf(place?.participant, roll, me), [place?.participant, roll, me]);
  const languages = [...new Set(people.flatMap((person) => person.language ?? []))];
  const names = useMemo(() => new Map(people.map((person) => [String(person.id), person.name])), [people]);
  const title = isDirect ? place?.participant?.name : place?.name;
  const needsPassword = !isDirect && place?.has_password && !place.is_member;

  useEffect(() => {
    setShown(id);
    return () => {
      setShown("");
      conversation.readMarker.end();
    };
  }, [id]);
  const isKnown = Boolean(place);
  useEffect(() => {
    if (needsPassword) return;
    if (at && conversation.find(at)) conversation.reveal(at);
    else if (at || !conversation.window.isOpen || !conversation.window.atEnd)
      conversation.window.open({ around: at || undefined, unread: place?.unread_count ?? 0 });
    else if (place?.unread_count) {
      const { lastSeq, messages } = conversation.window;
      conversation.readMarker.begin(lastSeq, place.unread_count, messages);
    }
  }, [id, at, needsPassword, isKnown]);

  useEffect(
    () =>
      conversation.threadOpened.listen(({ id: thread, at: reply }) =>
        setPanel({ kind: "thread", id: thread, at: reply }),
      ),
    [conversation],
  );

  const isOwnRoom = !isDirect && workspace?.kind === "temporary_room" && workspace.role === "owner";
  useEffect(() => {
    if (isOwnRoom) refreshRoomState(conversation, workspace.id);
  }, [conversation, isOwnRoom]);

  const mine = roll?.find((row) => row.user.id === me.id);
  const language = (!isDirect && (place?.reading_language || mine?.language)) || me.preferred_language;
  // The same object until something in it changes: rows are drawn again when it does.
  const room = useMemo(
    () => ({
      me,
      names,
      language,
      workspaceId: workspace?.id,
      hasChannel: !isDirect,
      title,
      canAttach: true,
      canPreview: Boolean(workspace),
      canCorrect: true,
      people,
      originals: me.show_originals,
      languages: languages.filter((code) => code !== language),
      canModerate: !isDirect && ["owner", "admin"].includes(workspace?.role ?? ""),
      isReadOnly: Boolean(place?.is_archived) || conversation.isOver,
      onThread: (/** @type {string} */ messageId) => setPanel({ kind: "thread", id: messageId }),
      onJump: (/** @type {string} */ messageId) => conversation.reveal(messageId),
    }),
    [
      me,
      people,
      language,
      languages.join(),
      conversation,
      title,
      workspace?.id,
      workspace?.role,
      place?.is_archived,
      conversation.isOver,
    ],
  );
  const onRead = () => {
    if (place?.unread_count || conversation.window.messages.length)
      conversation.markRead((state) => patchListed(id, () => ({ unread_count: withoutReplies(state).unread_count })));
  };
  const onTyping = () => sendTyping(id);
  const isDemo = !isDirect && workspace?.demo_channel_id === id;
  /** @param {string} kind */
  const toggle = (kind) => setPanel(panel?.kind === kind ? null : { kind });
  if (!place && conversation.isMissing) return html`<${Gone} workspace=${workspace} onMenu=${onMenu} />`;

  return html`
    <main id="main" class="stage" tabindex="-1">
      <${LinkState} />
      <${Head}
        place=${place}
        isDirect=${isDirect}
        title=${title}
        languages=${languages}
        people=${people}
        path=${path}
        toggle=${toggle}
        onMenu=${onMenu}
        onSettings=${() => setDialog("channel-settings")}
      />
      <${TranslationBanner} />
      ${
        needsPassword
          ? html`
            <${Locked} channel=${place} workspace=${workspace} />`
          : html`
            <${Timeline}
              conversation=${conversation}
              room=${room}
              onRead=${onRead}
              intro=${html`<div class="intro">
                  <h2>
                    ${
                      isDirect
                        ? html`
                          <${Name}>${title}<//>`
                        : html`
                          #<${Name}>${title}<//>`
                    }
                  </h2>
                  ${
                    isDemo
                      ? html`<${DemoNotice} workspace=${workspace} />`
                      : html`<p>${t(isDirect ? "direct.intro" : "channel.intro")}</p>`
                  }
                  ${
                    !isDirect &&
                    place?.slug === "general" &&
                    html`<${FirstSteps} workspace=${workspace} hasWritten=${Boolean(place.last_message_at)} />`
                  }
                  ${place?.description && html`<p class="description" dir="auto">${stripBidi(place.description)}</p>`}
                  ${
                    canInvite &&
                    !isDirect &&
                    !isDemo &&
                    people.length < 2 &&
                    html`
                      <button type="button" class="button" onClick=${() => setDialog("invite")}>
                        <${Icon} name="link" /> ${t("invite.make")}
                      </button>`
                  }
                </div>`}
            />
            ${
              room.isReadOnly
                ? html`
                  <p class="archived">${t(conversation.isOver ? "room.over" : "channel.archived")}</p>`
                : (place || conversation.window.isOpen) &&
                  html`
                    <${Composer}
                      key=${id}
                      conversation=${conversation}
                      room=${room}
                      onTyping=${onTyping}
                      autofocus=${true}
                      label=${
                        isDirect
                          ? t("composer.writeTo", { name: stripBidi(title ?? "") })
                          : t("composer.writeIn", { name: stripBidi(title ?? "") })
                      }
                    />`
            }`
      }
    </main>
    ${
      panel?.kind === "thread" &&
      html`
        <${Thread}
          key=${panel.id}
          conversation=${conversation}
          room=${room}
          id=${panel.id}
          at=${panel.at}
          onClose=${() => setPanel(null)}
          onTyping=${onTyping}
        />`
    }
    ${
      panel?.kind === "pins" &&
      html`
        <${Pins} conversation=${conversation} onJump=${jump} onClose=${() => setPanel(null)} />`
    }
    ${
      panel?.kind === "files" &&
      html`
        <${FilesPanel} path=${path} onJump=${jump} onClose=${() => setPanel(null)} />`
    }`;
}
