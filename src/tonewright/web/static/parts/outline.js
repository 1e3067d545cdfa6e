/** The outline of a recording for a drawing so many pixels wide. */

/** @import { Peaks } from "../player/tasks.js" */

/**
 * Smallest and largest sample behind each pixel.
 * @param {Peaks} peaks
 * @param {number} durationS of the recording
 * @param {number} pixels
 */
export function outline({ min, max, perSecond }, durationS, pixels) {
  const low = new Float32Array(pixels);
  const high = new Float32Array(pixels);
  const perPixel = (durationS * perSecond) / pixels;
  for (let x = 0; x < pixels; x++) {
    const first = Math.min(Math.floor(x * perPixel), min.length - 1);
    const last = Math.min(Math.max(first + 1, Math.ceil((x + 1) * perPixel)), min.length);
    let [least, most] = [0, 0];
    for (let i = Math.max(0, first); i < last; i++) {
      least = Math.min(least, min[i]);
      most = Math.max(most, max[i]);
    }
    low[x] = least;
    high[x] = most;
  }
  return { low, high };
}
