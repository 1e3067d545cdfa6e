/** A choice between a few words, as a row of segments. */

import { h } from "../dom.js";

/**
 * @param {string} name @param {string} title @param {[string, string][]} options value and words; the first is chosen
 * @returns {{element: HTMLElement, value: () => string}}
 */
export function segments(name, title, options) {
  const inputs = options.map(([value], index) =>
    h("input", { type: "radio", name, value, checked: index === 0 }),
  );
  const labels = options.map(([, words], index) => h("label", {}, inputs[index], h("span", {}, words)));
  const element = h("fieldset", { class: "choice" }, h("legend", {}, title), h("div", { class: "segments" }, ...labels));
  return { element, value: () => inputs.find(({ checked }) => checked)?.value ?? options[0][0] };
}

export const WHAT = /** @type {[string, string][]} */ ([
  ["both", "Both"],
  ["tone", "Tone"],
  ["dynamics", "Dynamics"],
]);

/** Sentences of an answer, while it is of a kind. @param {import("../studio.js").Studio} studio @param {string} origin */
export function foundSentences({ store }, origin) {
  const list = h("ul", { class: "found", "aria-label": "What was found", tabindex: 0 });
  store.watch(
    ({ doc }) => doc.answer,
    (answer) => {
      const shown = answer.origin === origin ? answer.summary : [];
      list.hidden = shown.length === 0;
      list.replaceChildren(...shown.map((line) => h("li", {}, line)));
    },
  );
  return list;
}
