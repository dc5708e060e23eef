/** A message's reactions after one more or one less of them. */

/** @import { Reaction } from "../../../types" */

/**
 * With the reader's own `emoji` added, or taken back.
 *
 * @param {Reaction[]} reactions
 * @param {string} emoji
 * @returns {Reaction[]}
 */
export function toggled(reactions, emoji) {
  const { count, reacted } = ofEmoji(reactions, emoji);
  return replaced(reactions, { emoji, count: count + (reacted ? -1 : 1), reacted: !reacted });
}

/**
 * With the count that the service has of `emoji` now.
 *
 * @param {Reaction[]} reactions
 * @param {{emoji: string, count: number, isMine: boolean}} change `isMine`: the reader reacted, or took it back
 * @returns {Reaction[]}
 */
export function counted(reactions, { emoji, count, isMine }) {
  const before = ofEmoji(reactions, emoji);
  // The reader's own was shown before the service counted it: then the count is the same.
  const reacted = isMine ? count > before.count || (before.reacted && count === before.count) : before.reacted;
  return replaced(reactions, { emoji, count, reacted });
}

/** @param {Reaction[]} reactions @param {string} emoji @returns {Reaction} */
const ofEmoji = (reactions, emoji) =>
  reactions.find((reaction) => reaction.emoji === emoji) ?? { emoji, count: 0, reacted: false };

/** In its place, else at the end; none that nobody has. @param {Reaction[]} reactions @param {Reaction} next */
function replaced(reactions, next) {
  const isNew = !reactions.some((reaction) => reaction.emoji === next.emoji);
  const rows = isNew
    ? [...reactions, next]
    : reactions.map((reaction) => (reaction.emoji === next.emoji ? next : reaction));
  return rows.filter((reaction) => reaction.count > 0);
}
