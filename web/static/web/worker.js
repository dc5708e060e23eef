/** This browser as an installed app: its service worker, pushes to it, and installing. */
import * as api from "./api.js";
import { localStore, Observable } from "./core.js";
import { go } from "./router.js";

/** @import { DeviceResource, PushPreferenceResource } from "../../schema" */

const WORKER = "/service-worker.js";
/** The first load is not slowed down by what is stored for later ones. */
const REGISTER_AFTER = 2000;

const hasWorker = () => "serviceWorker" in navigator && isSecureContext;
/** Whether this browser can get pushes while no page of the client is open. */
export const mayPush = () => hasWorker() && "PushManager" in window;

/** Have the service worker, and what it knows of the client, some time after the client has started. */
export function beginWorker() {
  if (!hasWorker()) return;
  setTimeout(
    () =>
      navigator.serviceWorker
        .register(WORKER)
        .then(renewPush)
        .catch(() => {}),
    REGISTER_AFTER,
  );
}

/** The worker that is active; null where there is none. */
export async function activeWorker() {
  if (!hasWorker()) return null;
  return (await navigator.serviceWorker.getRegistration("/")) ?? null;
}

if (hasWorker()) {
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data?.type === "go" && typeof data.page === "string" && data.page.startsWith("/")) go(data.page);
  });
}

// ── Pushes ──

/**
 * Have pushes sent to this browser. Whoever is signed in has allowed it.
 *
 * @returns {Promise<boolean>} whether they are
 */
export async function subscribe() {
  if (!mayPush()) return false;
  /** @type {{data: PushPreferenceResource}} */
  const { data } = await api.get("/me/notifications");
  if (!data.web_push_key) return false;
  await navigator.serviceWorker.register(WORKER);
  const { pushManager } = await navigator.serviceWorker.ready;
  let subscription = await pushManager.getSubscription();
  if (subscription && keyOf(subscription) !== data.web_push_key) {
    await subscription.unsubscribe();
    subscription = null;
  }
  const options = { userVisibleOnly: true, applicationServerKey: data.web_push_key };
  subscription ??= await pushManager.subscribe(options);
  const { endpoint, keys } = subscription.toJSON();
  /** @type {{data: DeviceResource}} */
  const device = await api.post("/devices", {
    platform: "web",
    provider: "webpush",
    push_token: endpoint,
    keys,
    device_name: browserName(),
  });
  localStore.set("device", device.data.id);
  return true;
}

/** Register again what was registered: a device ends with its session, and keys may change. */
async function renewPush() {
  const isWanted = localStore.get("notify") === true && window.Notification?.permission === "granted";
  if (isWanted) await subscribe();
}

/** No pushes to this browser any longer; those that are shown disappear. */
export async function unsubscribe() {
  const device = localStore.get("device");
  localStore.set("device", null);
  if (device) await api.remove(`/devices/${device}`, undefined, { anonymous: true }).catch(() => {});
  const worker = await activeWorker();
  for (const notification of (await worker?.getNotifications()) ?? []) notification.close();
  await (await worker?.pushManager?.getSubscription())?.unsubscribe();
}

/** @param {PushSubscription} subscription */
function keyOf({ options }) {
  const bytes = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** What its owner knows this browser by. */
function browserName() {
  const { userAgent } = navigator;
  const browser = /Edg|OPR|Firefox|Chrome|Safari/.exec(userAgent)?.[0] ?? "";
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(userAgent)?.[0] ?? "";
  const name = { Edg: "Edge", OPR: "Opera" }[browser] ?? browser;
  return [name, system].filter(Boolean).join(" · ") || "Web";
}

// ── Installing ──

class Installation extends Observable {
  /** What the browser offers, until it is used. @type {(Event & {prompt: () => Promise<unknown>}) | null} */
  #offer = null;

  constructor() {
    super();
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.#hold(/** @type {Event & {prompt: () => Promise<unknown>}} */ (event));
    });
    addEventListener("appinstalled", () => this.#hold(null));
  }

  /** @param {(Event & {prompt: () => Promise<unknown>}) | null} offer */
  #hold(offer) {
    this.#offer = offer;
    this.changed();
  }

  get isOffered() {
    return this.#offer !== null;
  }

  /** Ask the person, once for each offer of the browser. */
  async install() {
    const offer = this.#offer;
    this.#hold(null);
    await offer?.prompt();
  }
}

export const installation = new Installation();
