/** Six sliders without numbers. */

import { h } from "../dom.js";

/** Steps from end to end. */
const STEPS = 400;

/**
 * @param {number[]} start  positions, -1 to 1
 * @param {(position: number[]) => void} move
 * @param {import("../dom.js").Say} say
 */
export function sliders(start, move, say) {
  const inputs = start.map((at, i) => {
    const label = say("control_gain", { number: i + 1, total: start.length });
    const input = h("input", { type: "range", min: String(-STEPS / 2), max: String(STEPS / 2), step: "1", "aria-label": label });
    input.value = String(Math.round((at * STEPS) / 2));
    input.addEventListener("input", () => move(inputs.map((each) => (Number(each.value) * 2) / STEPS)));
    return input;
  });
  return h("div", { class: "sliders" }, ...inputs);
}
