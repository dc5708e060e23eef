/** Who reads in a conversation, and in which languages. */

/** @import { Member, Person, User } from "../../../../types" */

/**
 * Who reads here, and in what: the two of a direct conversation, else the workspace's members.
 *
 * @param {Person | undefined} participant
 * @param {Member[] | undefined} roll
 * @param {User} me
 * @returns {Person[]}
 */
export function peopleOf(participant, roll, me) {
  if (participant) return [participant, { ...me, language: me.preferred_language }];
  return (roll ?? []).map((row) => ({ ...row.user, language: row.language, also_reads: row.also_reads }));
}
