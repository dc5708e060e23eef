/** Who reads in a conversation, and in which languages. */

/** @import { Conversation, Member, Person, User } from "../../../../types" */

/**
 * Who reads here, and in what as far as it is known: the two of a direct conversation, else the workspace's members.
 *
 * @param {Person | undefined} participant
 * @param {Member[] | undefined} roll
 * @param {User} me
 * @returns {Person[]}
 */
export function peopleOf(participant, roll, me) {
  if (participant)
    return [
      { ...participant, language: null },
      { id: me.id, name: me.name, avatar_url: me.avatar_url, language: me.preferred_language },
    ];
  return (roll ?? []).map((row) => ({
    ...row.user,
    language: row.preferred_language ?? (row.user.id === me.id ? me.preferred_language : null),
  }));
}

/**
 * What somebody last wrote in is what they read in, where nothing else is known: by their ids.
 *
 * @param {Conversation} conversation
 * @param {Person[]} people
 */
export function languagesOf(conversation, people) {
  const ids = new Set(people.map((person) => person.id));
  /** @type {Map<number, string>} */
  const known = new Map();
  for (const { sender, original_content: content, original_language: language } of conversation.window.messages) {
    const id = Number(sender?.id);
    if (sender?.kind === "user" && content && ids.has(id)) known.set(id, language);
  }
  return known;
}
