/** Play, where, which version, equally loud: the comparison that cannot lie. */

import { byId, flag, h, icon, say } from "../dom.js";
import { clock, loudness } from "../model/words.js";
import { VARIANTS } from "../model/state.js";

/** @typedef {import("../studio.js").Studio} Studio */

/**
 * @param {HTMLElement} root @param {Studio} studio @param {{blind: () => void}} actions
 */
export function mountTransport(root, { store, sound }, actions) {
  const play = h("button", { type: "button", class: "play", "aria-label": "Play", title: "Play or pause (Space)" });
  const time = h("p", { class: "time" });
  const versions = h("div", { class: "versions", role: "radiogroup", "aria-label": "Version" });
  const aside = h(
    "button",
    { type: "button", class: "toggle aside", title: "Put this result aside as a variant (V)" },
    icon("plus"),
    h("span", {}, "Variant"),
  );
  const matched = h("p", { class: "matched" });
  const mono = h("button", { type: "button", class: "toggle", title: "Listen in mono (N)", "aria-pressed": "false" }, "Mono");
  const blind = h("button", { type: "button", class: "toggle", title: "Compare without knowing which is which (X)" }, "Blind");
  const checks = h("div", { class: "checks" }, mono, blind);
  root.append(play, time, versions, aside, matched, checks);
  // A phone's transport has no room for it: there it lies on the waveform.
  const narrow = matchMedia("(max-width: 640px)");
  const place = () => (narrow.matches ? byId("wave").append(mono) : checks.prepend(mono));
  narrow.addEventListener("change", place);
  place();

  play.onclick = () => sound.player?.toggle();
  aside.onclick = () => store.send({ type: "keep" });
  mono.onclick = () => store.send({ type: "view", values: { mono: !store.get().view.mono } });
  blind.onclick = actions.blind;
  versions.addEventListener("keydown", (event) => walk(event, versions));

  store.watch(
    ({ doc, view }) => [doc.variants, view.heard, view.recording],
    () => {
      const { doc, view } = store.get();
      const had = versions.contains(document.activeElement);
      versions.replaceChildren(...listed(doc.variants).map((each, index) => version(each, index, view.heard, store)));
      if (had) /** @type {HTMLElement | null} */ (versions.querySelector('[tabindex="0"]'))?.focus();
      aside.disabled = doc.variants.length >= VARIANTS || !view.recording;
    },
  );
  store.watch(({ view }) => view.mono, (on) => flag(mono, "aria-pressed", on));

  let playing = /** @type {boolean | null} */ (null);
  const showState = () => {
    const { player, ready, rendering } = sound;
    play.disabled = !ready;
    blind.disabled = !ready;
    const now = Boolean(player?.state.playing);
    if (now !== playing) {
      playing = now;
      play.replaceChildren(icon(now ? "pause" : "play"));
      play.setAttribute("aria-label", now ? "Pause" : "Play");
      flag(play, "aria-pressed", now);
    }
    say(matched, rendering ? "Rendering the parts \u2026" : ready ? levelWords(player.state) : "");
    matched.title = matched.textContent ?? "";
    showTime(player?.state.positionS ?? 0);
  };
  const total = h("span");
  const at = h("b");
  time.append(at, " ", total);
  const showTime = (/** @type {number} */ seconds) => {
    say(at, clock(seconds));
    say(total, `/ ${clock(store.get().view.recording?.duration_s ?? 0)}`);
  };
  sound.addEventListener("state", showState);
  sound.addEventListener("position", (/** @type {any} */ event) => showTime(event.detail.positionS));
  showState();
}

/** @param {import("../model/types.js").Variant[]} variants */
export function listed(variants) {
  return [
    { id: "original", name: "Original" },
    { id: "result", name: "Result" },
    ...variants.map(({ id }) => ({ id, name: id.toUpperCase() })),
  ];
}

/** @param {{id: string, name: string}} each @param {number} index @param {string} heard @param {import("../studio.js").AppStore} store */
function version({ id, name }, index, heard, store) {
  const on = id === heard;
  const own = !["original", "result"].includes(id);
  return h(
    "button",
    {
      type: "button",
      role: "radio",
      class: `version ${own ? "variant" : id}`,
      "aria-checked": String(on),
      "aria-label": own ? `Variant ${name}` : name,
      "aria-keyshortcuts": String(index + 1),
      tabindex: on ? 0 : -1,
      title: own ? `Variant ${name}: double-click goes on from it, Delete removes it` : `${name} (${index + 1})`,
      onclick: () => store.send({ type: "view", values: { heard: id } }),
      ondblclick: () => own && store.send({ type: "use", id }),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (own && event.key === "Delete") store.send({ type: "drop", id });
        if (own && event.key === "Enter" && on) store.send({ type: "use", id });
      },
    },
    h("kbd", { "aria-hidden": "true" }, String(index + 1)),
    name,
  );
}

/** Arrow keys move between versions. @param {KeyboardEvent} event @param {HTMLElement} group */
function walk(event, group) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const all = /** @type {HTMLButtonElement[]} */ ([...group.children]);
  const now = all.findIndex((each) => each.getAttribute("aria-checked") === "true");
  event.preventDefault();
  event.stopPropagation();
  all[(now + step + all.length) % all.length].click();
}

/** @param {any} state of the player */
function levelWords(state) {
  if (state.variants.some((/** @type {any} */ each) => each.quality !== "measured")) return "Matching the loudness \u2026";
  const first = state.variants.find((/** @type {any} */ each) => each.id === "original");
  if (!first || first.loudnessLufs === null) return "";
  const level = loudness(first.loudnessLufs + first.gainDb + state.trimDb);
  return `All equally loud: ${level}${state.trimNote ? `. ${state.trimNote}` : ""}`;
}
