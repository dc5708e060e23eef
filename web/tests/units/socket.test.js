import { Stream } from "/static/web/socket.js";
import { equal, ok } from "./checks.js";

/**
 * A stream over sockets that the test closes; `again` are the milliseconds after which it wants to connect anew.
 * @param {(line: { sockets: any[], again: number[], refused: number[], stream: Stream }) => void} test
 */
function withStream(test) {
  const [realSocket, realTimeout] = [globalThis.WebSocket, globalThis.setTimeout];
  const line = /** @type {any} */ ({ sockets: [], again: [], refused: [] });
  globalThis.WebSocket = /** @type {any} */ (
    class {
      static OPEN = 1;
      readyState = 1;
      constructor() {
        line.sockets.push(this);
      }
      send() {}
      close() {}
    }
  );
  globalThis.setTimeout = /** @type {any} */ (
    (_again, milliseconds) => {
      line.again.push(milliseconds);
      return 0;
    }
  );
  const silent = () => {};
  line.stream = new Stream({
    onState: silent,
    onReady: silent,
    onEvent: silent,
    onSignal: silent,
    onReset: silent,
    onRefused: (code) => line.refused.push(code),
  });
  try {
    test(line);
  } finally {
    line.stream.close();
    [globalThis.WebSocket, globalThis.setTimeout] = [realSocket, realTimeout];
  }
}

/** Close the newest socket with `code`, and return the wait before the next. */
function waitAfter(line, code) {
  line.again.length = 0;
  line.sockets.at(-1).onclose({ code });
  return line.again.at(-1);
}

export const tests = {
  "after a broken line it connects again soon"() {
    withStream((line) => {
      const wait = waitAfter(line, 1006);
      ok(wait >= 250 && wait <= 750, `${wait}`);
    });
  },

  "after too many sockets it waits about a minute and says nothing of being signed out"() {
    withStream((line) => {
      const wait = waitAfter(line, 4429);
      ok(wait >= 30_000 && wait <= 90_000, `${wait}`);
      equal(line.refused, []);
    });
  },

  "after too many errors it waits long"() {
    withStream((line) => {
      const wait = waitAfter(line, 4400);
      ok(wait >= 7_500 && wait <= 22_500, `${wait}`);
    });
  },

  "credentials that are no longer valid are told, and an ended room ends the stream"() {
    withStream((line) => {
      waitAfter(line, 4401);
      equal(line.refused, [4401]);
    });
    withStream((line) => {
      equal(waitAfter(line, 4403), undefined);
      equal(line.refused, [4403]);
    });
  },
};
