/** Three tones, which is the quietest? Woods et al. (2017). */

/** @import { Builder } from "./types.js" */

import { sound } from "../api.js";
import { h } from "../dom.js";

/** Silence between tones, in seconds. */
const GAP_S = 0.5;

/** @type {Builder} */
export function headphones(view, { say, submit, complain }) {
  if (view.refused) return { title: say("headphones_title"), nodes: [h("p", {}, say("headphones_refused"))] };
  /** @type {string[][]} */
  const rounds = view.rounds;
  const context = new AudioContext();
  /** @type {number[]} */
  const chosen = [];
  const legend = h("legend");
  const play = h("button", { type: "button" }, say("headphones_play"));
  const radios = ["first_tone", "second_tone", "third_tone"].map((name, i) => {
    const input = h("input", { type: "radio", name: "quietest", value: String(i), disabled: true });
    return { input, label: h("label", {}, input, say(name)) };
  });
  const next = h("button", { type: "button", class: "main" }, say("next"));
  const choices = h("div", { class: "choices" }, ...radios.map(({ label }) => label));

  const begin = () => {
    legend.textContent = `${say("headphones_round", { number: chosen.length + 1, total: rounds.length })}. ${say("headphones_answer")}`;
    play.disabled = false;
    for (const { input } of radios) Object.assign(input, { disabled: true, checked: false });
  };
  play.addEventListener("click", async () => {
    play.disabled = true;
    await context.resume();
    const buffers = await Promise.all(rounds[chosen.length].map(async (id) => context.decodeAudioData(await sound(id))));
    let at = context.currentTime + 0.1;
    let last = new AudioBufferSourceNode(context);
    for (const buffer of buffers) {
      last = new AudioBufferSourceNode(context, { buffer });
      last.connect(context.destination);
      last.start(at);
      at += buffer.duration + GAP_S;
    }
    last.addEventListener("ended", () => {
      for (const { input } of radios) input.disabled = false;
      radios[0].input.focus();
    });
  });
  next.addEventListener("click", () => {
    const answer = radios.findIndex(({ input }) => input.checked);
    if (answer < 0) return complain(say("answer_all"));
    chosen.push(answer);
    if (chosen.length < rounds.length) {
      begin();
      play.focus();
      return;
    }
    submit({ chosen, attempt: view.attempt });
  });
  begin();
  const again = view.attempt > 1 ? h("p", { class: "warn" }, say("headphones_failed")) : null;
  const text = h("p", {}, say("headphones", { total: rounds.length }));
  const nodes = [text, h("div", { class: "row" }, play), h("fieldset", {}, legend, choices), next];
  return { title: say("headphones_title"), nodes: again ? [again, ...nodes] : nodes, close: () => context.close() };
}
