/* The chat: what has been said, what is on its way, and what is going on. */
import * as wire from "./wire.js";
import { clock, h, message, state } from "./draw.js";
import { fill, words } from "./words.js";

const $ = (id) => document.getElementById(id);
const [talk, history, log, intro, standing, typing, line, box, form, newer, say, kind, erase] = [
  "talk", "history", "log", "intro", "standing", "typing", "line", "box", "form", "newer", "say",
  "kind", "erase",
].map($);
const framed = window.parent !== window;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const touch = matchMedia("(pointer: coarse)");
const tell = (beside, more) => framed && window.parent.postMessage({ beside, ...more }, "*");
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const nodes = new Map(); // sequence number -> article
const mine = new Map(); // client id -> article, until the server's echo names its number
const queue = []; // bodies not yet accepted, oldest first
let last = ""; // the id of the last event, to resume after
let caughtUp = false;
let shown = !framed;
let unread = 0;
let latest = 0; // the highest sequence number of a message to the person
let owner = "assistant";
let peer = "";
let following = false;
let wake = () => {};

/* ---- what has been said ---------------------------------------------------------------- */

const bottom = () => talk.scrollHeight - talk.scrollTop - talk.clientHeight;

function goDown() {
  // Never scroll past the beginning of what is new: long answers are read from their top.
  const all = [...talk.querySelectorAll(".message")];
  const own = all.map((node) => node.dataset.from).lastIndexOf("you");
  const from = all[Math.max(own, 0)];
  const top = from ? from.offsetTop - talk.offsetTop - 12 : 0;
  const end = talk.scrollHeight - talk.clientHeight;
  talk.scrollTo({ top: Math.min(top, end), behavior: calm.matches || !caughtUp ? "auto" : "smooth" });
  newer.hidden = end - top < 40;
}

/** After a choice or a tap: to the box, but never so that a phone's keyboard jumps up. */
const rest = () => (touch.matches ? talk : box).focus({ preventScroll: true });

function place(node) {
  const seq = Number(node.dataset.seq) || Infinity;
  const box_ = caughtUp ? log : history;
  let before = null;
  for (let other = box_.lastElementChild; other; other = other.previousElementSibling) {
    if ((Number(other.dataset.seq) || Infinity) <= seq) break;
    before = other;
  }
  box_.insertBefore(node, before);
  began(true);
}

function began(yes) {
  intro.hidden = yes;
  erase.hidden = !yes;
}

/** Choices belong to the last thing asked; older ones would answer a question that is over. */
function tidy() {
  let current = true;
  for (const node of [...talk.querySelectorAll(".message")].reverse()) {
    if (node.dataset.from === "you") current = false;
    const choices = node.querySelector(".choices");
    if (!choices || choices.hidden === !current) continue;
    if (choices.contains(document.activeElement)) rest();
    choices.hidden = !current;
  }
}

function receive(entry) {
  const own = mine.get(entry.client_id);
  if (own || nodes.has(entry.seq)) {
    const node = own || nodes.get(entry.seq);
    node.dataset.seq = entry.seq;
    nodes.set(entry.seq, node);
    mine.delete(entry.client_id);
    // The echo proves arrival, even when the answer to the sending was lost on its way.
    const at = queue.findIndex((item) => item.client_id === entry.client_id);
    if (at >= 0) queue.splice(at, 1);
    if (own) wake();
    progress(node, entry);
    return;
  }
  const down = bottom() < 120 || entry.from === "you";
  const node = message(entry, act);
  nodes.set(entry.seq, node);
  place(node);
  progress(node, entry);
  tidy();
  if (entry.from !== "you") {
    latest = Math.max(latest, entry.seq);
    typing.hidden = true;
    if (caughtUp && !visible()) tell("unread", { count: ++unread });
  }
  if (!caughtUp) return;
  if (down) goDown();
  else newer.hidden = false;
  acknowledge();
}

/** The conversation was erased: nothing of it stays on the screen but what is still on its way. */
function clear() {
  const waiting = queue.map((item) => mine.get(item.client_id));
  for (const node of talk.querySelectorAll(".message")) if (!waiting.includes(node)) node.remove();
  nodes.clear();
  last = acked = "";
  latest = 0;
  began(waiting.length > 0);
  stand({ owner: "assistant" });
}

function progress(node, entry) {
  if (entry.from !== "you") return;
  const name = { delivered: words.delivered, seen: words.seen }[entry.status] || words.sent;
  state(node, `${name} ${clock(entry.at)}`);
}

/* ---- what is on its way ---------------------------------------------------------------- */

const keep = () => wire.draft.write({ text: box.value, queue });

function send(body, text) {
  const item = { client_id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, ...body };
  const node = message({ from: "you", text, at: new Date().toISOString() }, act);
  mine.set(item.client_id, node);
  place(node);
  queue.push(item);
  keep();
  tidy();
  goDown();
  pump();
}

let pumping = false;
async function pump() {
  if (pumping) return;
  pumping = true;
  for (let tries = 0; queue.length;) {
    const item = queue[0];
    const node = mine.get(item.client_id);
    const show = (...what) => node && state(node, ...what);
    show(words.sending);
    try {
      await wire.open();
      const { seq } = await wire.post("messages", item);
      if (queue[0] === item) queue.shift();
      // The stream's echo, which may have been faster, is what names and numbers it for good.
      if (mine.has(item.client_id)) {
        node.dataset.seq = seq;
        show(words.sent);
      }
      tries = 0;
      if (owner === "assistant") waitForAnswer();
      follow();
    } catch (error) {
      if (queue[0] !== item) continue; // its echo came meanwhile
      const status = error.status || 0;
      const drop = () => {
        queue.splice(0, queue.length, ...queue.filter((other) => other !== item));
        mine.delete(item.client_id);
        node?.remove();
        keep();
        wake();
      };
      if (status === 401) {
        // The token is no longer ours to use; the words are not lost, they begin a new talk.
        wire.wipe();
        clear();
        announce(words.lost);
      } else if (status === 429) {
        show(words.slow);
        await sleep(error.wait * 1000);
      } else if (status >= 400 && status < 500) {
        drop();
        if (!box.value && item.text && !item.payload) box.value = item.text;
        announce(error.message || words.refused);
        grow();
      } else {
        show(words.failed, [words.again, () => wake()], [words.remove, drop]);
        await Promise.race([
          sleep(Math.min(6, 2 ** tries++) * 1000),
          new Promise((done) => { wake = done; }),
        ]);
      }
    }
    keep();
  }
  pumping = false;
}

let answering;
function waitForAnswer() {
  clearTimeout(answering);
  answering = setTimeout(() => showTyping(words.besideTyping, 60_000), 700);
}

let quiet;
function showTyping(text, ms = 6000) {
  const last = [...talk.querySelectorAll(".message")].pop();
  if (owner === "assistant" && last?.dataset.from !== "you") return;
  const down = bottom() < 120;
  typing.lastElementChild.textContent = text;
  typing.hidden = false;
  if (down) talk.scrollTo({ top: talk.scrollHeight });
  clearTimeout(quiet);
  quiet = setTimeout(() => { typing.hidden = true; }, ms);
}

/* ---- what is going on ------------------------------------------------------------------ */

let fading;
function announce(text, ms = 9000) {
  clearTimeout(fading);
  line.textContent = text;
  line.hidden = !text;
  if (ms) fading = setTimeout(() => { line.hidden = true; line.textContent = ""; }, ms);
}

function stand(now) {
  owner = now.owner;
  peer = now.peer || "";
  if (owner !== "assistant") clearTimeout(answering);
  const parts = {
    waiting: () => [waitText(now.waiting), words.leaveQueue],
    peer: () => [fill(words.talking, { name: peer || words.peerLong }), words.leavePeer],
    closed: () => [words.closed],
  }[owner]?.();
  kind.textContent = owner === "peer"
    ? fill(words.kindPeer, { name: peer || words.peerLong })
    : words.kind;
  standing.hidden = !parts;
  if (!parts) return standing.replaceChildren();
  const [text, leave] = parts;
  if (standing.firstElementChild?.textContent === text) return undefined;
  standing.replaceChildren(h("p", { dir: "auto" }, text), leave ? h("button", {
    type: "button",
    class: "small",
    onclick: () => {
      act.choose({ payload: "/leave_queue", title: leave });
    },
  }, leave) : "");
  return undefined;
}

function waitText({ since, ahead }) {
  const where = ahead ? fill(words.waitingAhead, { count: ahead }) : words.waitingFirst;
  return `${fill(words.waiting, { time: clock(since) })} ${where}`;
}

const visible = () => shown && document.visibilityState === "visible";
let acked = "";
let acking;
function acknowledge() {
  clearTimeout(acking);
  acking = setTimeout(() => {
    const status = visible() ? "seen" : "delivered";
    if (!latest || acked === status + latest) return;
    if (status === "delivered" && acked === `seen${latest}`) return;
    acked = status + latest;
    wire.post("acknowledge", { status, up_to: latest }).catch(() => { acked = ""; });
  }, 300);
}

const heard = {
  message: receive,
  status: receive,
  standing: stand,
  typing: ({ who }) => {
    if (who === "peer") showTyping(fill(words.peerTyping, { name: peer || words.peerLong }));
    else if (who === "assistant") showTyping(words.besideTyping, 60_000);
  },
  forgotten: clear,
  reset: clear,
  ready: () => {
    if (caughtUp) return;
    caughtUp = true;
    goDown();
    acknowledge();
  },
};

/** Keeps the stream open, for as long as this page lives. */
async function follow() {
  if (following || !wire.known()) return;
  following = true;
  for (let tries = 0; wire.known();) {
    let dropped = true;
    try {
      await wire.listen(last, (event, data, id) => {
        heard[event]?.(data);
        if (id) last = id;
      }, () => {
        if (tries > 1) announce(words.back, 3000);
        else if (tries) announce("");
        tries = 0;
        wake();
      });
    } catch (error) {
      if (error.status === 401) {
        wire.wipe();
        break;
      }
      dropped = error.status !== 404;
      if (!dropped) heard.ready(); // its conversation has not begun yet, or was erased
    }
    if (!dropped) break;
    tries += 1;
    if (tries > 1) announce(navigator.onLine ? words.reconnecting : words.offline, 0);
    await Promise.race([
      sleep(Math.min(8, 2 ** (tries - 1)) * 500 * (1 + Math.random())),
      new Promise((done) => addEventListener("online", done, { once: true })),
    ]);
  }
  following = false;
}

addEventListener("offline", () => announce(words.offline, 0));
addEventListener("online", () => { announce(""); wake(); });

/* ---- what a person can do -------------------------------------------------------------- */

const act = {
  choose: ({ title, payload }) => {
    send({ payload, title }, title);
    rest();
  },
  file: async (button) => {
    button.disabled = true;
    try {
      const href = URL.createObjectURL(await wire.document_());
      h("a", { href, download: "questions.pdf" }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
    } catch {
      announce(words.documentFailed);
    }
    button.disabled = false;
  },
  locate: (button) => {
    const before = button.textContent;
    button.textContent = words.locationWait;
    const settle = () => { button.textContent = before; };
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      settle();
      const place_ = [coords.latitude, coords.longitude].map((degrees) => Number(degrees.toFixed(2)));
      send({ place: place_ }, words.locationSent);
      rest();
    }, () => {
      settle();
      announce(words.locationFailed);
      box.focus({ preventScroll: true });
    }, { enableHighAccuracy: false, timeout: 15_000, maximumAge: 600_000 });
  },
};

function grow() {
  box.style.blockSize = "auto";
  box.style.blockSize = `${Math.min(box.scrollHeight + 2, window.innerHeight * 0.35)}px`;
}

let typed = 0;
box.addEventListener("input", () => {
  grow();
  keep();
  if (owner === "peer" && Date.now() - typed > 4000) {
    typed = Date.now();
    wire.post("typing", {}).catch(() => {});
  }
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (!text) return box.focus();
  box.value = "";
  grow();
  send({ text }, text);
  return box.focus({ preventScroll: true });
});
for (const button of document.querySelectorAll("[data-payload]")) {
  button.addEventListener("click", () => act.choose({
    title: button.textContent.trim(), payload: button.dataset.payload,
  }));
}
newer.addEventListener("click", () => {
  talk.scrollBy({ top: talk.clientHeight * 0.8, behavior: calm.matches ? "auto" : "smooth" });
  rest();
});
let near = true; // the end of the talk is in view, and stays so when the view changes its size
talk.addEventListener("scroll", () => {
  near = bottom() < 40;
  if (near) newer.hidden = true;
}, { passive: true });
new ResizeObserver(() => {
  if (near) talk.scrollTop = talk.scrollHeight;
  else if (bottom() > 60 && intro.hidden) newer.hidden = false;
}).observe(talk);

$("exit").addEventListener("click", (event) => {
  event.preventDefault();
  const { href } = event.currentTarget;
  document.body.hidden = true;
  wire.wipe();
  tell("exit");
  window.top.location.replace(href);
});
$("close").hidden = !framed;
$("close").addEventListener("click", () => tell("close"));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && framed && !event.isComposing) tell("close");
});
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
document.addEventListener("visibilitychange", () => visible() && acknowledge());
addEventListener("message", (event) => {
  if (event.source !== window.parent || !framed) return;
  const what = event.data?.beside;
  if (!["open", "shown", "closed"].includes(what)) return;
  shown = what !== "closed";
  if (shown) {
    unread = 0;
    acknowledge();
  }
  // On a phone the keyboard would cover what there is to read first.
  if (what === "open") (touch.matches ? say : box).focus({ preventScroll: true });
});

/* ---- begin ----------------------------------------------------------------------------- */

const left = wire.draft.read();
box.value = left.text || "";
caughtUp = !wire.known();
for (const item of left.queue || []) {
  queue.push(item);
  const text = item.place ? words.locationSent : item.title || item.text;
  const node = message({ from: "you", text, at: new Date().toISOString() }, act);
  mine.set(item.client_id, node);
  log.append(node);
  began(true);
}
grow();
follow();
pump();
tell("ready");
if (!framed && !touch.matches) box.focus();
