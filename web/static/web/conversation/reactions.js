/** A message's reactions after one more or one less of them. */

/** @import { Reaction, Reactor } from "../../../types" */

/** So many of those who reacted are named. */
const MOST_NAMED = 10;

/**
 * With the reader's own `emoji` added, or taken back.
 *
 * @param {Reaction[]} reactions
 * @param {string} emoji
 * @param {Reactor} me
 * @returns {Reaction[]}
 */
export function toggled(reactions, emoji, me) {
  const { count, reacted, people } = ofEmoji(reactions, emoji);
  return replaced(reactions, {
    emoji,
    count: count + (reacted ? -1 : 1),
    reacted: !reacted,
    people: reacted ? without(people, me) : withOneMore(people, me),
  });
}

/**
 * With the count that the service has of `emoji` now.
 *
 * @param {Reaction[]} reactions
 * @param {{emoji: string, count: number, isMine: boolean, who: Reactor, isAdded: boolean}} change
 *   `isMine`: the reader reacted, or took it back; `who` did
 * @returns {Reaction[]}
 */
export function counted(reactions, { emoji, count, isMine, who, isAdded }) {
  const before = ofEmoji(reactions, emoji);
  // The reader's own was shown before the service counted it: then the count is the same.
  const reacted = isMine ? count > before.count || (before.reacted && count === before.count) : before.reacted;
  const people = isAdded ? withOneMore(before.people, who) : without(before.people, who);
  return replaced(reactions, { emoji, count, reacted, people });
}

/** @param {Reactor} who @param {Reactor} other */
const isSame = (who, other) => who.kind === other.kind && String(who.id) === String(other.id);

/** @param {Reactor[]} people @param {Reactor} who */
const without = (people, who) => people.filter((other) => !isSame(other, who));

/** @param {Reactor[]} people @param {Reactor} who */
const withOneMore = (people, who) =>
  people.length >= MOST_NAMED || people.some((other) => isSame(other, who)) ? people : [...people, who];

/** @param {Reaction[]} reactions @param {string} emoji @returns {Reaction} */
const ofEmoji = (reactions, emoji) =>
  reactions.find((reaction) => reaction.emoji === emoji) ?? { emoji, count: 0, reacted: false, people: [] };

/** In its place, else at the end; none that nobody has. @param {Reaction[]} reactions @param {Reaction} next */
function replaced(reactions, next) {
  const isNew = !reactions.some((reaction) => reaction.emoji === next.emoji);
  const rows = isNew
    ? [...reactions, next]
    : reactions.map((reaction) => (reaction.emoji === next.emoji ? next : reaction));
  return rows.filter((reaction) => reaction.count > 0);
}
