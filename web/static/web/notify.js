/** Notifications of this browser, for what comes while nobody looks: of each conversation as much as the person wants. */
import * as api from "./api.js";
import { localStore } from "./core.js";
import { excerpt, stripBidi } from "./text.js";

/** Whether this browser can show any. */
export const mayNotify = () => "Notification" in window && isSecureContext;
export const isNotifying = () =>
  mayNotify() && Notification.permission === "granted" && localStore.get("notify") === true;

/** Turn them on or off; the browser asks the person the first time. @param {boolean} wanted @returns {Promise<boolean>} whether they are on now */
export async function setNotifying(wanted) {
  if (wanted && mayNotify()) await Notification.requestPermission();
  localStore.set("notify", wanted || null);
  return isNotifying();
}

// Asked for again after a minute: another device may have changed it.
const LEVEL_LASTS = 60_000;
/** @type {Map<string, {until: number, level: Promise<string>}>} */
const levels = new Map();

/** How much of the conversation at the API's `path` calls this person. @param {string} path @returns {Promise<string>} */
function levelOf(path) {
  const known = levels.get(path);
  if (known && known.until > performance.now()) return known.level;
  const level = api.get(`${path}/notifications`).then(
    ({ data }) => (data.muted_until && Date.parse(data.muted_until) > Date.now() ? "none" : data.level),
    () => "mentions",
  );
  levels.set(path, { until: performance.now() + LEVEL_LASTS, level });
  return level;
}

/** The person chose what calls them at `path`. @param {string} path */
export const levelChanged = (path) => levels.delete(path);

/** @typedef {{message: any, me: any, path: string, where: string, onOpen: () => void}} Notice */

// So long a message may wait for its words in the reader's language; then it is told as it was written.
const WORDS_WAIT = 3_000;
/** What waits so, by the message's id. @type {Map<string, {notice: Notice, timer: number}>} */
const waiting = new Map();

/** Tell of a message of the conversation at the API's `path`, unless somebody looks at this page or wants no call from there. @param {Notice} notice */
export function notify(notice) {
  const { message, me } = notice;
  if (!isNotifying() || document.hasFocus()) return;
  if (message.translation_status !== "pending" || message.display_language === me.preferred_language) show(notice);
  else waiting.set(message.id, { notice, timer: setTimeout(() => translated(message), WORDS_WAIT) });
}

/** The words of `message` have come, or are not waited for any longer. @param {any} message */
export function translated(message) {
  const held = waiting.get(message.id);
  if (!held) return;
  clearTimeout(held.timer);
  waiting.delete(message.id);
  show({ ...held.notice, message });
}

/** @param {Notice} notice */
async function show({ message, me, path, where, onOpen }) {
  const isNamed = message.mentions.some(
    (mention) => mention.kind === "channel" || (mention.kind === "user" && String(mention.id) === String(me.id)),
  );
  const level = await levelOf(path);
  if (document.hasFocus()) return;
  if (level === "none" || (level === "mentions" && !isNamed)) return;
  try {
    // One a conversation: the newest words take the place of those before.
    const shown = new Notification([stripBidi(message.sender?.name ?? ""), where].filter(Boolean).join(" · "), {
      body: excerpt(message.display_content, 200),
      tag: message.conversation_id,
      lang: message.display_language,
    });
    shown.onclick = () => {
      focus();
      onOpen();
      shown.close();
    };
  } catch {
    // Android's Chrome shows none without a service worker.
  }
}
