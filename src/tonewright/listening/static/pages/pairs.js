/** Two sounds and one choice; with X, which of them it is. */

/** @import { Builder } from "./types.js" */
/** @import { Sound } from "../transport.js" */

import { h } from "../dom.js";
import { Transport } from "../transport.js";
import { head, remarks, saver } from "./asked.js";

/** @type {Builder} */
export async function pairs(view, { say, submit, complain }) {
  const transport = await Transport.open(view.sounds, view.sample_rate, say);
  /** @type {Sound[]} */
  const sounds = view.sounds;
  const labels = sounds.map(({ label }) => label);
  const buttons = labels.map((label) => transport.button(label, label, say("stimulus", { label })));
  const names =
    view.kind === "abx"
      ? [["first", "x_is_first"], ["second", "x_is_second"]]
      : [["first", "prefer_first"], ["second", "prefer_second"], ...(view.ties ? [["tie", "prefer_tie"]] : [])];
  let chosen = "";
  const choices = names.map(([value, name]) => {
    const input = h("input", { type: "radio", name: "chosen", value });
    input.addEventListener("change", () => {
      chosen = value;
      transport.note(`choose ${value}`);
    });
    return h("label", {}, input, say(name));
  });
  const { area, node } = remarks(say);
  const save = saver(say("submit"), () => {
    if (!transport.heardAll(labels)) return complain(say("listen_all"));
    if (!chosen) return complain(say("answer_all"));
    submit({ ...transport.heard, chosen, comment: area.value });
  });
  const asked = h("fieldset", {}, h("legend", {}, view.question), h("div", { class: "choices" }, ...choices));
  return {
    title: view.question,
    nodes: [...head(view, say), transport.row(), h("div", { class: "row" }, ...buttons), asked, node, save],
    close: () => transport.close(),
  };
}
