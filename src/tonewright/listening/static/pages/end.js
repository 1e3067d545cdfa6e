/** The last page. */

/** @import { Tools } from "./types.js" */

import { h } from "../dom.js";

/** @param {any} state @param {Tools["say"]} say */
export function end(state, say) {
  const nodes = [
    h("p", {}, state.thanks ?? say("thanks")),
    h("p", { class: "quiet" }, say("completion_code")),
    h("p", { class: "code", id: "code" }, state.code),
    h("p", { class: "quiet" }, say("pseudonym")),
    h("p", { class: "code", id: "pseudonym" }, state.pseudonym),
  ];
  return { title: say("end_title"), nodes };
}
