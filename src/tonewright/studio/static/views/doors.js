/** Three doors to a sound, one open at a time, and the work that goes on behind them. */

import { h, say } from "../dom.js";
import { mountAuto } from "./auto.js";
import { mountMatch } from "./match.js";
import { mountSay } from "./say.js";

/** @typedef {import("../model/types.js").Door} Door */
/** @typedef {import("../studio.js").Studio} Studio */

const DOORS = /** @type {[Door, string, string][]} */ ([
  ["say", "Say", "S"],
  ["auto", "Auto", "A"],
  ["match", "Match", "M"],
]);

/** @param {HTMLElement} root @param {Studio} studio @param {{pickReference: () => void}} actions */
export function mountDoors(root, studio, actions) {
  const { store } = studio;
  const go = (/** @type {Door} */ door) => store.send({ type: "view", values: { door } });
  const tabs = DOORS.map(([door, name, key]) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${door}`,
        class: "tab",
        "aria-controls": `door-${door}`,
        "aria-keyshortcuts": key,
        title: `${name} (${key})`,
        onclick: () => go(door),
      },
      name,
    ),
  );
  const panels = DOORS.map(([door]) =>
    h("div", { role: "tabpanel", id: `door-${door}`, class: "door", "aria-labelledby": `tab-${door}` }),
  );
  const list = h("div", { role: "tablist", class: "tabs", "aria-label": "Three ways to a sound" }, ...tabs);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const now = DOORS.findIndex(([door]) => door === store.get().view.door);
    const next = (now + step + DOORS.length) % DOORS.length;
    go(DOORS[next][0]);
    tabs[next].focus();
  });
  root.append(list, ...panels);
  mountSay(panels[0], studio);
  mountAuto(panels[1], studio);
  mountMatch(panels[2], studio, actions);
  store.watch(
    ({ view }) => view.door,
    (open) => {
      DOORS.forEach(([door], index) => {
        tabs[index].setAttribute("aria-selected", String(door === open));
        tabs[index].tabIndex = door === open ? 0 : -1;
        panels[index].hidden = door !== open;
      });
    },
  );
  mountWork(root, studio);
}

/** What is being worked on, how far it is, and a way to stop it. @param {HTMLElement} root @param {Studio} studio */
function mountWork(root, { store }) {
  const title = h("span", {});
  const bar = h("progress", { max: 1, "aria-label": "Progress" });
  const stop = h("button", { type: "button", class: "button", id: "stop", onclick: () => store.get().view.work?.stop() }, "Cancel");
  const panel = h("div", { class: "work", hidden: true }, title, bar, stop);
  root.append(h("div", { class: "working" }, panel));
  store.watch(
    ({ view }) => view.work,
    (work) => {
      panel.hidden = !work;
      root.setAttribute("aria-busy", String(Boolean(work)));
      if (!work) return;
      const told = work.stage ? sentenceCase(work.stage) : work.title;
      say(title, `${told} \u2026`);
      if (work.part === null) bar.removeAttribute("value");
      else bar.value = work.part;
    },
  );
}

/** @param {string} text */
const sentenceCase = (text) => text[0].toUpperCase() + text.slice(1);
