/** The realtime stream: one socket, a cursor for each stream, and nothing missed between two connections. */

/** @import { ClientFrame, EventFrame, HelloFrame, LinkState, ServerFrame, SignalFrame } from "../../types" */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
// After the service said that one has too many sockets: another tab has to be closed first.
const CROWDED_WAIT = 60_000;
const HELLO_WITHIN = 10_000;

/**
 * @typedef {{
 *   protocols?: string[],
 *   onState: (state: LinkState) => void,
 *   onReady: (isFirst: boolean) => void,
 *   onEvent: (frame: EventFrame) => void,
 *   onSignal: (frame: SignalFrame) => void,
 *   onReset: (stream: string) => void,
 *   onRefused: (code: number) => void,
 * }} Listeners
 */

export class Stream {
  /** The last number seen of each stream. @type {Record<string, number>} */
  cursors = {};
  #socket = /** @type {WebSocket | null} */ (null);
  #wait = FIRST_WAIT;
  #heartbeat = 25;
  #timers = { again: 0, beat: 0, deadline: 0 };
  /** Ends what is listened to in the window. */
  #listeners = new AbortController();
  #isOver = false;
  #isReplaying = false;
  #hasBeenReady = false;

  /** @param {Listeners} listeners */
  constructor(listeners) {
    this.listeners = listeners;
    const { signal } = this.#listeners;
    addEventListener("online", () => this.#connectSoon(0), { signal });
    addEventListener("offline", () => this.check(2000), { signal });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#lookUp(), {
      signal,
    });
    this.#connect();
  }

  /** End permanently. */
  close() {
    this.#isOver = true;
    this.#listeners.abort();
    Object.values(this.#timers).forEach(clearTimeout);
    this.#socket?.close(1000);
    this.#socket = null;
  }

  /** Connect again with the same cursors, after the user or the language changed. */
  renew() {
    this.#wait = FIRST_WAIT;
    this.#socket?.close(1000);
  }

  /** @param {ClientFrame} frame @returns {boolean} whether it could be sent */
  send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #connect() {
    clearTimeout(this.#timers.again);
    if (this.#isOver || this.#socket) return;
    this.listeners.onState("connecting");
    const url = new URL("/api/v1/realtime", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, ["rosetta.v1", ...(this.listeners.protocols ?? [])]);
    this.#socket = socket;
    this.#expect(HELLO_WITHIN);
    socket.onmessage = (message) => {
      if (this.#socket !== socket) return;
      clearTimeout(this.#timers.deadline);
      /** @type {ServerFrame} */
      let frame;
      try {
        frame = JSON.parse(message.data);
      } catch {
        return;
      }
      this.#receive(frame);
    };
    socket.onclose = (event) => {
      if (this.#socket === socket) this.#closed(event.code);
    };
  }

  /** @param {ServerFrame} frame */
  #receive(frame) {
    switch (frame.type) {
      case "hello":
        return this.#hello(frame);
      case "event":
        return this.#event(frame);
      case "signal":
        return this.listeners.onSignal(frame);
      case "resumed":
        Object.assign(this.cursors, frame.cursors);
        return this.#ready();
      case "reset": {
        const stream = frame.conversation_id ?? frame.workspace_id;
        delete this.cursors[stream];
        return this.listeners.onReset(stream);
      }
      case "pong":
      case "error":
        return undefined;
      default:
        // Later versions of the service may send more; each frame of this one has a case.
        return void (/** @satisfies {never} */ (frame));
    }
  }

  /** @param {HelloFrame} frame */
  #hello(frame) {
    this.#heartbeat = frame.heartbeat_seconds || this.#heartbeat;
    this.#beat();
    if (this.#hasBeenReady) {
      this.#isReplaying = true;
      /** @type {Record<string, number>} */
      const known = {};
      for (const [stream, last] of Object.entries(frame.cursors ?? {})) known[stream] = this.cursors[stream] ?? last;
      this.cursors = known;
      this.send({ type: "resume", cursors: known });
    } else {
      this.cursors = { ...frame.cursors };
      this.#ready();
    }
  }

  #ready() {
    const isFirst = !this.#hasBeenReady;
    this.#isReplaying = false;
    this.#hasBeenReady = true;
    this.#wait = FIRST_WAIT;
    this.listeners.onState("online");
    this.listeners.onReady(isFirst);
  }

  /** @param {EventFrame} frame */
  #event(frame) {
    const stream = frame.conversation_id ?? frame.workspace_id;
    const cursor = this.cursors[stream];
    // Applying an event twice is harmless, so a gap only costs a replay. The cursor stays below it until the replay is
    // complete.
    if (cursor !== undefined && frame.prev > cursor && !this.#isReplaying) {
      this.#isReplaying = true;
      this.send({ type: "resume", cursors: { ...this.cursors } });
    } else if (cursor === undefined || frame.seq > cursor) {
      if (cursor === undefined || frame.prev <= cursor) this.cursors[stream] = frame.seq;
    }
    this.listeners.onEvent(frame);
  }

  #beat() {
    clearTimeout(this.#timers.beat);
    this.#timers.beat = setTimeout(() => {
      this.send({ type: "ping" });
      this.#expect(this.#heartbeat * 1000);
      this.#beat();
    }, this.#heartbeat * 1000);
  }

  /** Ask an open connection for a sign of life now. @param {number} [within] milliseconds */
  check(within = 4000) {
    if (this.send({ type: "ping" })) this.#expect(within);
  }

  /** The reader is back: the connection is tried, or made without waiting any longer. */
  #lookUp() {
    if (this.#socket) this.check();
    else this.#connectSoon(0);
  }

  /** Give the connection up unless something arrives within `milliseconds`. @param {number} milliseconds */
  #expect(milliseconds) {
    clearTimeout(this.#timers.deadline);
    const socket = this.#socket;
    this.#timers.deadline = setTimeout(() => {
      if (this.#socket !== socket) return;
      socket?.close();
      // A dead network does not answer a close either.
      this.#closed(1006);
    }, milliseconds);
  }

  /** @param {number} code */
  #closed(code) {
    clearTimeout(this.#timers.beat);
    clearTimeout(this.#timers.deadline);
    this.#socket = null;
    this.#isReplaying = false;
    if (this.#isOver) return;
    this.listeners.onState("offline");
    if (code === 4401 || code === 4403) {
      this.listeners.onRefused(code);
      if (code === 4403) return this.close();
    }
    if (code === 4400) this.#wait = LONGEST_WAIT;
    const wait = code === 4429 ? CROWDED_WAIT : this.#wait;
    this.#connectSoon(code === 1000 ? 0 : wait * (0.5 + Math.random()));
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }

  /** @param {number} milliseconds */
  #connectSoon(milliseconds) {
    clearTimeout(this.#timers.again);
    this.#timers.again = setTimeout(() => this.#connect(), milliseconds);
  }
}
