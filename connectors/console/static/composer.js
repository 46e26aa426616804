// Where a peer writes. The draft is kept for each conversation; Enter sends where there are keys.

import * as keep from "./keep.js";
import { h, setText } from "./dom.js";
import { text } from "./words.js";

const MOST = 4000;
const TYPING_EVERY = 4000;
const touch = matchMedia("(hover: none) and (pointer: coarse)");

export class Composer {
  /** `on.send(text)` sends, `on.typing()` tells that something is being written. */
  constructor(talk, person, on) {
    this.talk = talk;
    this.on = on;
    this.told = 0;
    const id = `write-${talk.id}`;
    this.field = h("textarea", { id, rows: "1", dir: "auto", autocomplete: "off", "aria-describedby": `${id}-hint ${id}-count`, oninput: () => this.typed(), onkeydown: (event) => this.key(event) });
    this.count = h("span", { id: `${id}-count`, class: "over", role: "status" });
    this.sendButton = h("button", { type: "submit", class: "primary" }, text.send);
    this.element = h(
      "form",
      { class: "composer", onsubmit: (event) => { event.preventDefault(); this.send(); } },
      h("label", { for: id, class: "sr" }, text.message(person)),
      h("div", { class: "write" }, this.field, this.sendButton),
      h("p", { class: "small under" }, h("span", { id: `${id}-hint` }, touch.matches ? text.hintTouch : text.hint), this.count),
    );
    this.field.placeholder = text.message(person);
    this.field.value = keep.draft(talk.id);
    requestAnimationFrame(() => this.fit());
  }

  get over() {
    return [...this.field.value.trim()].length - MOST;
  }

  typed() {
    keep.setDraft(this.talk.id, this.field.value);
    this.fit();
    const now = Date.now();
    if (this.field.value.trim() && now - this.told > TYPING_EVERY) {
      this.told = now;
      this.on.typing();
    }
  }

  fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
    const { over } = this;
    setText(this.count, over > 0 ? text.tooLong(over) : over > -300 ? text.left(-over) : "");
    this.count.classList.toggle("is-over", over > 0);
  }

  key(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    const always = event.ctrlKey || event.metaKey;
    if (!always && (event.shiftKey || touch.matches)) return;
    event.preventDefault();
    this.send();
  }

  send() {
    const words = this.field.value.trim();
    if (!words || this.over > 0) {
      this.field.focus();
      return;
    }
    this.field.value = "";
    keep.setDraft(this.talk.id, "");
    this.told = 0;
    this.fit();
    this.field.focus();
    this.on.send(words);
  }

  /** Put words back to be written anew, in front of whatever is being written. */
  rewrite(words) {
    const rest = this.field.value;
    this.field.value = rest ? `${words}\n${rest}` : words;
    this.typed();
    this.field.focus();
  }
}
