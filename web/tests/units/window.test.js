import { ApiError } from "/static/web/api_error.js";
import { MessageWindow, MOST, PAGE } from "/static/web/conversation/window.js";
import { deferred, equal, message, ok, settled } from "./checks.js";

/** A conversation of `last` messages as the service has it, and a window onto it. */
function makeWindow(last) {
  const state = { last, hold: null, error: null, revealed: [], opened: [] };
  const page = ({ limit, before, after, around }) => {
    const at = (id) => Number(id.slice(1));
    let low = state.last - limit + 1;
    if (around) low = at(around) - Math.floor(limit / 2);
    if (before) low = at(before) - limit;
    if (after) low = at(after) + 1;
    const high = Math.min(state.last, low + limit - 1, before ? at(before) - 1 : Infinity);
    low = Math.max(1, low);
    const seqs = Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => high - i);
    const hasMore = after ? high < state.last : low > 1;
    return {
      data: seqs.map((seq) => message(seq)),
      meta: {
        has_more: hasMore,
        next_before: low > 1 ? `m${low}` : null,
        next_after: high < state.last ? `m${high}` : null,
        last_seq: state.last,
      },
    };
  };
  const remote = {
    path: "/c",
    ask: async (path, query) => {
      if (state.error) throw state.error;
      const answer = page(query);
      await state.hold?.promise;
      return answer;
    },
  };
  const window = new MessageWindow({
    remote,
    changed: () => {},
    take: (row) => window.upsert(row),
    onOpen: (seq, unread) => state.opened.push([seq, unread]),
    onFirstOpen: () => {},
    onReveal: (id) => state.revealed.push(id),
  });
  return { window, state };
}

const seqs = (window) => window.messages.map((row) => row.seq);
const ends = (window) => [seqs(window)[0], seqs(window).at(-1), window.atStart, window.atEnd];

export const tests = {
  "it opens with the newest page, and at a message with those around it": async () => {
    const { window, state } = makeWindow(120);
    await window.open({ unread: 3 });
    equal(ends(window), [71, 120, false, true]);
    equal(state.opened, [[120, 3]]);
    await window.open({ around: "m60" });
    equal([window.find("m60").seq, window.atStart, window.atEnd, state.revealed], [60, false, false, ["m60"]]);
  },
  "reaching an end reads on, and the other end is let go": async () => {
    const { window } = makeWindow(1000);
    await window.open();
    for (let page = 0; page < 6; page += 1) await window.older();
    equal(window.messages.length, MOST);
    equal(ends(window), [651, 900, false, false]);
    for (let page = 0; page < 2; page += 1) await window.newer();
    equal(ends(window), [751, 1000, false, true]);
    equal(new Set(seqs(window)).size, MOST);
  },
  "at the very beginning nothing more is read": async () => {
    const { window } = makeWindow(60);
    await window.open();
    await window.older();
    equal(ends(window), [1, 60, true, true]);
    const before = window.messages;
    await window.older();
    ok(window.messages === before, "the same rows");
  },
  "a message that came twice stands once, and an older one in its place": async () => {
    const { window } = makeWindow(3);
    await window.open();
    window.upsert(message(5));
    window.upsert(message(4));
    window.upsert(message(5, { original_content: "edited" }));
    equal(seqs(window), [1, 2, 3, 4, 5]);
    equal(window.find("m5").original_content, "edited");
  },
  "what is said while one reads further up is not put behind a gap": async () => {
    const { window, state } = makeWindow(500);
    await window.open({ around: "m100" });
    state.last = 501;
    window.upsert(message(501));
    ok(!window.find("m501"), "it is not in the run");
    equal(window.lastSeq, 501);
  },
  "an answer that is older than what the stream told is read again": async () => {
    const { window, state } = makeWindow(10);
    state.hold = deferred();
    const opening = window.open();
    await settled();
    // Said after the answer was made, and told of before it came.
    state.last = 11;
    window.upsert(message(11));
    state.hold.resolve();
    await opening;
    equal(ends(window), [1, 11, true, true]);
  },
  "of two openings the later one is shown, whichever answer comes first": async () => {
    const { window, state } = makeWindow(500);
    state.hold = deferred();
    const slow = window.open({ around: "m100" });
    await settled();
    const { hold } = state;
    state.hold = null;
    await window.open();
    hold.resolve();
    await slow;
    equal(ends(window), [451, 500, false, true]);
    equal(state.revealed, []);
  },
  "a failed opening says so and can be tried again": async () => {
    const { window, state } = makeWindow(10);
    state.error = new ApiError(503);
    await window.open();
    equal([window.isOpen, window.error.status], [false, 503]);
    state.error = null;
    await window.open();
    equal([window.isOpen, window.error], [true, null]);
  },
  "catching up takes in what was missed and leaves the reader at the end": async () => {
    const { window, state } = makeWindow(10);
    await window.open();
    state.last = 15;
    await window.catchUp();
    equal(ends(window), [1, 15, true, true]);
    // More than a page was missed: the newest are shown rather than a gap.
    state.last = 15 + 4 * PAGE;
    await window.catchUp();
    equal(ends(window), [166, 215, false, true]);
  },
  "reading again keeps the reader's position and brings nothing into view": async () => {
    const { window, state } = makeWindow(500);
    await window.open({ around: "m100" });
    const before = seqs(window);
    await window.reread();
    ok(seqs(window).includes(before[Math.floor(before.length / 2)]), "the middle is still here");
    equal([state.revealed, window.readings], [["m100"], 1]);
  },
};
