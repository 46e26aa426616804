// Sending: a message is shown at once under the name we gave it, and that name makes trying again
// safe. Messages of one conversation go out one after the other, in the order they were written.

import { post } from "./api.js";

const PAUSES = [700, 2000, 5000];
const chains = new Map();
const pause = (time) => new Promise((done) => { setTimeout(done, time); });

function clientId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `c${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Write `text` in `talk`; `changed` is called whenever the message's fate is known better. */
export function send(talk, text, changed) {
  const echo = { client_id: clientId(), text, at: new Date().toISOString(), status: "sending_here" };
  talk.echoes.push(echo);
  talk.save();
  queue(talk, echo, changed);
}

/** Try again what was not sent, under the same name. */
export function retry(talk, echo, changed) {
  echo.status = "sending_here";
  echo.why = "";
  queue(talk, echo, changed);
}

function queue(talk, echo, changed) {
  const before = chains.get(talk.id) ?? Promise.resolve();
  chains.set(talk.id, before.then(() => deliver(talk, echo, changed)));
  changed(talk);
}

async function deliver(talk, echo, changed) {
  for (let attempt = 0; ; attempt += 1) {
    if (!talk.echoes.includes(echo)) return;
    try {
      const entry = await post(`/handoffs/${encodeURIComponent(talk.id)}/messages`, { client_id: echo.client_id, text: echo.text });
      talk.merge([entry], 0);
      talk.drop(echo.client_id);
      break;
    } catch (error) {
      const passing = error.status === 0 || error.status === 429 || error.status >= 500;
      if (passing && attempt < PAUSES.length) {
        await pause(PAUSES[attempt]);
        continue;
      }
      if (talk.echoes.includes(echo)) {
        echo.status = "failed_here";
        echo.why = error.status ? error.message : "";
        changed(talk, echo);
        return;
      }
      break;
    }
  }
  changed(talk);
}
