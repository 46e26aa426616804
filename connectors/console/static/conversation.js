// The open conversation: who it is, the risk, what was shared, the messages, where to write.

import { post } from "./api.js";
import { Composer } from "./composer.js";
import { byId, h, setText } from "./dom.js";
import { Log } from "./log.js";
import { riskChip } from "./queue.js";
import { retry, send } from "./sending.js";
import { sharedPanel } from "./shared.js";
import { atClock } from "./time.js";
import { banners, channels, shared as words, text } from "./words.js";

const wide = matchMedia("(min-width: 70rem)");

export class ConversationView {
  /** `on.back()`, `on.close(talk)`, `on.changed(talk)` and `on.trouble(sentence)` are called. */
  constructor(desk, on) {
    this.desk = desk;
    this.on = on;
    this.shown = null;
    this.parts = null;
    this.seenTimer = null;
    document.addEventListener("visibilitychange", () => this.seen());
    window.addEventListener("focus", () => this.seen());
  }

  /** Draw the open conversation, or nothing. */
  draw() {
    const talk = this.desk.current;
    const ready = talk?.detail ? talk : null;
    byId("blank").hidden = Boolean(ready);
    byId("open").hidden = !ready;
    document.body.dataset.view = ready ? "talk" : "queue";
    if (!ready) {
      this.shown = null;
      this.parts = null;
      byId("open").replaceChildren();
      return;
    }
    if (this.shown !== ready) this.build(ready);
    this.update(ready);
  }

  build(talk) {
    const { detail } = talk;
    const person = detail.person;
    const changed = (which) => this.on.changed(which);
    const log = new Log(talk, person, {
      retry: (echo) => retry(talk, echo, changed),
      discard: (echo) => { talk.drop(echo.client_id); changed(talk); },
      rewrite: (said) => composer.rewrite(said),
      seen: () => this.seen(),
    });
    const composer = new Composer(talk, person, {
      send: (said) => { send(talk, said, changed); log.toEnd(false); },
      typing: () => post(`/handoffs/${encodeURIComponent(talk.id)}/typing`).catch(() => {}),
    });
    const panelId = `shared-${talk.id}`;
    const panel = h("aside", { class: "shared", id: panelId, "aria-label": words.title, tabindex: "0" }, h("h3", {}, words.title), ...sharedPanel(detail.shared));
    const toggle = h("button", { type: "button", class: "show-shared", "aria-expanded": "false", "aria-controls": panelId, onclick: () => this.show(panel, toggle, panel.dataset.folded === "true") }, text.showShared);
    const closeButton = h("button", { type: "button", class: "close", onclick: () => this.on.close(talk) }, text.close);
    const chips = h("span", { class: "chips" });
    const banner = h("p", { class: "banner", role: "status", hidden: true });
    const over = h("div", { class: "over-note", hidden: true }, h("p", {}, text.closedWhy), h("button", { type: "button", onclick: () => this.on.back() }, text.back));
    this.parts = { log, composer, chips, banner, over, closeButton, toggle, risk: null };
    this.shown = talk;
    byId("open").replaceChildren(
      h(
        "header",
        { class: "talk-head" },
        h("button", { type: "button", class: "plain back", "aria-label": text.back, onclick: () => this.on.back() }, h("span", { class: "arrow", "aria-hidden": "true" })),
        h("div", { class: "talk-who" }, h("h2", {}, person, " ", chips), h("p", { class: "small" }, `${channels[detail.channel] ?? detail.channel} · ${text.askedAt(atClock(detail.asked_at))}`)),
        h("div", { class: "talk-do" }, toggle, closeButton),
      ),
      banner,
      h("div", { class: "talk-body" }, panel, h("div", { class: "talk-main" }, log.element, over, composer.element)),
    );
    // On a small screen what was shared is read first, and folded away once the talk has begun.
    this.show(panel, toggle, !talk.messages.some((entry) => entry.from === "me"));
  }

  show(panel, toggle, open) {
    panel.dataset.folded = String(!open);
    toggle.setAttribute("aria-expanded", String(open));
    if (open && !wide.matches && this.parts?.log.begun) panel.focus({ preventScroll: true });
  }

  update(talk) {
    const { log, composer, chips, banner, over, closeButton } = this.parts;
    const { detail } = talk;
    if (this.parts.risk !== detail.risk) {
      this.parts.risk = detail.risk;
      const chip = riskChip(detail.risk);
      chips.replaceChildren(...(chip ? [chip] : []));
      banner.className = `banner risk-${detail.risk}`;
      setText(banner, banners[detail.risk] ?? "");
      banner.hidden = !banners[detail.risk];
    }
    const active = detail.state === "peer";
    composer.element.hidden = !active;
    closeButton.hidden = !active;
    over.hidden = active;
    log.draw();
  }

  /** Tell the server how far this has been read, when somebody can be reading it. */
  seen() {
    clearTimeout(this.seenTimer);
    this.seenTimer = setTimeout(() => {
      const talk = this.shown;
      if (!talk || !this.parts.log.atEnd || document.hidden || !document.hasFocus() || talk.detail.state !== "peer") return;
      if (!talk.unread) return;
      const upTo = talk.last;
      post(`/handoffs/${encodeURIComponent(talk.id)}/seen`, { up_to: upTo }).then(
        () => { talk.seen = Math.max(talk.seen, upTo); this.on.changed(talk); },
        () => {},
      );
    }, 400);
  }

  focus() {
    (this.parts?.composer.element.hidden ? byId("talk") : this.parts?.composer.field)?.focus();
  }
}

