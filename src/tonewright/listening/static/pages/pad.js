/** The tone plane without numbers. */

import "/web/parts/plane.js";
import { h } from "../dom.js";

/** Half the width of the plane's element, in its own units. */
const EDGE = 6;

/**
 * @param {number[]} start  position, -1 to 1 each
 * @param {(position: number[]) => void} move
 * @param {boolean} labels  whether the sides are named
 * @param {import("../dom.js").Say} say
 */
export function pad(start, move, labels, say) {
  const plane = h("tw-plane", { "hidden-numbers": true, "aria-label": say("control_plane") });
  plane.value = { x: start[0] * EDGE, y: start[1] * EDGE };
  plane.labels = labels
    ? { left: say("relaxed"), right: say("energetic"), top: say("bright"), bottom: say("warm") }
    : null;
  plane.addEventListener("input", (/** @type {any} */ event) => move([event.detail.x / EDGE, event.detail.y / EDGE]));
  return h("div", { class: "pad" }, plane);
}
