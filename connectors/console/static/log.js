// The messages of one conversation. What was there at the beginning is history; what comes later
// is added to a live log, so that a screen reader speaks new messages and nothing else.

import { h, setText } from "./dom.js";
import { atClock, day } from "./time.js";
import { actions, statuses, text, tiers } from "./words.js";

const FAILED = new Set(["failed_here", "failed_permanent", "failed_temporary", "unknown"]);
const NEAR = 80;

export class Log {
  /** `on.retry(echo)`, `on.discard(echo)`, `on.rewrite(text)`, `on.seen()` are called by it. */
  constructor(talk, person, on) {
    this.talk = talk;
    this.person = person;
    this.on = on;
    this.rows = new Map();
    this.told = new Set();
    this.lastDay = "";
    this.lastFrom = "";
    this.below = 0;
    this.history = h("div", { class: "history" });
    this.live = h("div", { class: "live", role: "log", "aria-label": text.log(person), "aria-live": "polite", "aria-relevant": "additions" });
    this.typing = h("p", { class: "typing" });
    this.jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd(true) });
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": text.messages(person) }, this.history, this.live, this.typing);
    this.element = h("div", { class: "log" }, this.scroller, this.jump);
    this.failures = h("p", { class: "sr", role: "alert" });
    this.element.append(this.failures);
    this.scroller.addEventListener("scroll", () => { if (this.atEnd) this.reached(); }, { passive: true });
    this.begun = false;
  }

  /** What scrolls: the messages by themselves or, with very little height, the whole page. */
  get box() {
    return getComputedStyle(this.scroller).overflowY === "visible" ? document.scrollingElement : this.scroller;
  }

  get atEnd() {
    const { box } = this;
    return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  }

  /** Show what is new and update what changed. */
  draw() {
    const stay = !this.begun || this.atEnd;
    const place = this.begun ? this.live : this.history;
    let added = 0;
    for (const entry of this.talk.messages) {
      const row = this.rows.get(`s${entry.seq}`) ?? (entry.client_id && this.adopt(entry));
      if (row) this.status(row, entry.status);
      else {
        this.add(place, entry, `s${entry.seq}`);
        if (entry.from === "person") added += 1;
      }
    }
    const waiting = new Set();
    for (const echo of this.talk.echoes) {
      const key = `c${echo.client_id}`;
      waiting.add(key);
      if (!this.rows.has(key)) this.add(place, { ...echo, from: "me", name: "", extras: [] }, key);
      this.status(this.rows.get(key), echo.status, echo);
    }
    for (const [key, row] of this.rows) {
      if (key.startsWith("c") && !waiting.has(key)) {
        row.remove();
        this.rows.delete(key);
      }
    }
    setText(this.typing, this.talk.typingUntil > Date.now() ? text.typing(this.person) : "");
    if (stay) this.toEnd(false);
    else if (added) {
      this.below += added;
      setText(this.jump, text.newer(this.below));
      this.jump.hidden = false;
    }
    this.begun = true;
  }

  /** The echo of an own message becomes the message, in its place. */
  adopt(entry) {
    const key = `c${entry.client_id}`;
    const row = this.rows.get(key);
    if (!row) return null;
    this.rows.delete(key);
    this.rows.set(`s${entry.seq}`, row);
    row.classList.remove("unsent");
    return row;
  }

  add(place, entry, key) {
    const on = day(entry.at, text);
    if (on.key !== this.lastDay) {
      place.append(h("p", { class: "day" }, h("span", {}, on.label)));
      this.lastFrom = "";
    }
    this.lastDay = on.key;
    const mine = entry.from === "me";
    const who = mine ? text.you : entry.from === "person" ? this.person : entry.name || text[entry.from] || text.system;
    // What is not sent yet stays last, whatever arrives meanwhile.
    const before = key.startsWith("s") ? place.querySelector(".unsent") : null;
    const again = !before && this.lastFrom === `${entry.from}${who}`;
    this.lastFrom = `${entry.from}${who}`;
    const row = h(
      "article",
      { class: `message from-${entry.from}${again ? " again" : ""}` },
      h("h3", { class: "by" }, h("span", { class: "by-who" }, who), " ", h("time", { datetime: entry.at }, atClock(entry.at))),
      h(
        "div",
        { class: "bubble" },
        h("p", { class: "said", dir: "auto" }, entry.text),
        ...entry.extras.map((extra) => h("p", { class: "extra", dir: "auto" }, extra)),
      ),
      tiers[entry.risk] ? h("p", { class: "flag" }, h("span", { class: `chip risk-${entry.risk}` }, text.flagged(tiers[entry.risk]))) : null,
      mine ? h("div", { class: "fate" }, h("span", { class: "fate-text" })) : null,
    );
    this.rows.set(key, row);
    row.classList.toggle("unsent", key.startsWith("c"));
    place.insertBefore(row, before);
    if (mine) this.status(row, entry.status, entry);
  }

  status(row, status, echo = null) {
    const fate = row.querySelector(".fate");
    const why = echo?.why ?? "";
    if (!fate || row.dataset.status === `${status}${why}`) return;
    row.dataset.status = `${status}${why}`;
    row.classList.toggle("failed", FAILED.has(status));
    setText(fate.firstElementChild, [statuses[status] ?? status, why].filter(Boolean).join(" "));
    for (const button of [...fate.querySelectorAll("button")]) button.remove();
    if (status === "failed_here" && echo) {
      fate.append(
        h("button", { type: "button", class: "link", onclick: () => this.on.retry(echo) }, actions.retry),
        h("button", { type: "button", class: "link", onclick: () => this.on.discard(echo) }, actions.discard),
      );
    } else if (status === "failed_temporary" || status === "unknown") {
      const words = row.querySelector(".said").textContent;
      fate.append(h("button", { type: "button", class: "link", onclick: () => this.on.rewrite(words) }, actions.rewrite));
    }
    if (FAILED.has(status) && this.begun) {
      this.failures.textContent = status === "failed_here" ? text.notSent(this.person) : text.notDelivered(this.person);
    }
  }

  toEnd(smooth) {
    const { box } = this;
    box.scrollTo({ top: box.scrollHeight, behavior: smooth ? "smooth" : "auto" });
    this.reached();
  }

  reached() {
    this.below = 0;
    this.jump.hidden = true;
    this.on.seen();
  }
}
