// The console: one desk, three views of it, one event stream.

import { badge, ring, setUp } from "./alerts.js";
import { post } from "./api.js";
import { askToClose, setUpClosing } from "./closing.js";
import { ConversationView } from "./conversation.js";
import { Desk } from "./desk.js";
import { byId, h, setText } from "./dom.js";
import * as keep from "./keep.js";
import { listen } from "./live.js";
import { QueueView } from "./queue.js";
import { line, text } from "./words.js";

const TYPING_LASTS = 6000;

const desk = new Desk(() => draw());
const talkView = new ConversationView(desk, { back: () => open(null), close: askToClose, changed: () => draw() });
const queueView = new QueueView(desk, { open, take });
let known = null;
let active = false;

function draw() {
  queueView.draw();
  talkView.draw();
  const unread = desk.queue.mine.reduce((sum, item) => sum + (desk.talks.get(item.id)?.unread ?? 0), 0);
  badge(unread + desk.queue.waiting.length);
}

/** A short notice for eyes and screen readers alike. */
function say(sentence) {
  const toast = h("p", { class: "toast" }, h("span", {}, sentence), h("button", { type: "button", class: "link", onclick: () => toast.remove() }, text.dismiss));
  byId("toasts").append(toast);
  while (byId("toasts").children.length > 3) byId("toasts").firstElementChild.remove();
  setTimeout(() => { if (!toast.contains(document.activeElement)) toast.remove(); }, 15000);
}

async function open(id) {
  desk.open = id;
  history.replaceState(null, "", id ? `#${id}` : location.pathname);
  if (!id) {
    draw();
    byId("waiting-title").focus();
    return;
  }
  try {
    if (!desk.talk(id).detail) await desk.load(id);
  } catch (error) {
    if (desk.open === id) desk.open = null;
    history.replaceState(null, "", location.pathname);
    say(error.message);
  }
  draw();
  if (desk.open === id) talkView.focus();
}

async function take(item) {
  try {
    await desk.claim(item.id);
    setText(byId("spoken"), text.tookIt(item.person));
    await open(item.id);
  } catch (error) {
    say(error.status === 409 && error.body.by ? text.taken(item.person, error.body.by) : error.message);
  }
}

function noticeNew(queue) {
  const here = new Set(queue.waiting.map((item) => item.id));
  if (known && [...here].some((id) => !known.has(id))) ring();
  known = here;
}

function left(talk, sentence) {
  if (!talk.detail || talk.detail.state !== "peer") return;
  talk.detail = { ...talk.detail, state: "closed" };
  say(sentence(talk.detail.person));
}

const handlers = {
  // Somebody who works here stays signed in; a page that merely lies open does not.
  beat() {
    post("/heartbeat", { active }).catch(() => {});
    active = false;
  },
  state(name) {
    byId("line").dataset.state = name;
    setText(byId("line-text"), line[name]);
  },
  queue(queue) {
    noticeNew(queue);
    for (const item of queue.mine) {
      const talk = desk.talks.get(item.id);
      if (talk?.detail && talk.detail.risk !== item.risk) talk.detail = { ...talk.detail, risk: item.risk };
    }
    desk.setQueue(queue);
  },
  entries({ handoff, messages, revision }) {
    const talk = desk.talk(handoff);
    const first = !talk.detail;
    if (talk.merge(messages, revision) && !first) ring();
    draw();
  },
  left({ handoff, state }) {
    const talk = desk.talks.get(handoff);
    if (talk) left(talk, state === "waiting" ? text.requeued : text.gone);
    draw();
  },
  typing({ handoff }) {
    const talk = desk.talk(handoff);
    talk.typingUntil = Date.now() + TYPING_LASTS;
    draw();
    setTimeout(draw, TYPING_LASTS + 50);
  },
};

for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => { active = true; }, { passive: true });

byId("sign-out").addEventListener("submit", () => keep.forget());
setUpClosing((talk) => {
  left(talk, text.closed);
  keep.setDraft(talk.id, "");
  desk.queue = { ...desk.queue, mine: desk.queue.mine.filter((item) => item.id !== talk.id) };
  open(null);
});
setUp();
keep.begin(document.body.dataset.staff);
listen(handlers);
if (location.hash.length > 1) open(location.hash.slice(1));
