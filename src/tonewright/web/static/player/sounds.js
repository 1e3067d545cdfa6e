/** Sounds on their way into the player: decoded at their own rate, at the context's rate, in memory that can be shared. */

/** @typedef {AudioBuffer | {sampleRate: number, channels: Float32Array[]}} Source */

/**
 * Decode a file at a rate of your choice: contexts resample to their own without being asked.
 * @param {ArrayBuffer} bytes
 * @param {number} sampleRate in Hz, of the file
 * @returns {Promise<AudioBuffer>}
 */
export const decodeAt = (bytes, sampleRate) => new OfflineAudioContext(1, 1, sampleRate).decodeAudioData(bytes);

/** @param {Source} source @returns {{sampleRate: number, channels: Float32Array[]}} the samples, not copied */
function samplesOf(source) {
  if (!(source instanceof AudioBuffer)) return source;
  const channels = Array.from({ length: source.numberOfChannels }, (_, i) => source.getChannelData(i));
  return { sampleRate: source.sampleRate, channels };
}

/**
 * The samples of a sound at a rate, resampled by the browser where it is another.
 * @param {Source} source
 * @param {number} sampleRate in Hz
 * @returns {Promise<Float32Array[]>}
 */
export async function atRate(source, sampleRate) {
  const { channels, sampleRate: own } = samplesOf(source);
  if (channels.length === 0 || channels[0].length === 0) throw new Error("A sound without samples cannot be played.");
  if (own === sampleRate) return channels;
  const length = Math.ceil((channels[0].length * sampleRate) / own);
  const context = new OfflineAudioContext(channels.length, length, sampleRate);
  const buffer = context.createBuffer(channels.length, channels[0].length, own);
  channels.forEach((x, i) => buffer.getChannelData(i).set(x));
  const node = new AudioBufferSourceNode(context, { buffer });
  node.connect(context.destination);
  node.start();
  return samplesOf(await context.startRendering()).channels;
}

/** Samples copied at once; more would be felt as a pause of the page. */
const PIECE = 1 << 20;

/** @template {Float32Array} T @param {Float32Array} from @param {T} to */
async function copied(from, to) {
  for (let at = 0; at < from.length; at += PIECE) {
    to.set(from.subarray(at, at + PIECE), at);
    await new Promise((wake) => setTimeout(wake));
  }
  return to;
}

/**
 * Two holders of the same samples: one memory where pages may share it (cross-origin isolated), else two copies.
 * @param {Float32Array[]} channels
 * @returns {Promise<[Float32Array[], Float32Array[]]>}
 */
export async function twoHolders(channels) {
  const room = (/** @type {Float32Array} */ x) =>
    globalThis.crossOriginIsolated ? new Float32Array(new SharedArrayBuffer(x.byteLength)) : new Float32Array(x.length);
  const copies = () => Promise.all(channels.map((x) => copied(x, room(x))));
  const first = await copies();
  return [first, globalThis.crossOriginIsolated ? first : await copies()];
}
