/** Gains that make variants equally loud, and what all are turned down by so that none exceeds full scale. */

/**
 * @typedef {object} Measured
 * @property {number} loudnessLufs  as heard; -Infinity for silence
 * @property {number} truePeakDb
 */

/** A mono sound comes out of two loudspeakers: 3 dB more than its own loudness says. */
const TWICE_DB = 10 * Math.log10(2);

/**
 * Loudness of a sound of so many channels as it is heard.
 * @param {number} integratedLufs
 * @param {number} channels of the sound
 * @param {number} heard channels heard
 */
export const asHeard = (integratedLufs, channels, heard) =>
  integratedLufs + (channels === 1 && heard > 1 ? TWICE_DB : 0);

/**
 * @param {(Measured | null)[]} variants null: not known yet
 * @param {object} options
 * @param {boolean} options.match
 * @param {number} options.targetLufs what all are brought to; not finite: none has a gain
 * @param {number} options.ceilingDb
 * @returns {{gainsDb: number[], trimDb: number}} trimDb is 0 or below
 */
export function matchGains(variants, { match, targetLufs, ceilingDb }) {
  const gainsDb = variants.map((one) => {
    if (!match || !one || !Number.isFinite(targetLufs) || !Number.isFinite(one.loudnessLufs)) return 0;
    return targetLufs - one.loudnessLufs;
  });
  const over = variants.map((one, i) => (one ? one.truePeakDb + gainsDb[i] - ceilingDb : -Infinity));
  return { gainsDb, trimDb: 0 - Math.max(0, ...over) };
}

/** @param {number} trimDb @param {number} ceilingDb */
export function trimNote(trimDb, ceilingDb) {
  if (trimDb > -0.05) return "";
  const ceiling = ceilingDb === 0 ? "full scale" : `${ceilingDb.toFixed(1)} dB`;
  return `Everything is ${(-trimDb).toFixed(1)} dB quieter, because the loudest would exceed ${ceiling}.`;
}
