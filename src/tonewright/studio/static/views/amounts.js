/** How much: all of it, tone alone, dynamics alone. */

import { h, say } from "../dom.js";
import { HIGHEST_AMOUNT } from "../model/settings.js";
import { percent } from "../model/words.js";

/** @typedef {"amount" | "tone" | "dynamics"} Which */
const NAMES = /** @type {[Which, string][]} */ ([
  ["amount", "Amount"],
  ["tone", "Tone"],
  ["dynamics", "Dynamics"],
]);

/** @param {HTMLElement} root @param {import("../studio.js").Studio} studio */
export function mountAmounts(root, { store }) {
  for (const [which, name] of NAMES) {
    const slider = h("input", { type: "range", id: `amount-${which}`, min: 0, max: 100 * HIGHEST_AMOUNT, step: 1 });
    const shown = h("output", { for: slider.id });
    const label = h("label", { for: slider.id }, name, shown);
    root.append(h("div", { class: "amount", title: "Double-click: back to 100 %" }, label, slider));
    slider.oninput = () =>
      store.send({ type: "amount", which, value: Number(slider.value) / 100, gesture: `amount-${which}` });
    slider.onchange = () => store.send({ type: "rest" });
    slider.ondblclick = () => {
      store.send({ type: "amount", which, value: 1 });
      store.send({ type: "rest" });
    };
    store.watch(
      ({ doc }) => doc[which],
      (value) => {
        slider.value = String(Math.round(100 * value));
        slider.style.setProperty("--at", `${(100 * value) / HIGHEST_AMOUNT}%`);
        slider.setAttribute("aria-valuetext", percent(value));
        say(shown, percent(value));
      },
    );
  }
}
