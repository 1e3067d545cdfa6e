/** What is heard: keeps the player's variants equal to what the state says. */

import { Player, decodeAt } from "/static/web/player/player.js";
import { api } from "./api.js";
import { resultSections, resultSettings } from "./model/state.js";

/** @typedef {import("./model/types.js").State} State */
/** @typedef {import("./model/types.js").Settings} Settings */
/** @typedef {import("./model/types.js").Section} Section */
/** @typedef {import("./model/types.js").Recording} Recording */

/** Parts are rendered by the server once a change has rested for so long. */
const REST_MS = 500;

/**
 * Events: `state` (something other than the position changed), `position`, `levels`, `failed`.
 */
export class Sound extends EventTarget {
  /** @type {any} the player of the recording that is open */
  player = null;
  /** Whether the recording can be played. */
  ready = false;
  /** Whether a blind test decides what is heard. */
  blind = false;
  /** @type {AbortController} */
  #opening = new AbortController();
  /** What each variant was last told to play. @type {Map<string, {key: string, inParts: boolean}>} */
  #told = new Map();
  /** Renderings of parts under way, by variant. @type {Map<string, AbortController>} */
  #parts = new Map();
  #serial = 0;
  /** The version to switch to as soon as it is there. */
  wanted = "original";
  /** @type {Recording | null} */
  #recording = null;

  /** Whether parts are being rendered. */
  get rendering() {
    return this.#parts.size > 0;
  }

  /** Load a recording; the one before falls silent. @param {Recording} recording @param {State} state */
  async open(recording, state) {
    this.#opening.abort();
    this.#opening = new AbortController();
    const { signal } = this.#opening;
    for (const each of this.#parts.values()) each.abort();
    this.#parts.clear();
    this.#recording = recording;
    this.ready = false;
    this.#told.clear();
    const former = this.player;
    this.player = null;
    this.#tell("state");
    await former?.close();
    try {
      const [player, bytes] = await Promise.all([
        Player.create({ sampleRate: recording.sample_rate }),
        api.audio(recording.id, signal),
      ]);
      if (signal.aborted) return void player.close();
      await player.addSource("song", await decodeAt(bytes, recording.sample_rate));
      if (signal.aborted) return void player.close();
      for (const name of ["state", "position", "levels", "failed", "ended"]) {
        player.addEventListener(name, (/** @type {any} */ event) => this.#tell(name, event.detail));
      }
      this.player = player;
      await player.setVariant("original", { source: "song", label: "Original" });
      this.ready = true;
      this.sync(state);
    } catch (error) {
      if (!signal.aborted) this.#tell("failed", { message: sentence(error) });
    }
    this.#tell("state");
  }

  /** Bring the variants in line with the state. @param {State} state */
  sync(state) {
    if (!this.player || !this.ready) return;
    const { doc, view } = state;
    this.wanted = view.heard;
    this.#follow("result", "Result", resultSettings(state), resultSections(doc));
    for (const { id, name, settings, sections } of doc.variants) this.#follow(id, name, settings, sections);
    const kept = new Set(["original", "result", ...doc.variants.map(({ id }) => id)]);
    for (const id of [...this.#told.keys()].filter((each) => !kept.has(each))) {
      this.#told.delete(id);
      this.player.removeVariant(id);
    }
    if (!this.blind && this.player.state.selected !== view.heard && this.#has(view.heard)) this.player.select(view.heard);
    if (this.player.state.mono !== view.mono) this.player.setMono(view.mono);
  }

  /** @param {string} id */
  #has(id) {
    return this.player.state.variants.some((/** @type {{id: string}} */ variant) => variant.id === id);
  }

  /** @param {string} id @param {string} label @param {Settings} settings @param {Section[]} sections */
  #follow(id, label, settings, sections) {
    const inParts = sections.length > 0;
    const key = JSON.stringify(inParts ? sections : settings);
    const known = this.#told.get(id);
    if (known?.key === key) return;
    this.#told.set(id, { key, inParts });
    if (inParts) this.#renderParts(id, label, sections, key);
    else if (known && !known.inParts && this.#has(id)) this.player.changeSettings(id, settings);
    else this.#put(id, { source: "song", label, settings });
  }

  /** @param {string} id @param {object} variant */
  async #put(id, variant) {
    try {
      await this.player?.setVariant(id, variant);
      if (this.wanted === id && !this.blind) this.player?.select(id);
    } catch (error) {
      this.#tell("failed", { message: sentence(error) });
    }
  }

  /**
   * Parts with settings of their own are rendered by the server, exactly as they will be kept.
   * @param {string} id @param {string} label @param {Section[]} sections @param {string} key
   */
  async #renderParts(id, label, sections, key) {
    this.#parts.get(id)?.abort();
    const control = new AbortController();
    this.#parts.set(id, control);
    const { signal } = control;
    this.#tell("state");
    try {
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      if (!signal.aborted) await this.#putParts(id, label, sections, key, signal);
    } catch (error) {
      if (!signal.aborted) this.#tell("failed", { message: sentence(error) });
    }
    if (this.#parts.get(id) === control) this.#parts.delete(id);
    this.#tell("state");
  }

  /** @param {string} id @param {string} label @param {Section[]} sections @param {string} key @param {AbortSignal} signal */
  async #putParts(id, label, sections, key, signal) {
    const { player } = this;
    const recording = this.#recording;
    if (!recording || !player) return;
    const body = { recording: recording.id, settings: { version: 1, sections }, format: "wav", ceiling_dbtp: -1 };
    const file = await api.render(body, () => {}, signal);
    const heard = await decodeAt(await api.fetch(file.url, signal), recording.sample_rate);
    if (signal.aborted || this.player !== player || this.#told.get(id)?.key !== key) return;
    const former = player.state.variants.find((/** @type {{id: string}} */ each) => each.id === id)?.source;
    const source = `parts-${(this.#serial += 1)}`;
    await player.addSource(source, heard);
    await player.setVariant(id, { source, label });
    if (former && former !== "song") player.removeSource(former);
    if (this.wanted === id && !this.blind) player.select(id);
  }

  /** @param {string} name @param {unknown} [detail] */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {unknown} error */
function sentence(error) {
  const reason = error instanceof Error && error.message ? ` (${error.message})` : "";
  return error instanceof Error && error.name === "Error" ? error.message : `The recording cannot be played here${reason}.`;
}
