/** The last page. */

/** @import { Tools } from "./types.js" */

import { make } from "../dom.js";

/** @param {any} state @param {Tools["say"]} say */
export function end(state, say) {
  const nodes = [
    make("p", {}, state.thanks ?? say("thanks")),
    make("p", { className: "quiet" }, say("completion_code")),
    make("p", { className: "code", id: "code" }, state.code),
    make("p", { className: "quiet" }, say("pseudonym")),
    make("p", { className: "code", id: "pseudonym" }, state.pseudonym),
  ];
  return { title: say("end_title"), nodes };
}
