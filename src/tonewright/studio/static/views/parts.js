/** Parts of a long recording: which one is in view, and looping it. */

import { h } from "../dom.js";
import { partsOf } from "./wave.js";

/** @typedef {import("../studio.js").Studio} Studio */

/** @param {HTMLElement} root @param {Studio} studio */
export function mountParts(root, studio) {
  const { store, sound } = studio;
  const select = h("select", { id: "part", "aria-label": "Part in view" });
  const loop = h("button", { type: "button", class: "toggle", title: "Loop this part (L)", "aria-pressed": "false" }, "Loop");
  const choice = h("div", { class: "part-choice", hidden: true }, select, loop);
  root.querySelector(".part-choice")?.replaceWith(choice);
  select.onchange = () => {
    const section = Number(select.value);
    store.send({ type: "view", values: { section } });
    const part = partsOf(store.get())[section];
    if (!part || !sound.player) return;
    sound.player.seek(part.startS);
    if (sound.player.state.loop) sound.player.setLoop({ startS: part.startS, endS: part.endS });
  };
  loop.onclick = () => toggleLoop(studio);
  store.watch(
    ({ doc, view }) => [view.recording, doc.answer.sections, view.section],
    () => {
      const parts = partsOf(store.get());
      choice.hidden = parts.length === 0;
      select.replaceChildren(...parts.map(({ words }, value) => h("option", { value }, words)));
      select.value = String(Math.min(store.get().view.section, Math.max(0, parts.length - 1)));
    },
  );
  sound.addEventListener("state", () => loop.setAttribute("aria-pressed", String(Boolean(sound.player?.state.loop))));
}

/** Loop the part in view, or stop looping. @param {Studio} studio */
export function toggleLoop({ store, sound }) {
  const { player } = sound;
  if (!player) return;
  const part = partsOf(store.get())[store.get().view.section];
  if (player.state.loop) player.setLoop(null);
  else if (part) player.setLoop({ startS: part.startS, endS: part.endS });
}
