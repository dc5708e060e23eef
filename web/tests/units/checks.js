/** What the unit tests share: checks that say what differs, and waiting with an end. */

/** @param {unknown} actual @param {unknown} expected @param {string} [about] */
export function equal(actual, expected, about = "") {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${about} expected ${right}, not ${left}`);
}

/** @param {unknown} value @param {string} about */
export function ok(value, about) {
  if (!value) throw new Error(`not so: ${about}`);
}

/** Wait until `check` holds, at most some seconds. @param {() => unknown} check @param {string} about */
export async function until(check, about) {
  const end = performance.now() + 10_000;
  while (!check()) {
    if (performance.now() > end) throw new Error(`not within ten seconds: ${about}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Let everything run that waits for nothing but its turn. */
export const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A promise and its two ends. */
export function deferred() {
  /** @type {(value: unknown) => void} */
  let resolve = () => {};
  /** @type {(error: unknown) => void} */
  let reject = () => {};
  const promise = new Promise((onDone, onFail) => {
    resolve = onDone;
    reject = onFail;
  });
  return { promise, resolve, reject };
}

/** A message of a conversation, as far as the models look at it. @param {number} seq @param {object} [more] */
export const message = (seq, more = {}) => ({
  id: `m${seq}`,
  seq,
  parent_message_id: null,
  is_broadcast: false,
  reply_count: 0,
  thread: null,
  mentions: [],
  reactions: [],
  sender: { kind: "user", id: 7, name: "Ann", avatar_url: null },
  original_content: `Message ${seq}`,
  created_at: `2026-05-11T05:00:${String(seq).padStart(2, "0")}+00:00`,
  ...more,
});
