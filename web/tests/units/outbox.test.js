import { ApiError } from "/static/web/api_error.js";
import { Outbox } from "/static/web/conversation/outbox.js";
import { tabStore } from "/static/web/core.js";
import { deferred, equal, message, ok, settled, until } from "./checks.js";

const SHELF = "outgoing.user.7.c1";

/** An outbox whose posts the test answers itself. */
function makeOutbox() {
  /** Posts under way or answered, in order: what was sent, and how to answer it. */
  const posts = [];
  const posted = [];
  const outbox = new Outbox({
    shelf: () => SHELF,
    post: (item) => {
      const answer = deferred();
      posts.push({ item, ...answer });
      return answer.promise;
    },
    onPosted: (row) => posted.push(row.id),
    changed: () => {},
  });
  return { outbox, posts, posted };
}

const contents = (outbox) => outbox.items.map((item) => item.content);
const states = (outbox) => outbox.items.map((item) => item.state);

export const tests = {
  "messages are posted one at a time and in order": async () => {
    const { outbox, posts, posted } = makeOutbox();
    outbox.add({ content: "first" });
    outbox.add({ content: "second" });
    await settled();
    equal(posts.length, 1);
    equal(contents(outbox), ["first", "second"]);
    posts[0].resolve(message(1));
    await until(() => posts.length === 2, "the second is posted");
    equal([posts[1].item.content, contents(outbox), posted], ["second", ["second"], ["m1"]]);
    posts[1].resolve(message(2));
    await until(() => outbox.items.length === 0, "both are gone");
    equal(posted, ["m1", "m2"]);
  },
  "each message has a key of its own, the same at every try": async () => {
    const { outbox, posts } = makeOutbox();
    outbox.add({ content: "same words" });
    outbox.add({ content: "same words" });
    const [first, other] = outbox.items;
    ok(first.key !== other.key, "two equal messages have two keys");
    posts[0].reject(new ApiError(503));
    await until(() => states(outbox)[0] === "waiting", "it waits");
    outbox.resume();
    await until(() => posts.length === 2, "it is tried again");
    equal(posts[1].item.key, posts[0].item.key);
  },
  "what comes after a passing failure waits with it, and is tried again by itself": async () => {
    const { outbox, posts } = makeOutbox();
    outbox.add({ content: "first" });
    outbox.add({ content: "second" });
    posts[0].reject(new ApiError(0));
    await until(() => states(outbox).join() === "waiting,waiting", "both wait");
    ok(outbox.items[0].error, "the reason is there");
    await until(() => posts.length === 2, "the first is tried again without being asked");
    equal(posts[1].item.content, "first");
  },
  "a message that is refused stays with its reason, and the next goes on": async () => {
    const { outbox, posts } = makeOutbox();
    outbox.add({ content: "too long" });
    outbox.add({ content: "fine" });
    posts[0].reject(new ApiError(422, { errors: { content: ["Too long."] } }));
    await until(() => posts.length === 2, "the next is posted");
    equal([outbox.items[0].state, outbox.items[0].error], ["failed", "Too long."]);
    posts[1].resolve(message(1));
    await until(() => outbox.items.length === 1, "the next is gone");
    await outbox.flush();
    equal(posts.length, 2, "a refused message is not tried by itself");
    outbox.retry(outbox.items[0].key);
    equal([posts.length, posts[2].item.content], [3, "too long"]);
  },
  "after the end of a session nothing is tried until somebody asks": async () => {
    const { outbox, posts } = makeOutbox();
    outbox.add({ content: "mine" });
    posts[0].reject(new ApiError(401));
    await until(() => states(outbox)[0] === "waiting", "it waits");
    await new Promise((resolve) => setTimeout(resolve, 1300));
    equal(posts.length, 1);
  },
  "a message that the stream already brought is neither shown nor sent again": async () => {
    const { outbox, posts } = makeOutbox();
    outbox.add({ content: "quick" });
    outbox.discard(outbox.items[0].key);
    posts[0].reject(new ApiError(0));
    await settled();
    await outbox.flush();
    equal([outbox.items, posts.length], [[], 1]);
  },
  "what waits is in the tab's storage, and is sent after a reload with its key": async () => {
    const { outbox, posts } = makeOutbox();
    outbox.add({ content: "kept", parent: "m1", files: [{ id: "f1", client_name: "a.txt", size: 1 }] });
    posts[0].reject(new ApiError(0));
    await until(() => states(outbox)[0] === "waiting", "it waits");
    const { key } = outbox.items[0];
    outbox.close();
    const again = makeOutbox();
    equal([contents(again.outbox), states(again.outbox)], [["kept"], ["waiting"]]);
    again.outbox.flush();
    const { item } = again.posts[0];
    equal([item.key, item.parent, item.files[0].id], [key, "m1", "f1"]);
    again.posts[0].resolve(message(1));
    await until(() => tabStore.get(SHELF) === null, "nothing is stored any longer");
  },
  "a closed outbox sends nothing and stores nothing": async () => {
    const { outbox, posts } = makeOutbox();
    outbox.add({ content: "first" });
    outbox.add({ content: "second" });
    outbox.close();
    // Whoever signs in next has an empty storage.
    tabStore.set(SHELF, null);
    posts[0].resolve(message(1));
    await settled();
    await outbox.flush();
    equal([posts.length, tabStore.get(SHELF)], [1, null]);
  },
};
