// The left side: who is with me, who waits, and (for supervisors) who is with others.

import { byId, h, keyed, setText } from "./dom.js";
import { since } from "./time.js";
import { actions, channels, text, tiers } from "./words.js";

export function riskChip(tier) {
  return tiers[tier] ? h("span", { class: `chip risk-${tier}` }, tiers[tier]) : null;
}

/** Draws the lists. `on.open(id)` and `on.take(item)` are called for what is pressed. */
export class QueueView {
  constructor(desk, on) {
    this.desk = desk;
    this.on = on;
    this.taking = new Set();
    setInterval(() => this.tick(), 20000);
  }

  draw() {
    const { waiting, mine, others } = this.desk.queue;
    const known = this.desk.queueKnown;
    setText(byId("mine-count"), mine.length ? String(mine.length) : "");
    setText(byId("waiting-count"), waiting.length ? String(waiting.length) : "");
    setText(byId("others-count"), others.length ? String(others.length) : "");
    byId("mine-empty").hidden = !known || mine.length > 0;
    byId("waiting-empty").hidden = !known || waiting.length > 0;
    byId("others-part").hidden = others.length === 0;
    keyed(byId("mine"), mine, (item) => item.id, (item) => this.row(item), (row, item) => this.fillMine(row, item));
    const lost = keyed(byId("waiting"), waiting, (item) => item.id, (item) => this.waitingRow(item), (row, item) => this.fillWaiting(row, item));
    if (lost) byId("waiting-title").focus();
    keyed(byId("others"), others, (item) => item.id, () => this.plainRow(), (row, item) => this.fillOther(row, item));
    const danger = waiting.filter((item) => item.risk === "imminent").length;
    const alarm = byId("alarm");
    setText(alarm, danger ? text.riskWaiting(danger) : "");
    alarm.hidden = !danger;
  }

  row(item) {
    return h(
      "li",
      { class: "person" },
      h(
        "button",
        { type: "button", class: "pick", onclick: () => this.on.open(item.id) },
        ...this.lines(),
      ),
    );
  }

  plainRow() {
    return h("li", { class: "person waits" }, this.who());
  }

  who() {
    return h(
      "div",
      { class: "who" },
      ...this.lines(),
    );
  }

  lines() {
    return [
      h("span", { class: "top" }, h("b", { class: "name" }), h("span", { class: "new" }), h("span", { class: "age" })),
      h("span", { class: "meta" }),
      h("span", { class: "chips" }),
    ];
  }

  fill(row, item, meta, age) {
    setText(row.querySelector(".age"), age);
    setText(row.querySelector(".name"), item.person);
    this.chips(row.querySelector(".chips"), item);
    setText(row.querySelector(".meta"), meta);
    const button = row.querySelector(".pick");
    if (!button) return;
    if (this.desk.open === item.id) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }

  fillMine(row, item) {
    const talk = this.desk.talks.get(item.id);
    const typing = talk && talk.typingUntil > Date.now();
    this.fill(row, item, typing ? text.typing(item.person) : channels[item.channel] ?? item.channel, since(item.asked_at));
    const reading = this.desk.open === item.id && document.hasFocus();
    const count = talk && !reading ? talk.unread : 0;
    const badge = row.querySelector(".new");
    if (badge.dataset.count !== String(count)) {
      badge.dataset.count = String(count);
      badge.replaceChildren(...(count ? [h("span", { "aria-hidden": "true" }, String(count)), h("span", { class: "sr" }, text.unread(count))] : []));
    }
  }

  fillOther(row, item) {
    this.fill(row, item, text.withWhom(item.peer), since(item.asked_at));
  }

  waitingRow(item) {
    return h(
      "li",
      { class: "person waits" },
      this.who(),
      h("button", { type: "button", class: "take", onclick: () => this.take(item) }),
    );
  }

  fillWaiting(row, item) {
    const time = since(item.asked_at);
    row.dataset.risk = item.risk;
    setText(row.querySelector(".name"), item.person);
    this.chips(row.querySelector(".chips"), item);
    setText(row.querySelector(".age"), time);
    setText(row.querySelector(".meta"), channels[item.channel] ?? item.channel);
    const button = row.querySelector(".take");
    const taking = this.taking.has(item.id);
    button.classList.toggle("primary", this.desk.queue.waiting[0]?.id === item.id);
    setText(button, taking ? actions.taking : actions.take);
    button.setAttribute("aria-label", text.takeLabel(item.person, tiers[item.risk], time));
    button.setAttribute("aria-disabled", String(taking));
  }

  chips(place, item) {
    if (place.dataset.has === item.risk) return;
    place.dataset.has = item.risk;
    const chip = riskChip(item.risk);
    place.replaceChildren(...(chip ? [chip] : []));
  }

  async take(item) {
    if (this.taking.has(item.id)) return;
    this.taking.add(item.id);
    this.draw();
    try {
      await this.on.take(item);
    } finally {
      this.taking.delete(item.id);
      this.draw();
    }
  }

  tick() {
    if (this.desk.queueKnown) this.draw();
  }
}
