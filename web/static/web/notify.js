/** Notifications of this browser while nobody looks at the page, as each conversation's level wants them. */
import * as api from "./api.js";
import { localStore } from "./core.js";
import { excerpt, stripBidi } from "./text.js";
import { activeWorker, subscribe, unsubscribe } from "./worker.js";

/** @import { ConversationPreferenceResource } from "../../schema" */
/** @import { Message, User } from "../../types" */

/** Why this browser can show none: a name of the words for it, or an empty string. */
export function obstacle() {
  if (!isSecureContext) return "notify.needsHttps";
  if (!("Notification" in window)) return isApple() ? "notify.installFirst" : "notify.unsupported";
  return Notification.permission === "denied" ? "notify.refused" : "";
}

/** Whether the system is one whose browsers notify only from the home screen. */
const isApple = () =>
  /iPhone|iPad/.test(navigator.userAgent) || (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

/** Whether this browser can show any. */
export const mayNotify = () => "Notification" in window && isSecureContext;
export const isNotifying = () =>
  mayNotify() && Notification.permission === "granted" && localStore.get("notify") === true;

/**
 * Turn them on or off; the browser asks the person the first time.
 *
 * @param {boolean} wanted
 * @returns {Promise<boolean>} whether they are on now
 */
export async function setNotifying(wanted) {
  if (wanted && mayNotify()) await Notification.requestPermission();
  localStore.set("notify", wanted || null);
  // Without a push service this browser notifies as long as the client is open.
  await (isNotifying() ? subscribe() : unsubscribe()).catch(() => {});
  return isNotifying();
}

// Asked for again after a minute: another device may have changed it.
const LEVEL_LASTS = 60_000;
/** @type {Map<string, {until: number, level: Promise<string>}>} */
const levels = new Map();

/** The level of the conversation at the API's `path`. @param {string} path @returns {Promise<string>} */
function levelOf(path) {
  const known = levels.get(path);
  if (known && known.until > performance.now()) return known.level;
  const level = readLevel(path).catch(() => "mentions");
  levels.set(path, { until: performance.now() + LEVEL_LASTS, level });
  return level;
}

/** @param {string} path */
async function readLevel(path) {
  /** @type {{data: ConversationPreferenceResource}} */
  const { data } = await api.get(`${path}/notifications`);
  return data.muted_until && Date.parse(data.muted_until) > Date.now() ? "none" : data.level;
}

/** The person chose another level at `path`. @param {string} path */
export const levelChanged = (path) => levels.delete(path);

/**
 * `isFollowed`: whether it is a reply in a thread that its reader follows.
 *
 * @typedef {{
 *   message: Message, me: User, path: string, where: string, isFollowed: () => Promise<boolean>, onOpen: () => void,
 * }} Notice
 */

// So long a message may wait for its translation; then it is shown as it was written.
const TRANSLATION_WAIT = 3_000;
/** What waits, by the message's id. @type {Map<string, {notice: Notice, timer: number}>} */
const waiting = new Map();

/**
 * Notify of a message, unless somebody looks at this page or its conversation's level is lower.
 *
 * @param {Notice} notice
 */
export function notify(notice) {
  const { message, me } = notice;
  if (!isNotifying() || document.hasFocus()) return;
  if (me.undisturbed_until && Date.parse(me.undisturbed_until) > Date.now()) return;
  if (message.translation_status !== "pending" || message.display_language === me.preferred_language) show(notice);
  else waiting.set(message.id, { notice, timer: setTimeout(() => translated(message), TRANSLATION_WAIT) });
}

/** The translation of `message` has come, or is no longer waited for. @param {Message} message */
export function translated(message) {
  const held = waiting.get(message.id);
  if (!held) return;
  clearTimeout(held.timer);
  waiting.delete(message.id);
  show({ ...held.notice, message });
}

/** @param {Notice} notice */
async function show({ message, me, path, where, isFollowed, onOpen }) {
  const isNamed = message.mentions.some(
    (mention) => mention.kind === "channel" || (mention.kind === "user" && String(mention.id) === String(me.id)),
  );
  const level = await levelOf(path);
  if (document.hasFocus() || level === "none") return;
  if (level === "mentions" && !isNamed && !(await isFollowed())) return;
  const title = [stripBidi(message.sender?.name ?? ""), where].filter(Boolean).join(" · ");
  const options = {
    body: excerpt(message.display_content, 200, message.type),
    tag: message.conversation_id,
    lang: message.display_language,
  };
  try {
    // One for each conversation: the newest takes the place of the one before.
    const shown = new Notification(title, options);
    shown.onclick = () => {
      focus();
      onOpen();
      shown.close();
    };
  } catch {
    // Android's Chrome shows none without the service worker, which opens the message when it is touched.
    const { conversation_id, channel_id, workspace_id, id: message_id } = message;
    const data = { conversation_id, channel_id, workspace_id, message_id };
    await (await activeWorker())?.showNotification(title, { ...options, data });
  }
}
