/** What the page asks its server for; see docs/studio-api.md. Every failure is a Fault with one sentence. */

import { h } from "./dom.js";

/** @typedef {import("./model/types.js").Settings} Settings */
/** @typedef {import("./model/types.js").Timeline} Timeline */
/** @typedef {import("./model/types.js").Recording} Recording */
/** @typedef {import("./model/types.js").Loudness} Loudness */
/** @typedef {Settings | Timeline} Chain */
/** @typedef {{file: string, name: string, bytes: number, url: string}} Stored */
/** @typedef {(stage: string, part: number | null) => void} Watch */
/** @typedef {{available: boolean, reason: string}} Availability */
/** @typedef {{version: string, opened: string | null, demo: boolean, doors: Record<"say" | "auto" | "match", Availability>,
 *   limits: {upload_bytes: number, prompt: number, references: number},
 *   formats: {name: string, label: string, suffix: string}[], recordings: Recording[]}} Start */
/** @typedef {{name: string, title: string, suffix: string, writes: boolean, dynamics: string}} Program */

/** A sentence for the user. */
export class Fault extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

const SILENT = "The studio's server does not answer; start it again with tonewright studio.";

/**
 * @param {string} method @param {string} path @param {unknown} [body] JSON, or bytes as they are
 * @param {AbortSignal} [signal] @returns {Promise<any>}
 */
async function ask(method, path, body, signal) {
  const bytes = body instanceof Blob;
  const headers = body === undefined ? undefined : { "Content-Type": bytes ? "application/octet-stream" : "application/json" };
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(path, { method, headers, signal, body: body === undefined || bytes ? body : JSON.stringify(body) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Fault(SILENT);
  }
  if (!answer.ok) throw await faultOf(answer);
  return answer.status === 204 ? null : answer.json();
}

/** @param {Response} answer */
async function faultOf(answer) {
  const said = await answer.json().catch(() => null);
  return new Fault(said?.message ?? `The server answered with an error (${answer.status}).`, answer.status);
}

/**
 * Follow a job to its end; aborting the signal cancels it.
 * @param {string} id @param {Watch} watch @param {AbortSignal} [signal] @returns {Promise<any>} its result
 */
function follow(id, watch, signal) {
  return new Promise((resolve, reject) => {
    const events = new EventSource(`/api/jobs/${id}/events`);
    let missed = 0;
    const end = () => {
      events.close();
      signal?.removeEventListener("abort", stop);
    };
    const stop = () => {
      end();
      ask("DELETE", `/api/jobs/${id}`).catch(() => null);
      reject(new DOMException("Cancelled", "AbortError"));
    };
    if (signal?.aborted) return stop();
    signal?.addEventListener("abort", stop);
    events.onmessage = ({ data }) => {
      missed = 0;
      const job = JSON.parse(data);
      watch(job.stage ?? "", job.progress ?? null);
      if (job.state === "done") end(), resolve(job.result);
      if (job.state === "failed") end(), reject(new Fault(job.error?.message ?? "The work failed.", job.error?.status));
      if (job.state === "cancelled") end(), reject(new DOMException("Cancelled", "AbortError"));
    };
    // The browser reconnects by itself; only a server that stays away is an error.
    events.onerror = () => {
      missed += 1;
      if (missed > 3 || events.readyState === EventSource.CLOSED) end(), reject(new Fault(SILENT));
    };
  });
}

/** @param {string} path @param {unknown} body @param {Watch} watch @param {AbortSignal} [signal] */
async function work(path, body, watch, signal) {
  const { job } = await ask("POST", path, body, signal);
  return follow(job, watch, signal);
}

/** @param {Blob & {name?: string}} file */
const named = (file) => encodeURIComponent(file.name ?? "recording");

export const api = {
  /** @returns {Promise<Start>} */
  start: () => ask("GET", "/api/start"),
  /** @returns {Promise<{song: Recording, reference: Recording}>} */
  demo: () => ask("POST", "/api/recordings/demo"),
  /** @returns {Promise<Recording>} */
  opened: () => ask("POST", "/api/recordings/opened"),
  /** @param {File} file @param {Watch} watch @param {AbortSignal} [signal] @returns {Promise<Recording>} */
  upload: (file, watch, signal) => work(`/api/recordings?wait=0&name=${named(file)}`, file, watch, signal),
  /** @param {string} id @param {number} points @returns {Promise<{min: number[][], max: number[][]}>} */
  peaks: (id, points) => ask("GET", `/api/recordings/${id}/peaks?points=${points}`),
  /** @param {string} id @param {AbortSignal} [signal] */
  audio: (id, signal) => bytes(`/api/recordings/${id}/audio`, signal),
  /** @param {"say" | "auto" | "match"} door @param {object} body @param {Watch} watch @param {AbortSignal} [signal] */
  door: (door, body, watch, signal) => work(`/api/${door}`, body, watch, signal),
  /** @param {{recording: string, settings: Chain, loudness?: "as it is" | "input" | number}} body @param {AbortSignal} [signal]
   * @returns {Promise<{settings?: Settings, timeline?: Timeline, loudness: {before: Loudness, after: Loudness}, limited_db: number, notes: string[]}>} */
  measure: (body, signal) => ask("POST", "/api/measure", body, signal),
  /** @param {{settings: Chain, recording: string | null, spectra: unknown}} body @param {AbortSignal} [signal]
   * @returns {Promise<{bands: {index: number, why: string[]}[], whole: string[], output_db: (number | null)[] | null}>} */
  describe: (body, signal) => ask("POST", "/api/describe", body, signal),
  /** @param {string} name @param {string} text @returns {Promise<{settings?: Settings, timeline?: Timeline, program: string, warnings: string[]}>} */
  import: (name, text) => ask("POST", "/api/import", { name, text }),
  /** @param {object} body @param {Watch} watch @param {AbortSignal} [signal] @returns {Promise<Stored & {notes: string[], dropped: string[]}>} */
  render: (body, watch, signal) => work("/api/render", body, watch, signal),
  /** @param {object} body @param {Watch} watch @param {AbortSignal} [signal] @returns {Promise<Stored>} */
  report: (body, watch, signal) => work("/api/report", body, watch, signal),
  /** @param {Chain} settings @param {string} name @returns {Promise<Stored>} */
  settingsFile: (settings, name) => ask("POST", "/api/settings-file", { settings, name }),
  /** @returns {Promise<{programs: Program[]}>} */
  programs: () => ask("GET", "/api/programs"),
  /** @param {object} body @returns {Promise<Stored & {exactness: string, max_error_db: number | null, warnings: string[], instruction: string}>} */
  export: (body) => ask("POST", "/api/export", body),
  /** @param {{name: string, state: unknown, recordings: string[], audio: boolean}} body @returns {Promise<Stored>} */
  saveProject: (body) => ask("POST", "/api/projects", body),
  /** @param {Blob} file @returns {Promise<{state: any, recordings: {was: string, name: string, sha256: string, found: Recording | null}[]}>} */
  openProject: (file) => ask("POST", "/api/projects/open", file),
  /** @param {string} url @param {AbortSignal} [signal] */
  fetch: (url, signal) => bytes(url, signal),
};

/** @param {string} path @param {AbortSignal} [signal] @returns {Promise<ArrayBuffer>} */
async function bytes(path, signal) {
  let answer;
  try {
    answer = await fetch(path, { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Fault(SILENT);
  }
  if (!answer.ok) throw await faultOf(answer);
  return answer.arrayBuffer();
}

/** Let the browser save a file of the server. @param {Stored} file */
export function download(file) {
  const link = h("a", { href: file.url, download: file.name });
  document.body.append(link);
  link.click();
  link.remove();
}
