/** How the channels of a sound go to the channels that are heard. */

/** Half of the power to each side. */
const HALF = Math.SQRT1_2;

/** Left and right weights by channel count, in the order of WAV files (ITU-R BS.775, low-frequency channel left out). */
const STEREO = /** @type {Record<number, [number[], number[]]>} */ ({
  3: [[1, 0, HALF], [0, 1, HALF]],
  4: [[1, 0, HALF, 0], [0, 1, 0, HALF]],
  5: [[1, 0, HALF, HALF, 0], [0, 1, HALF, 0, HALF]],
  6: [[1, 0, HALF, 0, HALF, 0], [0, 1, HALF, 0, 0, HALF]],
  7: [[1, 0, HALF, 0, 0.5, HALF, 0], [0, 1, HALF, 0, 0.5, 0, HALF]],
  8: [[1, 0, HALF, 0, HALF, 0, HALF, 0], [0, 1, HALF, 0, 0, HALF, 0, HALF]],
});

/**
 * Weights of each channel of a sound in each channel heard. Where there are fewer of them, weights sum to 1 at most:
 * nothing can clip that did not clip before.
 * @param {number} from channels of the sound
 * @param {number} to channels heard
 * @returns {number[][]} [heard][of the sound]
 */
export function downmix(from, to) {
  const heard = Array.from({ length: to }, (_, i) => i);
  if (from === 1) return heard.map(() => [1]);
  if (from <= to) return heard.map((i) => Array.from({ length: from }, (_, j) => (i === j ? 1 : 0)));
  const pair = STEREO[from] ?? [0, 1].map((side) => Array.from({ length: from }, (_, j) => (j % 2 === side ? 1 : 0)));
  const largest = Math.max(...pair.map((row) => row.reduce((sum, x) => sum + x, 0)));
  const scaled = pair.map((row) => row.map((x) => x / largest));
  if (to === 1) return [scaled[0].map((x, j) => (x + scaled[1][j]) / 2)];
  return heard.map((i) => scaled[i] ?? scaled[0].map(() => 0));
}
