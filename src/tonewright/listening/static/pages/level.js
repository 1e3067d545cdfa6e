/** A comfortable level, set once and kept for all pages. */

/** @import { Builder } from "./types.js" */

import { h } from "../dom.js";
import { memory } from "../memory.js";
import { Transport } from "../transport.js";

/** @type {Builder} */
export async function level(view, { say, submit }) {
  const transport = await Transport.open([{ label: "sound", audio: view.audio }], view.sample_rate, say);
  const { player } = transport;
  const slider = h("input", { type: "range", min: "-30", max: "0", step: "1", value: String(player.state.volumeDb) });
  slider.addEventListener("input", () => player.setVolumeDb(Number(slider.value)));
  const done = h("button", { type: "button", class: "main" }, say("level_done"));
  done.addEventListener("click", () => {
    memory.set("volume_db", Number(slider.value));
    submit({ volume_db: Number(slider.value) });
  });
  const field = h("label", { class: "field" }, h("span", {}, say("level_slider")), slider);
  const nodes = [h("p", {}, say("level")), h("div", { class: "row" }, transport.toggle), field, done];
  return { title: say("level_title"), nodes, close: () => transport.close() };
}
