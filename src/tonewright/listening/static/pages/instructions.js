/** What the listener will do. */

/** @import { Builder } from "./types.js" */

import { make } from "../dom.js";

/** @type {Builder} */
export function instructions(view, { say, submit }) {
  const since = performance.now();
  const button = make("button", { type: "button", className: "main" }, say("next"));
  button.addEventListener("click", () => submit({ seconds: (performance.now() - since) / 1000 }));
  const text = String(view.text).split(/\n\s*\n/).map((paragraph) => make("p", {}, paragraph));
  return { title: say("instructions_title"), nodes: [...text, make("p", { className: "quiet" }, say("keys")), button] };
}
