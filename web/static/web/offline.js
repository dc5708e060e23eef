/**
 * What the API answered last, for reading without a network: the lists, and the newest messages of each conversation.
 *
 * It belongs to one person and is deleted when they sign out, in whichever tab; no tab stores for anybody else. Where
 * the browser has no such store (plain http, private windows), nothing is kept.
 */
import { isInThreadOnly } from "./conversation/thread.js";
import { localStore } from "./core.js";

/** @import { Message, MessagePage, Query, User } from "../../types" */

const STORE = "rosetta-answers";
const BASE = "/api/v1";
/** Rows of a stored conversation, which is what a client asks for first. */
export const KEPT_MESSAGES = 50;
const MOST_STORED = 200;
const CONVERSATION = "(?:/workspaces/\\w+/channels/\\w+|/direct-conversations/\\w+)";
const KEPT = new RegExp(
  `^(?:/workspaces|/workspaces/\\w+/(?:channels|members)|/direct-conversations|${CONVERSATION})$`,
);
const MESSAGES = new RegExp(`^${CONVERSATION}/messages$`);

/** Whose answers this page stores. @type {number | null} */
let owner = null;
/** Writes of one page are done in turn, so that a deletion comes after what was being written. */
let writing = Promise.resolve();

const isAvailable = () => "caches" in window && isSecureContext;
/** Another tab may have signed out, or somebody else in. */
const isOwner = () => owner !== null && localStore.get("answers") === owner;

/** @param {string} path @param {Query} [query] */
const addressOf = (path, query = {}) => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  search.sort();
  return `${BASE}${path}${search.size ? `?${search}` : ""}`;
};

/** How a conversation's window asks for its newest messages, which is what is stored of it. */
const NEWEST = { limit: KEPT_MESSAGES, threads: "collapsed" };

/** @param {string} path */
const messagesAddress = (path) => addressOf(`${path}/messages`, NEWEST);

/** Whether an answer is worth keeping. @param {string} path @param {Query} query */
function isKept(path, query) {
  if (MESSAGES.test(path)) return addressOf(path, query) === addressOf(path, NEWEST);
  const isPlain = Object.entries(query).every(([name, value]) => value === undefined || name === "per_page");
  return KEPT.test(path) && (isPlain || (query.page === 1 && query.archived === undefined));
}

/** @param {() => Promise<unknown>} write */
function inTurn(write) {
  if (!isAvailable()) return;
  // A full disk only means that less can be read offline.
  writing = writing.then(write).then(
    () => {},
    () => {},
  );
}

/** @param {string} address @param {unknown} body */
function put(address, body) {
  inTurn(async () => {
    if (!isOwner()) return;
    const store = await caches.open(STORE);
    await store.put(address, new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } }));
    const stored = await store.keys();
    for (const old of stored.slice(0, Math.max(0, stored.length - MOST_STORED))) await store.delete(old);
    // Signed out while it was written.
    if (!isOwner()) await caches.delete(STORE);
  });
}

/** This person's answers are stored from now on; those of anybody else are deleted. @param {User} me */
export function storeFor(me) {
  if (localStore.get("answers") !== me.id) forgetAnswers();
  owner = me.id;
  localStore.set("answers", me.id);
  put(addressOf("/me"), me);
}

/** Nobody is signed in any longer: delete everything, and what is still on its way is not stored. */
export function forgetAnswers() {
  owner = null;
  localStore.set("answers", null);
  inTurn(() => caches.delete(STORE));
}

/** Keep an answer of the API, if it is one of those. @param {string} path @param {Query} query @param {unknown} body */
export function keepAnswer(path, query, body) {
  if (isOwner() && isKept(path, query)) put(addressOf(path, query), body);
}

/**
 * What the API answered last, marked with `isStored`; null if it is not known.
 *
 * @param {string} path
 * @param {Query} [query]
 * @returns {Promise<object | null>}
 */
export async function storedAnswer(path, query) {
  if (!isAvailable() || localStore.get("answers") === null) return null;
  if (owner !== null && !isOwner()) return null;
  try {
    const answer = await (await caches.open(STORE)).match(addressOf(path, query));
    return answer ? { ...(await answer.json()), isStored: true } : null;
  } catch {
    return null;
  }
}

/**
 * Keep the newest messages of a conversation as its window shows them.
 *
 * @param {string} path of the conversation
 * @param {{messages: Message[], atStart: boolean, lastSeq: number}} window
 */
export function keepMessages(path, { messages, atStart, lastSeq }) {
  if (!isOwner() || messages.length === 0) return;
  const rows = messages.slice(-KEPT_MESSAGES);
  const hasMore = !atStart || rows.length < messages.length;
  const meta = { has_more: hasMore, next_before: hasMore ? rows[0].id : null, next_after: null, last_seq: lastSeq };
  put(messagesAddress(path), { data: rows.reverse(), meta });
}

/** A message came to a conversation that is not open. @param {string} path @param {Message} message */
export function keepReceived(path, message) {
  const address = messagesAddress(path);
  inTurn(async () => {
    if (!isOwner()) return;
    const answer = await (await caches.open(STORE)).match(address);
    if (!answer) return;
    /** @type {MessagePage} */
    const page = await answer.json();
    const data = page.data.filter((row) => row.id !== message.id);
    const isNext = message.seq === page.meta.last_seq + 1;
    if (data.length === page.data.length && !isNext) return void (await dropMessages(address));
    const added = isInThreadOnly(message) ? [] : [message];
    put(address, {
      data: [...added, ...data].sort((a, b) => b.seq - a.seq).slice(0, KEPT_MESSAGES),
      meta: { ...page.meta, last_seq: Math.max(page.meta.last_seq, message.seq) },
    });
  });
}

/** What changed in a conversation is not kept as it was. @param {string} path */
export const forgetMessages = (path) => inTurn(() => dropMessages(messagesAddress(path)));

/** @param {string} address */
const dropMessages = async (address) => (await caches.open(STORE)).delete(address);
