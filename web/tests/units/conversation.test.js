import { ReadMarker } from "/static/web/conversation/read_marker.js";
import { counted, toggled } from "/static/web/conversation/reactions.js";
import { ThreadRows } from "/static/web/conversation/thread.js";
import { keyOf, TypingPeople } from "/static/web/conversation/typing.js";
import { equal, message } from "./checks.js";

const THUMB = "👍";
const ME = { kind: "user", id: 7, name: "Ann" };
const BOB = { kind: "user", id: 8, name: "Bob" };

export const tests = {
  "the line of what is new stands before the unread, deleted messages left out": () => {
    const marker = new ReadMarker(/** @type {any} */ (null));
    const gone = { deleted_at: "2026-05-11T05:00:00+00:00" };
    /** @param {number} unread @param {number[]} deleted */
    const lineOf = (unread, ...deleted) => {
      const messages = [4, 5, 6, 7, 8].map((seq) => message(seq, deleted.includes(seq) ? gone : {}));
      marker.begin(8, unread, messages);
      return marker.newAfter;
    };
    equal([lineOf(0), lineOf(2), lineOf(5)], [Infinity, 6, 3]);
    equal([lineOf(2, 8), lineOf(2, 7), lineOf(2, 4), lineOf(1, 8, 7), lineOf(2, 6, 7)], [5, 5, 6, 5, 4]);
    marker.begin(8, 3);
    equal(marker.newAfter, 5);
  },
  "one's own reaction is added, counted and taken back": () => {
    const added = toggled([{ emoji: THUMB, count: 2, reacted: false, people: [BOB] }], THUMB, ME);
    equal(added, [{ emoji: THUMB, count: 3, reacted: true, people: [BOB, ME] }]);
    equal(toggled(added, THUMB, ME), [{ emoji: THUMB, count: 2, reacted: false, people: [BOB] }]);
    equal(toggled([], THUMB, ME), [{ emoji: THUMB, count: 1, reacted: true, people: [ME] }]);
    equal(toggled([{ emoji: THUMB, count: 1, reacted: true, people: [ME] }], THUMB, ME), []);
  },
  "the service's count is taken over, and a reaction shown early is not counted twice": () => {
    const mine = [{ emoji: THUMB, count: 1, reacted: true, people: [ME] }];
    const [byMe, byBob] = [
      { emoji: THUMB, isMine: true, who: ME, isAdded: true },
      { emoji: THUMB, isMine: false, who: BOB, isAdded: true },
    ];
    equal(counted(mine, { ...byMe, count: 1 }), mine);
    equal(counted(mine, { ...byBob, count: 2 }), [{ emoji: THUMB, count: 2, reacted: true, people: [ME, BOB] }]);
    // Taken back in another tab.
    const both = [{ emoji: THUMB, count: 2, reacted: true, people: [ME, BOB] }];
    equal(counted(both, { ...byMe, isAdded: false, count: 1 }), [
      { emoji: THUMB, count: 1, reacted: false, people: [BOB] },
    ]);
    equal(counted(mine, { ...byMe, isAdded: false, count: 0 }), []);
  },
  "a thread takes in its replies and what it holds, and nothing else": () => {
    const thread = new ThreadRows();
    thread.upsert(message(1));
    equal(thread.rows.size, 0);
    thread.hold("m1", [message(1)]);
    thread.upsert(message(2, { parent_message_id: "m1" }));
    thread.upsert(message(3));
    thread.upsert(message(1, { original_content: "edited" }));
    equal([...thread.rows.keys()], ["m1", "m2"]);
    equal(thread.rows.get("m1").original_content, "edited");
    // An older answer does not undo what the stream brought.
    thread.hold("m1", [message(1), message(4, { parent_message_id: "m1" })]);
    equal(thread.rows.get("m1").original_content, "edited");
    equal(thread.rows.size, 3);
    thread.hold();
    equal([thread.id, thread.rows.size], ["", 0]);
  },
  "guests and users who type have names and keys of their own": () => {
    const typing = new TypingPeople(() => {});
    typing.show({ user: null, guest: { id: "01h", nickname: "Vera" } });
    typing.show({ user: { id: 7, name: "Ann" }, guest: null });
    equal(
      [...typing.people].map(([key, { name }]) => [key, name]),
      [
        ["guest:01h", "Vera"],
        ["user:7", "Ann"],
      ],
    );
    typing.stop(keyOf({ user: null, guest: { id: "01h", nickname: "Vera" } }));
    equal(typing.people.size, 1);
  },
};
