/** Whom a mention may name. */

/** @import { Room } from "../../../../types" */
/** @import { Choice } from "./files.js" */

/** The word after an @ at the caret, or null. @param {string} text @param {number} caret */
export function mentionAt(text, caret) {
  const match = /(?:^|[\s(（、。，])@([^\s@]{0,40})$/u.exec(text.slice(0, caret));
  return match ? { from: caret - match[1].length - 1, query: match[1].toLocaleLowerCase(), at: 0 } : null;
}

/** @param {Room} room @param {string} query @returns {Choice[]} */
export function people(room, query) {
  if (!room.people) return [];
  const all = [
    ...room.people.filter((person) => person.id !== room.me?.id),
    ...(room.hasChannel ? [{ name: "channel" }] : []),
  ];
  return all.filter((person) => person.name.toLocaleLowerCase().includes(query)).slice(0, 8);
}
