/** Puts the page together. */

import { api } from "./api.js";
import { open, openDemo, openFile, openReference } from "./commands.js";
import { byId, say } from "./dom.js";
import { listen } from "./keyboard.js";
import { initial, reduce } from "./model/state.js";
import { createStore } from "./model/store.js";
import { Sound } from "./sound.js";
import { mountAmounts } from "./views/amounts.js";
import { mountBands } from "./views/bands.js";
import { mountBlind } from "./views/blind.js";
import { mountCurve } from "./views/curve.js";
import { mountDoors } from "./views/doors.js";
import { mountDrop } from "./views/drop.js";
import { mountHelp } from "./views/help.js";
import { mountKeep } from "./views/keep.js";
import { mountMessage } from "./views/message.js";
import { mountParts, toggleLoop } from "./views/parts.js";
import { nextTake } from "./views/say.js";
import { mountTop } from "./views/top.js";
import { listed, mountTransport } from "./views/transport.js";
import { mountWave } from "./views/wave.js";
import { fail } from "./work.js";

const SEEK_S = 5;
const STEP = 0.05;

const store = createStore(reduce, initial());
const sound = new Sound();
/** @type {import("./studio.js").Studio} */
const studio = { store, sound, start: null };
// For those who look: the state and the player, in the browser's console.
Object.assign(window, { studio });

const said = (/** @type {string} */ text) => say(byId("live"), text);
const help = mountHelp();
const keep = mountKeep(studio);
const blind = mountBlind(studio);
const pick = mountDrop((file, target) => (target === "reference" ? openReference(studio, file) : openFile(studio, file)));

mountTop(studio, { help, keep, said, pick: () => pick("recording") });
mountWave(byId("wave"), studio);
mountTransport(byId("transport"), studio, { blind });
mountCurve(byId("curve"), studio);
mountParts(byId("curve"), studio);
mountBands(byId("bands"), studio);
mountDoors(byId("doors"), studio, { pickReference: () => pick("reference") });
mountAmounts(byId("amounts"), studio);
mountMessage(studio);

store.watch(
  ({ view }) => view.recording,
  (recording) => {
    if (recording) sound.open(recording, store.get());
  },
);
store.watch(
  ({ doc, view }) => [doc, view.heard, view.mono, view.section],
  () => sound.sync(store.get()),
);
sound.addEventListener("failed", (/** @type {any} */ event) => {
  store.send({ type: "view", values: { message: { kind: "error", text: event.detail.message } } });
});

/** @param {number} index */
function hear(index) {
  const version = listed(store.get().doc.variants)[index];
  if (!version) return;
  store.send({ type: "view", values: { heard: version.id } });
  said(version.name.length === 1 ? `Variant ${version.name}` : version.name);
}

/** @param {number} by */
function more(by) {
  const value = Math.round((store.get().doc.amount + by) / STEP) * STEP;
  store.send({ type: "amount", which: "amount", value, gesture: "keys" });
  said(`Amount ${Math.round(100 * store.get().doc.amount)} percent`);
}

/** @param {number} by */
const seek = (by) => sound.player?.seek(Math.max(0, sound.player.state.positionS + by));

/** @param {import("./model/types.js").Door} door @param {string} focus */
function enter(door, focus) {
  store.send({ type: "view", values: { door } });
  byId(focus).focus();
}

const undo = () => store.send({ type: "undo" });
const redo = () => store.send({ type: "redo" });

listen({
  space: () => sound.player?.toggle(),
  ...Object.fromEntries(Array.from({ length: 6 }, (_, index) => [String(index + 1), () => hear(index)])),
  x: () => sound.ready && blind(),
  v: () => store.get().view.recording && store.send({ type: "keep" }),
  n: () => store.send({ type: "view", values: { mono: !store.get().view.mono } }),
  l: () => toggleLoop(studio),
  p: () => nextTake(store),
  s: () => enter("say", "line"),
  "/": () => enter("say", "line"),
  a: () => enter("auto", "start-auto"),
  m: () => enter("match", "tab-match"),
  b: () => /** @type {HTMLElement | null} */ (document.querySelector(".band[aria-selected=true]"))?.focus(),
  k: keep,
  o: () => pick("recording"),
  t: () => byId("theme").click(),
  "?": help,
  ",": () => more(-STEP),
  ".": () => more(STEP),
  ArrowLeft: () => seek(-SEEK_S),
  ArrowRight: () => seek(SEEK_S),
  "ctrl+z": undo,
  "ctrl+shift+z": redo,
  "ctrl+y": redo,
});

// From here on the page answers; what is open arrives by itself.
performance.mark("interactive");
document.documentElement.dataset.ready = "page";

try {
  const start = (studio.start = await api.start());
  if (start.recordings.length) open(studio, start.recordings[start.recordings.length - 1]);
  else if (start.opened) open(studio, await api.opened());
  else if (start.demo) await openDemo(studio);
} catch (error) {
  fail(studio, error);
}
document.documentElement.dataset.ready = "recording";
