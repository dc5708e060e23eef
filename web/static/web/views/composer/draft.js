/** The draft of one box: this tab's copy first, then what the person's other devices left with the service. */
import { tabStore, useEffect, useState } from "../../core.js";
import { drafts } from "../../drafts.js";
import { forSending, forTyping } from "../../text.js";

/** @import { Conversation, Room } from "../../../../types" */

/** @typedef {{text: string, mentions: [string, string][]}} Typed */

/** What is typed, of what is sent: names in place of mentions. @param {string} content @returns {Typed} */
function typedOf(content) {
  const { text, mentions } = forTyping(content);
  return { text, mentions: [...mentions] };
}

/**
 * @param {Room} room
 * @param {Conversation} conversation
 * @param {string | null} parent
 */
export function useDraft(room, conversation, parent) {
  const name = `draft.${room.me?.id}.${conversation.id}.${parent ?? ""}`;
  // A visitor has no other devices.
  const isKept = Boolean(room.me) && !room.isGuest;
  const [first] = useState(() => {
    /** @type {Typed | null} */
    const local = tabStore.get(name);
    return local ?? typedOf(isKept ? drafts.contentOf(conversation.id, parent) : "");
  });
  return {
    first,
    /** @param {string} text @param {Map<string, string>} mentions */
    keep: (text, mentions) => {
      tabStore.set(name, text ? { text, mentions: [...mentions] } : null);
      if (isKept) drafts.keep(conversation.id, parent, forSending(text, mentions));
    },
    /**
     * Show what another device wrote, unless somebody writes here.
     *
     * @param {string} text what the box has
     * @param {Map<string, string>} mentions
     * @param {(typed: Typed) => void} show
     */
    useOther: (text, mentions, show) =>
      useEffect(() => {
        if (!isKept) return undefined;
        return drafts.watch(() => {
          const content = drafts.contentOf(conversation.id, parent);
          if (content === forSending(text, mentions)) return;
          tabStore.set(name, null);
          show(typedOf(content));
        });
      }, [text]),
  };
}
