// The state of the desk: who waits, who is with me, and each open conversation's messages.

import { get, post } from "./api.js";
import * as keep from "./keep.js";
import { sync } from "./time.js";

/** One conversation: what was shared, its messages by sequence, and what is not sent yet. */
export class Talk {
  constructor(id) {
    this.id = id;
    this.detail = null;
    this.entries = new Map();
    this.revision = 0;
    this.typingUntil = 0;
    this.seen = 0;
    this.loading = null;
    this.echoes = keep.unsent(id).map((echo) => ({ ...echo, status: "failed_here" }));
  }

  get messages() {
    return [...this.entries.values()].sort((a, b) => a.seq - b.seq);
  }

  get last() {
    return Math.max(0, ...this.entries.keys());
  }

  get unread() {
    return this.messages.filter((entry) => entry.from === "person" && entry.status !== "seen" && entry.seq > this.seen).length;
  }

  /** Take messages in: newer revisions win, and an echo gives way to its message. */
  merge(entries, revision) {
    let fresh = false;
    for (const entry of entries) {
      const old = this.entries.get(entry.seq);
      if (old && old.revision >= entry.revision) continue;
      this.entries.set(entry.seq, entry);
      if (!old && entry.from === "person") {
        fresh = true;
        this.typingUntil = 0;
      }
      if (entry.client_id) this.drop(entry.client_id);
    }
    this.revision = Math.max(this.revision, revision);
    return fresh;
  }

  drop(clientId) {
    const left = this.echoes.filter((echo) => echo.client_id !== clientId);
    if (left.length !== this.echoes.length) {
      this.echoes = left;
      this.save();
    }
  }

  save() {
    keep.setUnsent(this.id, this.echoes.map(({ client_id, text, at }) => ({ client_id, text, at })));
  }
}

export class Desk {
  constructor(changed) {
    this.changed = changed;
    this.queue = { waiting: [], mine: [], others: [] };
    this.talks = new Map();
    this.open = null;
    this.queueKnown = false;
  }

  talk(id) {
    if (!this.talks.has(id)) this.talks.set(id, new Talk(id));
    return this.talks.get(id);
  }

  get current() {
    return this.open ? this.talk(this.open) : null;
  }

  /** The line as the server tells it; conversations that are mine are loaded and kept. */
  setQueue(queue) {
    sync(queue.now);
    this.queue = queue;
    this.queueKnown = true;
    for (const item of queue.mine) {
      const talk = this.talk(item.id);
      if (!talk.detail || talk.detail.state !== "peer") this.load(item.id).catch(() => {});
    }
    for (const id of [...this.talks.keys()]) {
      const known = id === this.open || [...queue.mine, ...queue.others].some((item) => item.id === id);
      if (!known) this.talks.delete(id);
    }
    this.changed();
  }

  /** Everything about one conversation, anew. One call at a time for each. */
  load(id) {
    const talk = this.talk(id);
    talk.loading ??= (async () => {
      try {
        const detail = await get(`/handoffs/${encodeURIComponent(id)}`);
        sync(detail.now);
        talk.detail = detail;
        talk.merge(detail.messages, detail.revision);
        this.changed(talk);
      } finally {
        talk.loading = null;
      }
    })();
    return talk.loading;
  }

  async claim(id) {
    const detail = await post(`/handoffs/${encodeURIComponent(id)}/claim`);
    const talk = this.talk(id);
    talk.detail = detail;
    talk.merge(detail.messages, detail.revision);
    return talk;
  }
}
