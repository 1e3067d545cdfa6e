/** Scores for several sounds on one page: opinion scores, 0 to 100, MUSHRA. */

/** @import { Builder } from "./types.js" */
/** @import { Sound } from "../transport.js" */

import { h } from "../dom.js";
import { Transport } from "../transport.js";
import { head, remarks, saver } from "./asked.js";

/** @type {Builder} */
export async function rating(view, { say, submit, complain }) {
  const transport = await Transport.open(view.sounds, view.sample_rate, say);
  /** @type {Sound[]} */
  const sounds = view.sounds;
  const judged = sounds.map(({ label }) => label).filter((label) => label !== "reference");
  /** @type {Record<string, number>} */
  const scores = {};
  const score = (/** @type {string} */ label, /** @type {number} */ value) => {
    scores[label] = value;
    transport.note(`score ${label} ${value}`);
  };
  const rows = judged.map((label) => {
    const button = transport.button(label, label, say("stimulus", { label }));
    return view.scale === "mos" ? opinions(label, button, say, score) : slider(label, button, say, score);
  });
  const reference = sounds.length > judged.length ? [transport.button("reference", say("reference"))] : [];
  const { area, node } = remarks(say);
  const save = saver(say("submit"), () => {
    if (!transport.heardAll(judged)) return complain(say("listen_all"));
    if (judged.some((label) => scores[label] === undefined)) return complain(say("answer_all"));
    submit({ ...transport.heard, scores, comment: area.value });
  });
  const scale =
    view.scale === "mos"
      ? []
      : [h("div", { class: "scale", "aria-hidden": true }, ...[0, 20, 40, 60, 80].map((at) => h("span", {}, say(`scale_${at}`))))];
  return {
    title: view.question,
    nodes: [...head(view, say), transport.row(), h("div", { class: "row" }, ...reference), ...scale, ...rows, node, save],
    close: () => transport.close(),
  };
}

/**
 * @param {string} label @param {HTMLButtonElement} button @param {import("../dom.js").Say} say
 * @param {(label: string, value: number) => void} score
 */
function slider(label, button, say, score) {
  const shown = h("output", {}, "–");
  const input = h("input", { type: "range", min: "0", max: "100", step: "1", value: "0", "aria-label": say("score_of", { label }) });
  input.dataset.label = label;
  // Keys and pointers that leave the slider at its start choose that too.
  const take = () => {
    shown.textContent = input.value;
    input.setAttribute("aria-valuetext", `${input.value}, ${say(`scale_${Math.min(80, Math.floor(Number(input.value) / 20) * 20)}`)}`);
  };
  input.addEventListener("input", take);
  for (const event of ["change", "pointerup", "keyup"]) {
    input.addEventListener(event, (happened) => {
      if (happened instanceof KeyboardEvent && happened.key === "Tab") return;
      take();
      score(label, Number(input.value));
    });
  }
  return h("div", { class: "score" }, button, input, shown);
}

/**
 * @param {string} label @param {HTMLButtonElement} button @param {import("../dom.js").Say} say
 * @param {(label: string, value: number) => void} score
 */
function opinions(label, button, say, score) {
  const choices = [5, 4, 3, 2, 1].map((value) => {
    const input = h("input", { type: "radio", name: `score-${label}`, value: String(value) });
    input.addEventListener("change", () => score(label, value));
    return h("label", {}, input, say(`mos_${value}`));
  });
  const legend = h("legend", {}, say("score_of", { label }));
  return h("fieldset", {}, legend, h("div", { class: "row" }, button), h("div", { class: "choices" }, ...choices));
}
