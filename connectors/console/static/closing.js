// The question how a conversation ended, asked before it is closed.

import { post } from "./api.js";
import { byId, h, setText } from "./dom.js";
import { reasons, text } from "./words.js";

const dialog = byId("close-dialog");
const problem = byId("close-error");
let asked = null;

/** Ask, close, then call `closed(talk)`; whatever goes wrong is said in the dialog. */
export function setUpClosing(closed) {
  byId("close-reasons").append(
    ...Object.entries(reasons).map(([reason, label]) =>
      h("label", { class: "check" }, h("input", { type: "radio", name: "reason", value: reason }), " ", label)),
  );
  byId("close-cancel").addEventListener("click", () => dialog.close());
  byId("close-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const reason = new FormData(event.target).get("reason");
    if (!reason) return say(text.closeNeedsReason);
    const talk = asked;
    byId("close-go").disabled = true;
    try {
      await post(`/handoffs/${encodeURIComponent(talk.id)}/close`, { reason });
      dialog.close();
      closed(talk);
    } catch (error) {
      say(error.message);
    } finally {
      byId("close-go").disabled = false;
    }
  });
}

export function askToClose(talk) {
  asked = talk;
  setText(byId("close-title"), text.closeTitle(talk.detail.person));
  setText(byId("close-tells"), text.closeTells);
  byId("close-form").reset();
  say("");
  dialog.showModal();
}

function say(sentence) {
  setText(problem, sentence);
  problem.hidden = !sentence;
}
