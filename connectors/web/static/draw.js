/* Draws one message. Text only ever becomes text nodes; nothing here parses markup. */
import { fill, words } from "./words.js";

/** Makes an element: h("p", { class: "x", onclick }, "text", child). */
export function h(name, props, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

const SAFE = /^(https:\/\/|tel:|sms:)/i;
const ADDRESS = /https:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]]/g;

function anchor(label, href, className) {
  if (!SAFE.test(href)) return document.createTextNode(label);
  const outside = /^https:/i.test(href);
  return h("a", {
    href,
    class: className,
    rel: "noopener noreferrer",
    target: outside ? "_blank" : null,
  }, label);
}

/** Text with its line breaks, and https addresses as links. */
function paragraphs(text) {
  return text.split(/\n\s*\n/).filter((part) => part.trim()).map((part) => {
    const line = h("p", { dir: "auto" });
    let from = 0;
    for (const match of part.matchAll(ADDRESS)) {
      line.append(part.slice(from, match.index), anchor(match[0], match[0]));
      from = match.index + match[0].length;
    }
    line.append(part.slice(from));
    return line;
  });
}

const links = (items) => items?.length
  && h("div", { class: "links" }, ...items.map((link) => anchor(link.label, link.href, "tap")));

const card = (item) => h("section", { class: "card" },
  h("h3", { dir: "auto" }, item.title),
  ...(item.lines || []).map((line) => h("p", { dir: "auto" }, line)),
  links(item.links),
);

function source(item) {
  const about = [
    item.date && fill(words.dated, { date: item.date }),
    !item.reviewed || item.reviewed === "none"
      ? words.unreviewed
      : fill(words.reviewed, { who: item.reviewed }),
  ].filter(Boolean).join(", ");
  return h("li", { dir: "auto" }, anchor(item.name, item.url), ` (${about})`);
}

export function clock(at) {
  const when = new Date(at);
  const today = when.toDateString() === new Date().toDateString();
  return when.toLocaleString([], {
    hour: "numeric", minute: "2-digit", ...(!today && { month: "short", day: "numeric" }),
  });
}

const author = (entry) => {
  if (entry.from === "you") return words.you;
  if (entry.from === "peer") return `${entry.name || words.peerLong}, ${words.peer}`;
  return `${words.beside}, ${words.automated}`;
};

/** ``act`` has what a person can do with a message: choose(button), file(button), locate(button). */
export function message(entry, act) {
  const time = h("time", { datetime: entry.at }, clock(entry.at));
  const node = h("article", { class: `message ${entry.from}` },
    h("h2", { class: "who" }, h("span", { dir: "auto" }, author(entry)), " ", time),
    h("div", { class: "body" },
      ...paragraphs(entry.text || ""),
      ...(entry.cards || []).map(card),
      links(entry.links),
      entry.document && h("div", { class: "links" },
        h("button", { type: "button", class: "tap", onclick: (event) => act.file(event.target) },
          words.document)),
      entry.sources?.length && h("details", { class: "sources" },
        h("summary", null, words.sources), h("ul", null, ...entry.sources.map(source))),
    ),
    entry.from === "you" && h("p", { class: "state", "aria-live": "off" }),
    (entry.buttons?.length || entry.ask_location) && h("div", { class: "choices" },
      ...(entry.buttons || []).map((button) => h("button", {
        type: "button", class: "choice", dir: "auto", onclick: () => act.choose(button),
      }, button.title)),
      entry.ask_location && "geolocation" in navigator && h("button", {
        type: "button", class: "choice locate", onclick: (event) => act.locate(event.target),
      }, words.location),
      entry.ask_location && h("p", { class: "note" }, words.locationNote),
    ),
  );
  node.dataset.seq = entry.seq ?? "";
  node.dataset.from = entry.from;
  return node;
}

/** Shows how far an own message has come, with what can be done when it has not. */
export function state(node, text, ...actions) {
  const line = node.querySelector(".state");
  if (!line) return;
  line.replaceChildren(text, ...actions.map(([label, onclick]) =>
    h("button", { type: "button", class: "small", onclick }, label)));
  node.classList.toggle("unsent", actions.length > 0);
}
