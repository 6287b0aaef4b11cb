// SPDX-License-Identifier: Apache-2.0
// The page's end of /ws: connects, connects again, and hands over parsed messages. Frames
// are "topic SP json". Re-sent and overtaken messages of a topic are dropped by number, so
// that a value never goes back in time.

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4000;
const ORDERED = new Set(["state", "health", "live"]);

/** Calls `hear(name, body)` for each message and `turn(isOpen)` when the link changes. */
export function connect(hear, turn) {
  let wait_ms = FIRST_WAIT_MS;
  let boot = null;
  let seen = {};

  function isNews(name, body) {
    if (body.boot !== boot) {
      boot = body.boot;
      seen = {};
    }
    if (ORDERED.has(name) && body.seq < (seen[name] ?? 0)) {
      return false;
    }
    seen[name] = body.seq;
    return true;
  }

  function receive(event) {
    const space = event.data.indexOf(" ");
    const name = event.data.slice(event.data.lastIndexOf("/", space) + 1, space);
    const body = JSON.parse(event.data.slice(space + 1));
    wait_ms = FIRST_WAIT_MS;
    if (isNews(name, body)) {
      hear(name, body);
    }
  }

  function open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws`, "revhyper.v1");
    socket.onopen = () => turn(true);
    socket.onmessage = receive;
    socket.onclose = () => {
      turn(false);
      setTimeout(open, wait_ms * (0.8 + 0.4 * Math.random()));
      wait_ms = Math.min(2 * wait_ms, LONGEST_WAIT_MS);
    };
  }

  open();
}
