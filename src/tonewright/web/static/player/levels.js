/**
 * What is known of each variant's loudness: at once an estimate, later a measurement of the whole. While settings change,
 * only the newest are measured.
 */

/** @import { Settings } from "../engine/types.js" */
/** @import { Jobs } from "./jobs.js" */
/** @import { Loudness } from "./loudness.js" */

/** @typedef {{source: string, settings: Settings | null}} Wanted */
/** @typedef {{loudness: Loudness, exact: boolean}} Known */
/** @typedef {{wanted: Wanted, stop: AbortController}} Newest */

/** How long settings must rest before the whole is measured, in milliseconds. */
const REST_MS = 250;
/** So many measurements are remembered: undo, and switching back, cost nothing. */
const REMEMBERED = 64;

const pause = (/** @type {number} */ ms) => new Promise((wake) => setTimeout(wake, ms));

export class Levels {
  /**
   * @param {Jobs} jobs
   * @param {(id: string, known: Known, of: Wanted) => void} tell
   * @param {(error: Error) => void} fail
   */
  constructor(jobs, tell, fail) {
    this.jobs = jobs;
    this.tell = tell;
    this.fail = fail;
    /** @type {Map<string, Loudness>} */
    this.memory = new Map();
    /** What each variant was last asked for, and how to give it up. @type {Map<string, Newest>} */
    this.newest = new Map();
    /** Variants whose estimate is under way. @type {Map<string, Promise<void>>} */
    this.estimating = new Map();
    /** @type {Set<Promise<void>>} */
    this.open = new Set();
  }

  /**
   * Find out how loud a variant is; resolves when an estimate, or better, is known.
   * @param {string} id
   * @param {Wanted} wanted
   * @returns {Promise<void>}
   */
  follow(id, wanted) {
    this.drop(id);
    const stop = new AbortController();
    this.newest.set(id, { wanted, stop });
    const known = this.memory.get(keyOf(wanted));
    if (known) {
      this.tell(id, { loudness: known, exact: true }, wanted);
      return Promise.resolve();
    }
    const estimate = this.#estimate(id);
    this.#keep(this.#measure(id, wanted, stop.signal));
    return estimate;
  }

  /** Give up what is under way for a variant. @param {string} id */
  drop(id) {
    this.newest.get(id)?.stop.abort();
    this.newest.delete(id);
  }

  /** Resolves when nothing is under way. */
  async idle() {
    while (this.open.size) await Promise.allSettled(this.open);
  }

  /**
   * One estimate per variant at a time; when it is done, another if settings have changed meanwhile.
   * @param {string} id
   */
  #estimate(id) {
    const running = this.estimating.get(id);
    if (running) return running;
    const work = this.#estimateNewest(id).finally(() => this.estimating.delete(id));
    this.estimating.set(id, work);
    this.#keep(work);
    return work;
  }

  /** @param {string} id */
  async #estimateNewest(id) {
    /** @type {Newest | undefined} */
    let done;
    for (let newest = this.newest.get(id); newest && newest !== done; newest = this.newest.get(id)) {
      done = newest;
      const { wanted, stop } = newest;
      if (this.memory.has(keyOf(wanted))) continue;
      const loudness = await this.jobs.measure(wanted.source, wanted.settings, { quick: true });
      if (loudness.whole) {
        this.#remember(wanted, loudness);
        stop.abort();
      }
      const now = this.newest.get(id);
      // What is known of the newest settings is better than what was found out about others.
      if (!now || (this.memory.has(keyOf(now.wanted)) && !(loudness.whole && now === newest))) continue;
      this.tell(id, { loudness, exact: loudness.whole && now === newest }, wanted);
    }
  }

  /** @param {string} id @param {Wanted} wanted @param {AbortSignal} signal */
  async #measure(id, wanted, signal) {
    // The estimate first: it is what is waited for.
    await pause(REST_MS);
    await this.estimating.get(id)?.catch(() => {});
    if (signal.aborted) return;
    const loudness = await this.jobs.measure(wanted.source, wanted.settings, { signal });
    this.#remember(wanted, loudness);
    if (!signal.aborted) this.tell(id, { loudness, exact: true }, wanted);
  }

  /** @param {Wanted} wanted @param {Loudness} loudness */
  #remember(wanted, loudness) {
    this.memory.set(keyOf(wanted), loudness);
    if (this.memory.size > REMEMBERED) this.memory.delete(/** @type {string} */ (this.memory.keys().next().value));
  }

  /** Forget what was measured of a source. @param {string} source */
  forget(source) {
    for (const key of this.memory.keys()) if (key.startsWith(`${source}\n`)) this.memory.delete(key);
  }

  /** @param {Promise<void>} work */
  #keep(work) {
    const kept = work
      .catch((error) => {
        if (error?.name !== "AbortError") this.fail(error);
      })
      .finally(() => this.open.delete(kept));
    this.open.add(kept);
  }
}

/** @param {Wanted} wanted */
const keyOf = ({ source, settings }) => `${source}\n${JSON.stringify(settings)}`;
