// Every sentence the console's scripts show. Nothing here is about a particular person.

export const tiers = {
  imminent: "Imminent risk",
  active: "Active risk",
  passive: "Passive risk",
  third_party: "Worried about somebody",
};

export const banners = {
  imminent: "What they wrote points to danger right now. They were shown emergency help first. Stay with them, ask plainly, and bring in your supervisor.",
  active: "What they wrote points to thoughts of suicide or self-harm. They were shown crisis help. Asking plainly does not plant the idea.",
  passive: "What they wrote sounds hopeless. A direct, gentle question can open it.",
  third_party: "They wrote about somebody else who may be in danger.",
};

export const channels = { web: "Web widget", telegram: "Telegram", rest: "Another service" };

export const statuses = {
  sending_here: "Sending",
  failed_here: "Not sent. It's still only on this screen.",
  pending: "Not picked up yet",
  sending: "Going out",
  sent: "Sent",
  delivered: "Delivered",
  seen: "Seen",
  failed_permanent: "Not delivered, and it can't be: they can no longer be reached there.",
  failed_temporary: "Not delivered. The line to them is down.",
  unknown: "May not have arrived. It isn't sent twice on its own.",
};

export const actions = {
  retry: "Try again",
  discard: "Discard",
  rewrite: "Write it again",
  take: "Take",
  taking: "Taking…",
};

export const line = {
  connecting: "Connecting",
  live: "Live",
  waiting: "Reconnecting. What you write is kept.",
  offline: "No connection. What you write is kept.",
};

export const shared = {
  title: "What they shared",
  consent: "They saw this list and agreed to it before you could read anything.",
  yes: "Shared, with their consent",
  no: "Not shared",
  summary: "What it's about",
  summaryNone: "They chose not to add a summary. Ask what they'd like you to know.",
  transcript: "Earlier, with the assistant",
  transcriptNone: "They kept the earlier conversation to themselves.",
  transcriptEmpty: "Nothing was written before they asked for a person.",
  questions: "Questions for an appointment",
  questionsNone: "They kept their list of questions to themselves.",
  questionsEmpty: "The list was empty.",
};

export const reasons = {
  finished: "We came to a good place to stop",
  referred: "They are going on with other care or support",
  no_answer: "They stopped answering",
};

export const text = {
  you: "You",
  them: "They",
  log: (person) => `New messages with ${person}`,
  messages: (person) => `Messages with ${person}`,
  askedAt: (time) => `asked for a person at ${time}`,
  dismiss: "Dismiss",
  assistant: "Assistant",
  system: "Beside",
  peer: "Peer",
  withWhom: (name) => `with ${name}`,
  offered: (choices) => `Offered: ${choices.join(" · ")}`,
  flagged: (tier) => `Flagged: ${tier}`,
  unread: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
  typing: (person) => `${person} is writing`,
  message: (person) => `Message to ${person}`,
  takeLabel: (person, risk, time) => `Take ${person}${risk ? `, ${risk}` : ""}, waiting ${time}`,
  taken: (person, by) => (by ? `${by} is already with ${person}.` : `${person} is no longer waiting.`),
  tookIt: (person) => `You're with ${person} now. They have been told your name.`,
  gone: (person) => `${person} has left the conversation.`,
  requeued: (person) => `${person} went back to the line, because your console was away too long.`,
  closed: (person) => `The conversation with ${person} is closed.`,
  closedWhy: "This conversation is closed. Nothing you write here would reach them.",
  closeTitle: (person) => `Close the conversation with ${person}?`,
  closeTells: "They are told that you have left, and that the assistant is with them again. They can ask for a person at any time.",
  closeNeedsReason: "Choose how it ended.",
  riskWaiting: (count) => (count === 1 ? "1 person who is waiting may be in danger." : `${count} people who are waiting may be in danger.`),
  tooLong: (over) => `${over} ${over === 1 ? "character" : "characters"} too long. Send it in two parts.`,
  left: (count) => `${count} characters left`,
  hint: "Enter sends, Shift + Enter makes a new line. Drafts stay in this tab.",
  hintTouch: "Drafts stay in this tab.",
  signedOut: "You have been signed out.",
  notSent: (person) => `A message to ${person} was not sent.`,
  notDelivered: (person) => `A message to ${person} was not delivered.`,
  newer: (count) => (count === 1 ? "1 new message below" : `${count} new messages below`),
  failedLoad: "That could not be loaded. Check the connection and try again.",
  unreachable: "The server can't be reached right now.",
  today: "Today",
  yesterday: "Yesterday",
  back: "Back to the list",
  close: "Close…",
  showShared: "What they shared",
  send: "Send",
  retry: "Try again",
};
