/** The listener moves a control until the sound fits; the sound is made in the page, at equal loudness. */

/** @import { Builder } from "./types.js" */

import { Control } from "../control.js";
import { h } from "../dom.js";
import { Transport } from "../transport.js";
import { head, remarks, saver } from "./asked.js";
import { pad } from "./pad.js";
import { sliders } from "./sliders.js";

/** Rows of the trajectory come at most so often, in seconds. */
const ROW_S = 0.03;
/** The sound that is moved, and the one to be found in catch trials. */
const OWN = "A";
const GIVEN = "B";

/** @type {Builder} */
export async function adjustment(view, { say, submit, complain }) {
  const transport = await Transport.open(view.sounds, view.sample_rate, say);
  const { player } = transport;
  const control = new Control(view.control);
  let values = /** @type {number[]} */ (view.control.start);
  /** @type {number[][]} */
  const path = [];
  let moved = false;
  const log = () => path.push([transport.seconds, ...values].map((value) => Math.round(value * 1000) / 1000));
  await player.setVariant(OWN, { source: OWN, label: OWN, settings: control.settings(values) });
  log();

  const move = (/** @type {number[]} */ position) => {
    values = control.values(position);
    moved = true;
    player.changeSettings(OWN, control.settings(values));
    if (transport.seconds - path[path.length - 1][0] >= ROW_S) log();
  };
  const start = control.position(values);
  const knob = view.control.type === "plane" ? pad(start, move, view.control.labels, say) : sliders(start, move, say);

  const buttons = [];
  if (view.control.target) {
    await player.setVariant(GIVEN, { source: OWN, label: GIVEN, settings: control.settings(view.control.target) });
    buttons.push(transport.button(OWN, say("your_sound")), transport.button(GIVEN, say("given_sound")));
  }
  const { area, node } = remarks(say);
  const save = saver(say("fits"), () => {
    const heard = transport.heard;
    if (!heard.plays[OWN] || (view.control.target && !heard.plays[GIVEN])) return complain(say("listen_all"));
    if (!moved || heard.seconds < view.control.least_s) return complain(say("answer_all"));
    log();
    const gain_db = control.settings(values).output_db;
    submit({ ...heard, point: values.map((value) => Math.round(value * 1e6) / 1e6), path, gain_db, comment: area.value });
  });
  const switches = buttons.length ? [h("div", { class: "row" }, ...buttons)] : [];
  return {
    title: view.question,
    nodes: [...head(view, say), transport.row(), ...switches, knob, node, save],
    close: () => transport.close(),
  };
}
