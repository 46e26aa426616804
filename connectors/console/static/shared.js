// What a person shared, in full, each part marked with whether they agreed to it.

import { h } from "./dom.js";
import { atClock, day } from "./time.js";
import { shared as words, text, tiers } from "./words.js";

function part(title, isShared, ...content) {
  return h(
    "section",
    { class: "part" },
    h("h4", {}, title),
    h("p", { class: isShared ? "mark-yes" : "mark-no" }, isShared ? words.yes : words.no),
    ...content,
  );
}

function line(entry) {
  const who = entry.from === "person" ? text.them : entry.name || text[entry.from] || text.system;
  return h(
    "li",
    { class: `was was-${entry.from}` },
    h("p", { class: "was-who" }, h("b", {}, who), " ", h("time", { datetime: entry.at }, atClock(entry.at))),
    h("p", { class: "was-text", dir: "auto" }, entry.text),
    ...entry.extras.map((extra) => h("p", { class: "was-extra", dir: "auto" }, extra)),
    entry.choices.length ? h("p", { class: "was-extra" }, text.offered(entry.choices)) : null,
    tiers[entry.risk] ? h("p", { class: "flag" }, h("span", { class: `chip risk-${entry.risk}` }, text.flagged(tiers[entry.risk]))) : null,
  );
}

function transcript(entries) {
  if (!entries.length) return [h("p", { class: "none" }, words.transcriptEmpty)];
  const list = [];
  let last = "";
  for (const entry of entries) {
    const on = day(entry.at, text);
    if (on.key !== last) list.push(h("li", { class: "was-day" }, on.label));
    last = on.key;
    list.push(line(entry));
  }
  return [h("ol", { class: "transcript" }, ...list)];
}

/** The panel's content for one conversation's `shared`. */
export function sharedPanel(given) {
  const { summary, transcript: entries, questions } = given;
  return [
    h("p", { class: "consent" }, words.consent),
    part(
      words.summary,
      Boolean(summary),
      summary ? h("p", { class: "summary", dir: "auto" }, summary) : h("p", { class: "none" }, words.summaryNone),
    ),
    part(
      words.questions,
      questions !== null,
      questions === null
        ? h("p", { class: "none" }, words.questionsNone)
        : questions.length
          ? h("ol", { class: "asked" }, ...questions.map((question) => h("li", { dir: "auto" }, question)))
          : h("p", { class: "none" }, words.questionsEmpty),
    ),
    part(
      words.transcript,
      entries !== null,
      ...(entries === null ? [h("p", { class: "none" }, words.transcriptNone)] : transcript(entries)),
    ),
  ];
}
