/** What the listener will do. */

/** @import { Builder } from "./types.js" */

import { h } from "../dom.js";

/** @type {Builder} */
export function instructions(view, { say, submit }) {
  const since = performance.now();
  const button = h("button", { type: "button", class: "main" }, say("next"));
  button.addEventListener("click", () => submit({ seconds: (performance.now() - since) / 1000 }));
  const text = String(view.text).split(/\n\s*\n/).map((paragraph) => h("p", {}, paragraph));
  return { title: say("instructions_title"), nodes: [...text, h("p", { class: "quiet" }, say("keys")), button] };
}
