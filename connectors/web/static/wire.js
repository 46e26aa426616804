/* The wire: one token, plain POST up, server-sent events down.
 * The token travels in a header, never in an address. EventSource cannot send headers, so the
 * stream is read with fetch; it resumes by Last-Event-ID just the same. */
const KEY = "beside.token";
const root = new URL("./widget/", document.baseURI);
const SILENCE = 40_000; // the server says something every 15 seconds

const storage = (kind) => {
  try {
    return window[kind];
  } catch {
    return null; // storage switched off: the conversation lasts as long as this page
  }
};
let token = storage("localStorage")?.getItem(KEY) || "";

export const known = () => token !== "";

export const draft = {
  read: () => JSON.parse(storage("sessionStorage")?.getItem("beside.draft") || "{}"),
  write: (value) => storage("sessionStorage")?.setItem("beside.draft", JSON.stringify(value)),
};

export function wipe() {
  token = "";
  storage("localStorage")?.removeItem(KEY);
  storage("sessionStorage")?.clear();
}

/** The server said no: ``status``, its sentence, and in how many seconds to try again. */
export class Refused extends Error {
  constructor(status, sentence, wait) {
    super(sentence);
    this.status = status;
    this.wait = wait;
  }
}

async function ask(path, options) {
  const answer = await fetch(new URL(path, root), {
    cache: "no-store",
    credentials: "omit",
    referrerPolicy: "no-referrer",
    ...options,
    headers: { ...options.headers, ...(token && { Authorization: `Bearer ${token}` }) },
  });
  if (answer.ok) return answer;
  const { error = "" } = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, error, Number(answer.headers.get("Retry-After")) || 2);
}

export async function post(path, body, keepalive = false) {
  const answer = await ask(path, {
    method: "POST",
    keepalive,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout?.(20_000),
  });
  return answer.status === 204 ? {} : answer.json();
}

/** Makes the conversation's token when there is none; nothing exists before the first message. */
export async function open() {
  if (token) return;
  token = (await post("session", {})).token;
  storage("localStorage")?.setItem(KEY, token);
}

export async function document_() {
  return (await ask("document/questions", { method: "GET" })).blob();
}

/** Reads events after the event id ``after`` until the stream ends; ``on(event, data, id)`` for each. */
export async function listen(after, on, opened) {
  const stop = new AbortController();
  let timer;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stop.abort(), SILENCE);
  };
  try {
    alive();
    const answer = await ask("stream", {
      method: "GET",
      signal: stop.signal,
      headers: { Accept: "text/event-stream", ...(after && { "Last-Event-ID": after }) },
    });
    opened();
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      const blocks = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) dispatch(block, on);
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

function dispatch(block, on) {
  const fields = {};
  for (const line of block.split(/\r?\n/)) {
    const at = line.indexOf(":");
    if (at < 1) continue; // a comment is the heartbeat
    const name = line.slice(0, at);
    const value = line.slice(at + 1).replace(/^ /, "");
    fields[name] = name === "data" && name in fields ? `${fields.data}\n${value}` : value;
  }
  if ("data" in fields) on(fields.event || "message", JSON.parse(fields.data), fields.id);
}
