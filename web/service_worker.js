/*
 * The web client's service worker: it shows pushes, and keeps the client's own files for starting without a network.
 * It never stores what the API answers: the page does that, and deletes it at sign-out (offline.js).
 *
 * BUILD and FILES stand above this line when it is served.
 */
const SHELL = `rosetta-shell-${BUILD}`;
const SHELL_PREFIX = "rosetta-shell-";
const PATIENCE = 4000;
// The pages of signed-in people; guests' rooms, admin and the API's documents are none of its business.
const CLIENT_PAGE = /^\/(?:w(?:\/.*)?|share)?$/;
const BIDI = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g;

self.addEventListener("install", (event) => {
  event.waitUntil(storeShell());
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOldShells().then(() => self.clients.claim()));
});

async function storeShell() {
  const shell = await caches.open(SHELL);
  // Without cookies: the document is the same for everybody.
  await shell.put("/", await fetch("/", { credentials: "omit" }));
  await shell.addAll(FILES);
}

async function dropOldShells() {
  for (const name of await caches.keys()) {
    if (name.startsWith(SHELL_PREFIX) && name !== SHELL) await caches.delete(name);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (CLIENT_PAGE.test(url.pathname)) event.respondWith(fromNetworkFirst(request, "/"));
  } else if (url.pathname.startsWith("/static/web/")) {
    event.respondWith(fromNetworkFirst(request, request));
  }
});

/**
 * The network's answer, so that an upgraded service meets no old client; what is stored only where none comes in time.
 *
 * @param {Request} request
 * @param {Request | string} stored
 */
async function fromNetworkFirst(request, stored) {
  const answer = fetch(request);
  answer.catch(() => {});
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  try {
    const first = await Promise.race([answer, late]);
    if (first) return first;
  } catch {
    // No network.
  }
  const shell = await caches.open(SHELL);
  return (await shell.match(stored, { ignoreSearch: true, ignoreVary: true })) ?? answer;
}

// ── Pushes ──

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data));
});

/** @param {PushMessageData | null} raw */
async function show(raw) {
  let push;
  try {
    push = raw.json();
  } catch {
    push = {};
  }
  const { title = "Rosetta", body = "", lang = "", tag = "", badge = null, labels = {}, data = {} } = push;
  if (badge !== null) self.navigator.setAppBadge?.(badge).catch(() => {});
  await self.registration.showNotification(String(title).replace(BIDI, "\ufffd"), {
    body,
    lang,
    dir: "auto",
    tag,
    renotify: Boolean(tag),
    icon: "/static/web/icon-192.png",
    badge: "/static/web/badge-96.png",
    data,
    actions: data.conversation_id ? actionsOf(labels) : [],
  });
}

/** Reply where the system has a field for it below a notification, else open; and mark as read. */
function actionsOf({ open, read, reply }) {
  const canReply = "reply" in NotificationEvent.prototype;
  const first = canReply ? { action: "reply", title: reply, type: "text" } : { action: "open", title: open };
  return [first, { action: "read", title: read }].filter(({ title }) => title);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(act(event.action, event.reply, event.notification.data ?? {}));
});

/** @param {string} action @param {string | undefined} reply @param {Record<string, string | null>} data */
async function act(action, reply, data) {
  if (!data.conversation_id) return open("/");
  const { conversation_id: id, channel_id: channel, workspace_id: workspace, message_id: message } = data;
  const path = channel ? `/workspaces/${workspace}/channels/${channel}` : `/direct-conversations/${id}`;
  const page = `${channel ? `/w/${workspace}/c/${channel}` : `/w/d/${id}`}?at=${message}`;
  if (action === "read") return call(`${path}/read`, { message_id: message });
  if (action !== "reply" || !reply) return open(page);
  const parent = data.parent_message_id ?? undefined;
  const body = { content: reply, type: "markdown", parent_message_id: parent };
  // What cannot be sent from here is not lost silently: the conversation opens.
  return (await call(`${path}/messages`, body)) ? undefined : open(page);
}

/** Show `page` in a window that is open, else in a new one. @param {string} page */
async function open(page) {
  const windows = await self.clients.matchAll({ type: "window" });
  const shown = windows.find((client) => CLIENT_PAGE.test(new URL(client.url).pathname));
  if (!shown) return self.clients.openWindow(page);
  shown.postMessage({ type: "go", page });
  return shown.focus();
}

/**
 * Call the API as whoever is signed in. Returns whether it did what it was asked to.
 *
 * @param {string} path
 * @param {object} body
 */
async function call(path, body) {
  try {
    const csrf = (await fetch("/api/v1/auth/web/csrf")).headers.get("X-CSRFToken");
    const answer = await fetch(`/api/v1${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf ?? "" },
      body: JSON.stringify(body),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

// The browser's push service gave it another address.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew(event));
});

async function renew({ newSubscription, oldSubscription }) {
  const options = oldSubscription?.options;
  if (!newSubscription && !options?.applicationServerKey) return;
  const subscription = newSubscription ?? (await self.registration.pushManager.subscribe(options));
  const { endpoint, keys } = subscription.toJSON();
  await call("/devices", { platform: "web", provider: "webpush", push_token: endpoint, keys });
}
