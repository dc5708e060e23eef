import { Conversation } from "/static/web/conversation/conversation.js";
import { equal, message, ok } from "./checks.js";

const THUMB = "👍";
const ANN = { user: { id: 7, name: "Ann" }, guest: null };
const VERA = { user: null, guest: { id: "01h", nickname: "Vera" } };

/** A conversation of Ann's that holds a thread: message 1 and its reply 2. */
function held() {
  const conversation = new Conversation({ id: "c", path: "/c", mine: () => ({ kind: "user", id: 7 }) });
  conversation.holdThread("m1", [message(1, { reply_count: 1 }), message(2, { parent_message_id: "m1" })]);
  const apply = (event, data) => conversation.events.apply({ event, data });
  return { conversation, apply };
}

export const tests = {
  "a changed message is shown where it is held, and one that is not held stays away": () => {
    const { conversation, apply } = held();
    apply("message.updated", message(2, { parent_message_id: "m1", original_content: "edited" }));
    apply("message.translated", message(9, { original_content: "elsewhere" }));
    equal(conversation.find("m2").original_content, "edited");
    equal(conversation.find("m9"), null);
  },
  "a reply is counted once, however often its event comes": () => {
    const { conversation, apply } = held();
    const reply = message(3, { parent_message_id: "m1" });
    apply("message.created", reply);
    apply("message.created", reply);
    equal([conversation.find("m1").reply_count, conversation.thread.rows.size], [2, 3]);
  },
  "a reply that lives in its thread is counted once, and new to who follows it": () => {
    const { conversation, apply } = held();
    const bob = { kind: "user", id: 8, name: "Bob", avatar_url: null };
    conversation.holdThread();
    conversation.holdThread("m1", [message(1)]);
    conversation.thread.id = "";
    for (const seq of [2, 2, 3]) apply("message.created", message(seq, { parent_message_id: "m1", sender: bob }));
    const { reply_count: count, thread } = conversation.find("m1");
    equal([count, thread.is_following, thread.unread_count, thread.repliers], [2, true, 2, [bob]]);
    // What goes to everybody does not say what only the reader is told.
    apply("message.translated", message(1, { thread: { ...thread, is_following: null, unread_count: null } }));
    equal(conversation.find("m1").thread.unread_count, 2);
    apply("message.created", message(4, { parent_message_id: "m1" }));
    equal(conversation.find("m1").thread.unread_count, 0);
  },
  "the answer to a post does not undo what the stream brought before it": () => {
    const { conversation, apply } = held();
    apply("message.created", message(3, { parent_message_id: "m1" }));
    apply("message.updated", message(3, { parent_message_id: "m1", original_content: "edited" }));
    conversation.writer.posted(message(3, { parent_message_id: "m1" }));
    equal([conversation.find("m3").original_content, conversation.find("m1").reply_count], ["edited", 2]);
  },
  "one's own reaction is known by who made it, user or guest": () => {
    const { conversation, apply } = held();
    const shown = () => conversation.find("m1").reactions;
    apply("reaction.added", { message_id: "m1", emoji: THUMB, count: 1, ...VERA });
    const [vera, ann] = [
      { kind: "guest", id: "01h", name: "Vera" },
      { kind: "user", id: 7, name: "Ann" },
    ];
    equal(shown(), [{ emoji: THUMB, count: 1, reacted: false, people: [vera] }]);
    apply("reaction.added", { message_id: "m1", emoji: THUMB, count: 2, ...ANN });
    equal(shown(), [{ emoji: THUMB, count: 2, reacted: true, people: [vera, ann] }]);
    apply("reaction.removed", { message_id: "m1", emoji: THUMB, count: 0, ...ANN });
    equal(shown(), []);
  },
  "a reaction that the service refuses is taken back, and nothing else": () => {
    const { conversation, apply } = held();
    const undo = conversation.held.toggleReaction(conversation.find("m1"), THUMB);
    const me = { kind: "user", id: 7, name: "" };
    equal(conversation.find("m1").reactions, [{ emoji: THUMB, count: 1, reacted: true, people: [me] }]);
    apply("message.updated", { ...conversation.find("m1"), original_content: "edited" });
    undo();
    equal([conversation.find("m1").reactions, conversation.find("m1").original_content], [[], "edited"]);
  },
  "pins follow their events, and a deleted message is pinned no longer": () => {
    const { conversation, apply } = held();
    const pinned = () => ["m1", "m2"].filter((id) => conversation.pins.has(id));
    apply("message.pinned", message(1));
    apply("message.pinned", message(2, { parent_message_id: "m1" }));
    equal(pinned(), ["m1", "m2"]);
    apply("message.unpinned", message(1));
    apply("message.deleted", message(2, { parent_message_id: "m1", deleted_at: "2026-05-11T05:00:00+00:00" }));
    equal(pinned(), []);
  },
  "who types is shown, but not oneself, and no longer once the message is here": () => {
    const { conversation, apply } = held();
    conversation.events.showTyping(ANN);
    conversation.events.showTyping(VERA);
    equal([...conversation.typing.people.keys()], ["guest:01h"]);
    apply("message.created", message(3, { sender: { kind: "guest", id: "01h", name: "Vera", avatar_url: null } }));
    equal(conversation.typing.people.size, 0);
  },
  "a closed room is over, and an extended one is not": () => {
    const { conversation, apply } = held();
    apply("room.closed", {});
    ok(conversation.isOver, "over");
    apply("room.extended", {});
    ok(!conversation.isOver, "open again");
  },
  "an event of a later version changes nothing": () => {
    const { conversation, apply } = held();
    apply("message.starred", message(1, { original_content: "starred" }));
    equal(conversation.find("m1").original_content, "Message 1");
  },
};
