/** What stands at the head and at the foot of every trial. */

/** @import { Tools } from "./types.js" */

import { h } from "../dom.js";

/** The note on practice, the request and its context. @param {any} view @param {Tools["say"]} say @returns {Node[]} */
export function head(view, say) {
  const nodes = view.training ? [h("p", { class: "quiet" }, say("training"))] : [];
  const context = Object.entries(view.context ?? {}).map(([name, text]) => h("p", {}, `${say(name)}: ${text}`));
  if (view.prompt || context.length) {
    const prompt = view.prompt
      ? [h("p", { class: "quiet" }, say("prompt_label")), h("p", { class: "prompt" }, `“${view.prompt}”`)]
      : [];
    nodes.push(h("div", { class: "request" }, ...prompt, ...context));
  }
  return nodes;
}

/** A place for remarks. @param {Tools["say"]} say */
export function remarks(say) {
  const area = h("textarea", { rows: 2, maxlength: 2000 });
  return { area, node: h("label", { class: "field" }, h("span", {}, say("comment")), area) };
}

/** The button that saves. @param {string} text @param {() => void} save */
export const saver = (text, save) => h("button", { type: "button", class: "main", id: "save", onclick: save }, text);
