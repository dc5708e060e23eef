/** What the client does around its views: the title, keys, and the sidebar as a drawer. */
import { useEffect, useLayoutEffect, useRef } from "../core.js";
import { number } from "../i18n.js";
import { app } from "../state.js";
import { stripBidi } from "../text.js";
import { translationWatch } from "../translation_watch.js";
import { findListed, unreadInAll } from "../workspaces.js";

/** @import { Ref, Workspace } from "../../../types" */

/** @param {string} conversationId @param {Workspace | undefined} workspace */
export function useTitle(conversationId, workspace) {
  const unread = unreadInAll();
  const listed = findListed(conversationId);
  const channel = listed?.name && `#${listed.name}`;
  const where = stripBidi(channel || listed?.participant?.name || workspace?.name);
  useEffect(() => {
    document.title = `${unread ? `(${number(unread)}) ` : ""}${where ? `${where} · ` : ""}Rosetta`;
    if (unread) navigator.setAppBadge?.(unread).catch(() => {});
    else navigator.clearAppBadge?.().catch(() => {});
  }, [unread, where]);
}

/** Know, for owners, whether people here can be translated. @param {Workspace | undefined} workspace */
export function useTranslationWatch(workspace) {
  const isOwner = workspace?.role === "owner" && workspace.kind !== "temporary_room";
  const { members, link } = app.state;
  const languages = (workspace && members[workspace.id])?.map((row) => row.preferred_language).join();
  useEffect(() => (isOwner ? translationWatch.begin() : undefined), [isOwner]);
  // Somebody came who may read another language, or the service did, perhaps with other settings.
  useEffect(() => {
    if (link === "online" && languages !== undefined) translationWatch.refresh();
  }, [isOwner, languages, link]);
}

/**
 * The sidebar, which lies over a phone's conversation: open, it has the focus, and gives it back when it closes.
 *
 * @param {boolean} isOpen
 * @param {() => void} onClose
 */
export function useDrawer(isOpen, onClose) {
  /** @type {Ref<HTMLElement>} */
  const side = useRef(null);
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    side.current.focus();
    /** @param {KeyboardEvent} event */
    const onKey = (event) => {
      const isInDialog = event.target instanceof Element && event.target.closest("dialog");
      if (event.key === "Escape" && !isInDialog) onClose();
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
      if (side.current?.contains(document.activeElement)) before?.focus();
    };
  }, [isOpen]);
  return side;
}
