/** Long work on sounds, done in a worker: loudness, peaks for drawing, spectra. */

/** @import { Settings } from "../engine/types.js" */
/** @import { Loudness } from "./loudness.js" */
/** @import { Peaks, Spectrum } from "./tasks.js" */
/** @import { Answer, Request, Task } from "./worker.js" */

/** @typedef {{signal?: AbortSignal}} Options */

export class Jobs {
  constructor() {
    this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "tonewright" });
    /** @type {Map<number, {resolve: (result: any) => void, reject: (error: Error) => void}>} */
    this.open = new Map();
    this.count = 0;
    this.worker.onmessage = ({ data }) => this.#answer(data);
    this.worker.onerror = (event) => this.#fail(event.message || "The worker of this page could not be started.");
  }

  /**
   * Give the worker a sound. Its arrays are handed over unless they are shared: keep a copy of what you need.
   * @param {string} id
   * @param {Float32Array[]} channels
   * @param {number} sampleRate in Hz
   */
  addSource(id, channels, sampleRate) {
    const buffers = channels.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
    this.#send({ type: "source", id, sound: { channels, sampleRate } }, buffers);
  }

  /** @param {string} id */
  dropSource(id) {
    this.#send({ type: "drop", id });
  }

  /**
   * Loudness and peaks of a sound as settings make it; `quick` hears only a part of what is long.
   * @param {string} source
   * @param {Settings | null} [settings]
   * @param {Options & {quick?: boolean}} [options]
   * @returns {Promise<Loudness & {whole: boolean}>}
   */
  measure(source, settings = null, { signal, quick = false } = {}) {
    return this.#start(source, { type: "measure", settings, quick }, signal);
  }

  /**
   * Smallest and largest samples of stretches, for drawing.
   * @param {string} source
   * @param {Options & {framesPerPeak?: number}} [options]
   * @returns {Promise<Peaks>}
   */
  peaks(source, { signal, framesPerPeak = 256 } = {}) {
    return this.#start(source, { type: "peaks", framesPerPeak }, signal);
  }

  /**
   * The long-term spectrum of a sound as settings make it.
   * @param {string} source
   * @param {Settings | null} [settings]
   * @param {Options} [options]
   * @returns {Promise<Spectrum>}
   */
  spectrum(source, settings = null, { signal } = {}) {
    return this.#start(source, { type: "spectrum", settings }, signal);
  }

  /** End everything; what is under way is rejected. */
  close() {
    this.worker.terminate();
    this.#fail("The worker of this page was ended.");
  }

  /** @param {Request} request @param {Transferable[]} transfer */
  #send(request, transfer = []) {
    this.worker.postMessage(request, transfer);
  }

  /** @param {string} source @param {Task} task @param {AbortSignal} [signal] @returns {Promise<any>} */
  #start(source, task, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const job = ++this.count;
      this.open.set(job, { resolve, reject });
      signal?.addEventListener("abort", () => {
        if (!this.open.delete(job)) return;
        this.#send({ type: "cancel", job });
        reject(signal.reason);
      });
      return this.#send({ type: "task", job, source, task });
    });
  }

  /** @param {Answer} answer */
  #answer({ job, result, error }) {
    const waiting = this.open.get(job);
    this.open.delete(job);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error));
  }

  /** @param {string} message */
  #fail(message) {
    for (const { reject } of this.open.values()) reject(new Error(message));
    this.open.clear();
  }
}
