import { Conversation } from "/static/web/conversation/conversation.js";
import { hasWaiting, waitsForEngine } from "/static/web/conversation/untranslated.js";
import { equal, message } from "./checks.js";

const shown = { display_source: "original", translation_status: "failed", translation_reason: null, deleted_at: null };
const waiting = (seq, more = {}) => message(seq, { ...shown, translation_reason: "no_engine", ...more });

/** A conversation that holds a thread of one message, and its events. */
function held(first) {
  const conversation = new Conversation({ id: "c", path: "/c", mine: () => ({ kind: "user", id: 8 }) });
  conversation.holdThread("m1", [first]);
  return { conversation, apply: (event, data) => conversation.events.apply({ event, data }) };
}

export const tests = {
  "only what failed for want of an engine waits for one": () => {
    equal(waitsForEngine(waiting(1)), true);
    // Others may still get theirs.
    equal(waitsForEngine(waiting(1, { translation_status: "pending" })), true);
    for (const reason of [null, "engines_down", "engine_passing", "protection", "budget", "deadline"])
      equal(waitsForEngine(waiting(1, { translation_reason: reason })), false, String(reason));
    equal(waitsForEngine(waiting(1, { display_source: "translation" })), false);
    equal(waitsForEngine(waiting(1, { deleted_at: "2026-05-11T05:00:00+00:00" })), false);
  },
  "a conversation has the mark from the event that a translation failed until it arrives": () => {
    const { conversation, apply } = held(message(1, { ...shown, translation_status: "pending" }));
    equal(hasWaiting(conversation), false);
    apply("message.untranslated", waiting(1, { translation_status: "pending" }));
    equal(hasWaiting(conversation), true);
    apply("message.translated", message(1, { ...shown, display_source: "translation" }));
    equal(hasWaiting(conversation), false);
  },
  "one of several that still waits keeps the mark": () => {
    const { conversation, apply } = held(waiting(1));
    apply("message.created", waiting(2, { parent_message_id: "m1" }));
    apply("message.translated", message(2, { ...shown, display_source: "translation", parent_message_id: "m1" }));
    equal(hasWaiting(conversation), true);
    apply("message.deleted", waiting(1, { deleted_at: "2026-05-11T05:00:00+00:00" }));
    equal(hasWaiting(conversation), false);
  },
  "a failure of another kind makes no mark": () => {
    const { conversation, apply } = held(message(1, shown));
    apply("message.untranslated", waiting(1, { translation_reason: "engine_passing" }));
    equal(hasWaiting(conversation), false);
  },
};
