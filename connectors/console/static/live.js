// The one event stream: who waits, what is written, how messages fare. It resumes by itself.

import { get, signedOut } from "./api.js";

const EVENTS = ["queue", "entries", "left", "typing", "signed_out"];
const QUIET = 45000;

/**
 * Opens the stream and keeps it open. `handle` has a function for each event, and `state(name)`:
 * live (with every new connection), waiting or offline; `beat()` is to tell that we are here.
 */
export function listen(handle) {
  let source = null;
  let delay = 1000;
  let retry = null;
  let heard = Date.now();

  function open() {
    clearTimeout(retry);
    source?.close();
    source = new EventSource("/console/api/stream");
    heard = Date.now();
    source.addEventListener("hello", () => {
      delay = 1000;
      heard = Date.now();
      handle.state("live");
      handle.beat();
    });
    // Answered at once, so that a tab in the background, whose timers sleep, counts as present.
    source.addEventListener("ping", () => {
      heard = Date.now();
      handle.beat();
    });
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => {
        heard = Date.now();
        if (name === "signed_out") signedOut();
        else handle[name](JSON.parse(event.data));
      });
    }
    source.addEventListener("error", () => {
      handle.state(navigator.onLine ? "waiting" : "offline");
      if (source.readyState === EventSource.CLOSED) again();
    });
  }

  // The browser gives up after a refusal; asking who we are tells a lost session from a lost line.
  function again() {
    clearTimeout(retry);
    retry = setTimeout(() => get("/me").then(open, again), delay);
    delay = Math.min(delay * 2, 30000);
  }

  window.addEventListener("online", open);
  window.addEventListener("offline", () => handle.state("offline"));
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  // A line can die without a word; the server speaks every 15 seconds.
  setInterval(() => {
    if (Date.now() - heard > QUIET) {
      handle.state("waiting");
      open();
    }
  }, 5000);
  open();
}
