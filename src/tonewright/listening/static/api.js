/** The server, as pages see it. The secret of a session travels in a header only. */

/** What the server refused, in its own words. */
export class Refused extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** @type {string | null} */
let secret = null;

/** Speak for a session from now on. @param {string | null} value */
export function speakFor(value) {
  secret = value;
}

/** Letters that nobody else draws: ids of answers. */
export function drawId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} path @param {object} [body]  sent as JSON; without one the path is read
 * @returns {Promise<Response>}
 */
async function ask(path, body) {
  /** @type {Record<string, string>} */
  const headers = secret ? { Authorization: `Bearer ${secret}` } : {};
  const response = await fetch(path, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Refused(response.status, said.error ?? `(${response.status})`);
}

/** @param {string} path */
export const read = async (path) => (await ask(path)).json();

/** @param {string} path @param {object} body */
export const send = async (path, body) => (await ask(path, body)).json();

/** The bytes of a sound. @param {string} id */
export const sound = async (id) => (await ask(`/api/sounds/${id}`)).arrayBuffer();
