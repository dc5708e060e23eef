/** The public REST API: who calls, the CSRF token, what may be tried again, and what was answered before. */
import { ApiError } from "./api_error.js";
import { spoken } from "./i18n.js";
import { keepAnswer, storedAnswer } from "./offline.js";
import { pathOf } from "./paths.js";

/** @import { Query, SentFile } from "../../types" */
/** @import { ErrorBody } from "./api_error.js" */

const BASE = "/api/v1";
const PATIENCE = 20_000;
const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** @type {string | null} */
let guestToken = null;

/** Server's clock less ours, in milliseconds: a wrong clock here must not make "today" wrong. */
let clockOffset = 0;

/** Called when a signed-in person's session is over. */
let onSignedOut = () => {};

/** Called when a request got no answer at all. */
let onUnanswered = () => {};

/** Call as this guest, without any cookie, from now on. @param {string | null} token */
export const callAsGuest = (token) => {
  guestToken = token;
};

/** @param {() => void} call */
export const whenSignedOut = (call) => {
  onSignedOut = call;
};

/** @param {() => void} call */
export const whenUnanswered = (call) => {
  onUnanswered = call;
};

/** Now, by the server's clock, in milliseconds. */
export const now = () => Date.now() + clockOffset;

/** @param {string} name */
const cookie = (name) =>
  document.cookie
    .split("; ")
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? "";

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * @typedef {{
 *   body?: unknown, headers?: Record<string, string>, query?: Query, anonymous?: boolean, patience?: number,
 * }} Options
 *   `anonymous`: a 401 is this call's own answer, not the end of a session; `patience`: milliseconds
 */

/**
 * The answer's JSON, or null where it has none: of the type that the caller expects of it.
 *
 * @template T
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {Options} [options]
 * @returns {Promise<T>}
 */
async function call(method, path, options) {
  const isRead = method === "GET" && guestToken === null;
  try {
    const body = await bodyOf(await answerOf(method, path, options));
    if (isRead) keepAnswer(path, options?.query ?? {}, body);
    return body;
  } catch (error) {
    const stored = isRead && error.status === 0 && (await storedAnswer(path, options?.query));
    if (!stored) throw error;
    return /** @type {T} */ (stored);
  }
}

/**
 * A success, after tries again where that may help. Raises ApiError.
 *
 * @param {string} method
 * @param {string} path
 * @param {Options} [options]
 */
async function answerOf(method, path, options = {}) {
  let tries = method === "GET" && navigator.onLine ? 3 : 1;
  let mayRefresh = UNSAFE.has(method) && guestToken === null;
  for (;;) {
    try {
      return await once(method, path, options);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 403 && mayRefresh && /csrf/i.test(error.message)) {
        mayRefresh = false;
        await once("GET", "/auth/web/csrf", {});
        continue;
      }
      if (error.status === 401 && !options.anonymous) onSignedOut();
      tries -= 1;
      if (!error.isPassing || tries <= 0 || (error.status === 429 && error.retryAfter > 10)) throw error;
      await pause(error.status === 429 ? error.retryAfter * 1000 : 400 * (3 - tries) + Math.random() * 200);
    }
  }
}

/** @param {string} method @param {string} path @param {Options} options */
async function once(method, path, { body, headers = {}, query, patience = PATIENCE }) {
  /** @type {Record<string, string>} */
  const sent = { Accept: "application/json", "Accept-Language": spoken(), ...headers };
  if (guestToken) sent["X-Rosetta-Guest-Token"] = guestToken;
  if (guestToken === null && UNSAFE.has(method)) {
    if (!cookie("csrftoken")) await once("GET", "/auth/web/csrf", {});
    sent["X-CSRFToken"] = cookie("csrftoken");
  }
  if (body !== undefined) sent["Content-Type"] = "application/json";
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  const url = `${BASE}${path}${search.size ? `?${search}` : ""}`;
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(url, {
      method,
      headers: sent,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: guestToken === null ? "same-origin" : "omit",
      signal: patience ? AbortSignal.timeout(patience) : undefined,
    });
  } catch {
    onUnanswered();
    throw new ApiError(0);
  }
  const date = Date.parse(answer.headers.get("Date") ?? "");
  if (date && Math.abs(date - Date.now()) > 60_000) clockOffset = date - Date.now();
  else if (date) clockOffset = 0;
  if (!answer.ok) throw new ApiError(answer.status, await bodyOf(answer), answer.headers);
  return answer;
}

/**
 * An answer's JSON, null where it has none. One that breaks off on its way is no answer, whatever its status says.
 *
 * @param {Response} answer
 */
async function bodyOf(answer) {
  try {
    const text = await answer.text();
    return text ? JSON.parse(text) : null;
  } catch {
    if (!answer.ok) return null;
    throw new ApiError(0);
  }
}

/** @template T @param {string} path @param {Query} [query] @param {Options} [options] @returns {Promise<T>} */
export const get = (path, query, options) => call("GET", path, { query, ...options });

/** @template T @param {string} path @param {unknown} [body] @param {Options} [options] @returns {Promise<T>} */
export const post = (path, body = {}, options) => call("POST", path, { body, ...options });

/** @template T @param {string} path @param {unknown} [body] @param {Options} [options] @returns {Promise<T>} */
export const put = (path, body = {}, options) => call("PUT", path, { body, ...options });

/** @template T @param {string} path @param {unknown} [body] @param {Options} [options] @returns {Promise<T>} */
export const patch = (path, body = {}, options) => call("PATCH", path, { body, ...options });

/** @template T @param {string} path @param {unknown} [body] @param {Options} [options] @returns {Promise<T>} */
export const remove = (path, body, options) => call("DELETE", path, { body, ...options });

/**
 * Every row of a paged list, up to `most` of them.
 *
 * @template T
 * @param {string} path
 * @param {Query} [query]
 * @returns {Promise<T[]>}
 */
export async function all(path, query = {}, most = 1000) {
  /** @type {T[]} */
  const rows = [];
  for (let page = 1; ; page += 1) {
    /** @type {{data: T[], meta?: {last_page?: number}}} */
    const answer = await get(path, { ...query, per_page: 100, page });
    rows.push(...answer.data);
    if (page >= (answer.meta?.last_page ?? 1) || rows.length >= most) return rows;
  }
}

/**
 * Send a file, telling how far it is.
 *
 * @param {File} file
 * @param {(share: number) => void} progress from 0 to 1
 * @returns {{done: Promise<SentFile>, stop: () => void}}
 */
export function upload(file, progress) {
  const request = new XMLHttpRequest();
  const done = (async () => {
    if (guestToken === null && !cookie("csrftoken")) await once("GET", "/auth/web/csrf", {});
    return new Promise((resolve, reject) => {
      request.open("POST", `${BASE}/files`);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("Accept-Language", spoken());
      if (guestToken) request.setRequestHeader("X-Rosetta-Guest-Token", guestToken);
      if (guestToken === null) request.setRequestHeader("X-CSRFToken", cookie("csrftoken"));
      request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
      request.onerror = () => reject(new ApiError(0));
      request.onabort = () => reject(new ApiError(0));
      request.onload = () => {
        const headers = new Headers({ "Retry-After": request.getResponseHeader("Retry-After") ?? "" });
        const body = parsed(request.responseText);
        if (request.status < 300 && body?.data) resolve(body.data);
        else reject(new ApiError(request.status, body, headers));
      };
      const form = new FormData();
      form.append("file", file, file.name || "image.png");
      request.send(form);
    });
  })();
  return { done, stop: () => request.abort() };
}

/**
 * The JSON of an answer; null if it is not JSON, as from a proxy in between: its status says enough.
 *
 * @param {string} text
 * @returns {(ErrorBody & {data?: SentFile}) | null}
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The bytes of an attachment as an object URL, for callers that no cookie speaks for. @param {string} url */
export async function blobOf(url) {
  // The bytes themselves: the browser would not follow a redirect to storage with this token.
  const options = { query: { redirect: false }, patience: 120_000 };
  const answer = await answerOf("GET", pathOf(url).replace(BASE, ""), options);
  return URL.createObjectURL(await answer.blob());
}
