/** What stands at the head and at the foot of every trial. */

/** @import { Tools } from "./types.js" */

import { make } from "../dom.js";

/** The note on practice, the request and its context. @param {any} view @param {Tools["say"]} say @returns {Node[]} */
export function head(view, say) {
  const nodes = view.training ? [make("p", { className: "quiet" }, say("training"))] : [];
  const context = Object.entries(view.context ?? {}).map(([name, text]) => make("p", {}, `${say(name)}: ${text}`));
  if (view.prompt || context.length) {
    const prompt = view.prompt
      ? [make("p", { className: "quiet" }, say("prompt_label")), make("p", { className: "prompt" }, `“${view.prompt}”`)]
      : [];
    nodes.push(make("div", { className: "request" }, ...prompt, ...context));
  }
  return nodes;
}

/** A place for remarks. @param {Tools["say"]} say */
export function remarks(say) {
  const area = make("textarea", { rows: 2, maxLength: 2000 });
  return { area, node: make("label", { className: "field" }, make("span", {}, say("comment")), area) };
}

/** The button that saves. @param {string} text @param {() => void} save */
export const saver = (text, save) => make("button", { type: "button", className: "main", id: "save", onclick: save }, text);
