/** Notifications of this browser: for direct messages and mentions that come while nobody looks. */
import { kept } from "./core.js";
import { gist, tame } from "./text.js";

/** Whether this browser can show any. */
export const mayNotify = () => "Notification" in window && isSecureContext;
export const isNotifying = () => mayNotify() && Notification.permission === "granted" && kept.get("notify") === true;

/** Turn them on or off; the browser asks the person the first time. @param {boolean} wanted @returns {Promise<boolean>} whether they are on now */
export async function setNotifying(wanted) {
  if (wanted && mayNotify()) await Notification.requestPermission();
  kept.set("notify", wanted || null);
  return isNotifying();
}

/**
 * Tell of a message, unless somebody looks at this page.
 *
 * @param {{message: any, me: any, isDirect: boolean, where: string, onOpen: () => void}} told
 */
export function notify({ message, me, isDirect, where, onOpen }) {
  const isCalled = isDirect || message.mentions.some((one) => one.kind === "channel" || (one.kind === "user" && String(one.id) === String(me.id)));
  if (!isCalled || !isNotifying() || document.hasFocus()) return;
  try {
    // One a conversation: the newest words take the place of those before.
    const shown = new Notification([tame(message.sender?.name ?? ""), where].filter(Boolean).join(" · "), {
      body: gist(message.display_content, 200), tag: message.conversation_id, lang: message.display_language,
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
