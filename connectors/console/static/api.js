// Calls to the server. Each either returns the answer or throws a `Refused` with a sentence.

import { text } from "./words.js";

const csrf = document.querySelector("meta[name=beside-csrf]").content;

/** The server said no (`status`), or could not be reached (`status` 0: trying again is safe). */
export class Refused extends Error {
  constructor(sentence, status, body = {}) {
    super(sentence);
    this.status = status;
    this.body = body;
  }
}

async function call(method, path, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 15000);
  let response;
  try {
    response = await fetch(`/console/api${path}`, {
      method,
      cache: "no-store",
      signal: stop.signal,
      headers: {
        "X-Beside-CSRF": csrf,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    if (response.status === 401) signedOut();
    throw new Refused(answer.error || text.failedLoad, response.status, answer);
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(text.unreachable, 0);
  } finally {
    clearTimeout(timer);
  }
}

/** The session ended: back to the door. Drafts stay in this tab for when the same person is back. */
export function signedOut() {
  location.replace("/console?out=idle");
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);
