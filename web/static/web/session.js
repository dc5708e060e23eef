/** Who is signed in here, how they came in and go out, and the language that they read. */
import * as api from "./api.js";
import { ApiError } from "./api_error.js";
import { closeConversations, openedConversations } from "./conversations.js";
import { tabStore } from "./core.js";
import { drafts } from "./drafts.js";
import { match, speak, spoken } from "./i18n.js";
import { forgetAnswers, storeFor } from "./offline.js";
import { app, forgetPerson } from "./state.js";
import { checkStream, closeStream, openStream, renewStream } from "./stream_events.js";
import { beginWorker, unsubscribe } from "./worker.js";
import { forgetSidebar, loadSidebar } from "./workspaces.js";

/** @import { User } from "../../types" */

/** Find out who is signed in, if anybody. */
export async function start() {
  api.whenSignedOut(sessionEnded);
  api.whenUnanswered(checkStream);
  try {
    await signedIn(await api.get("/me", {}, { anonymous: true }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 401) return app.set({ error });
    forgetAnswers();
  }
  return app.set({ isStarted: true, error: null });
}

/** @param {User} me */
export async function signedIn(me) {
  storeFor(me);
  app.set({ me, error: null, isStarted: true });
  beginWorker();
  const language = match(me.preferred_language);
  if (language && language !== spoken()) await setLanguage(language);
  openStream();
  await loadSidebar();
}

/** Sign in by any of the ways that answer with a session. @param {string} path @param {object} body */
export async function enter(path, body) {
  await api.post(path, body, { anonymous: true });
  await signedIn(await api.get("/me"));
}

function signedOut() {
  forgetAnswers();
  forgetSidebar();
  if (!app.state.me) return;
  closeStream();
  closeConversations();
  drafts.forget();
  forgetPerson();
}

/** The session is over. In another tab somebody else may have begun one of their own: then this tab becomes theirs. */
async function sessionEnded() {
  const { me } = app.state;
  signedOut();
  if (!me) return;
  /** @type {User | null} */
  const next = await api.get("/me", {}, { anonymous: true }).catch(() => null);
  if (next && !("isStored" in next) && next.id !== me.id) location.reload();
}

export async function signOut() {
  await unsubscribe().catch(() => {});
  await api.post("/auth/web/logout").catch(() => {});
  tabStore.forget("draft.", "outgoing.", "dismissed.");
  signedOut();
}

/** Speak another language: the interface now, and every message as soon as it is read again. @param {string} code */
export async function setLanguage(code) {
  await speak(code);
  app.set({ language: code });
}

/** Change one's account. @param {Partial<User>} changes */
export async function changeMe(changes) {
  /** @type {User} */
  const me = await api.patch("/me", changes);
  app.set({ me });
  if (changes.preferred_language) await setLanguage(changes.preferred_language);
  if (changes.preferred_language || changes.also_reads) readAgain();
}

/** One reads in another way from now on. */
export function readAgain() {
  renewStream();
  for (const conversation of openedConversations()) conversation.window.reread();
}
