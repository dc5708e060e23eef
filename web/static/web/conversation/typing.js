/** Who is typing in a conversation just now. */

/** @import { Actor } from "../../../types" */

/** As long as docs/realtime.md says, and a second for the way. */
const LASTS = 6000;

/** Who an actor is, as one word. @param {Actor} actor */
export const keyOf = ({ user, guest }) => (user ? `user:${user.id}` : `guest:${guest.id}`);

export class TypingPeople {
  /** By who: `user:7`, `guest:01h…`. @type {Map<string, {name: string, until: number}>} */
  people = new Map();

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
  }

  /** @param {Actor} actor */
  show(actor) {
    const name = actor.user ? actor.user.name : actor.guest.nickname;
    this.people.set(keyOf(actor), { name, until: performance.now() + LASTS });
    this.changed();
    setTimeout(() => this.#expire(), LASTS);
  }

  /** Their message is here. @param {string} key */
  stop(key) {
    this.people.delete(key);
  }

  #expire() {
    for (const [key, { until }] of this.people) if (until <= performance.now() + 50) this.people.delete(key);
    this.changed();
  }
}
