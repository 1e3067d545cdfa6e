/** What moving a handle does to a band, without any page: limits, steps, how much. */

/** @import { FullBand, FullSettings } from "../engine/types.js" */

import { PARAMETERS } from "../engine/parameters.js";
import { crossoverHz, hasGain, neutralBand } from "../engine/settings.js";
import { HIGH_HZ, LOW_HZ, between, sayDb, sayHz } from "./scales.js";
import { phrase } from "./words.js";

const { gain_db: GAIN, q: Q } = PARAMETERS;

/**
 * Move a band: among audible frequencies, with gain and sharpness within what controllers use, unless it is beyond already.
 * @param {FullBand} band
 * @param {{frequencyHz?: number, gainDb?: number, q?: number}} values what it should have
 * @returns {FullBand} what it may have
 */
export function moved(band, { frequencyHz = band.frequency_hz, gainDb = band.gain_db, q = band.q }) {
  const room = Math.max(Math.abs(band.gain_db), GAIN.search.high);
  return {
    ...band,
    frequency_hz: between(frequencyHz, Math.min(LOW_HZ, band.frequency_hz), Math.max(HIGH_HZ, band.frequency_hz)),
    gain_db: hasGain(band.type) ? between(gainDb, -room, room) : GAIN.neutral,
    q: between(q, Math.min(Q.search.low, band.q), Math.max(Q.search.high, band.q)),
  };
}

/**
 * Put a band into settings. In a crossover frequencies stay in their order, and splits that were not given move along.
 * @param {FullSettings} settings @param {number} index @param {FullBand} band
 * @returns {FullSettings}
 */
export function withBand(settings, index, band) {
  if (settings.topology === "crossover" && !settings.splits_hz) {
    const [below, above] = [settings.bands[index - 1], settings.bands[index + 1]];
    const low = below ? below.frequency_hz * 1.05 : 0;
    const high = above ? above.frequency_hz / 1.05 : Infinity;
    band = { ...band, frequency_hz: between(band.frequency_hz, low, high) };
  }
  return { ...settings, bands: settings.bands.map((one, i) => (i === index ? band : one)) };
}

/** Steps of keys: an octave's twelfth, half a decibel, a sixth of Q's octave; fine ones a quarter or fifth of that. */
const STEP = { octaves: 1 / 12, db: 0.5, sharpness: 2 ** (1 / 6) };

/**
 * What a key does to a band; null for keys that do nothing.
 * @param {FullBand} band @param {string} key @param {boolean} fine
 * @returns {FullBand | null}
 */
export function keyed(band, key, fine) {
  const octaves = STEP.octaves / (fine ? 4 : 1);
  const db = STEP.db / (fine ? 5 : 1);
  const factor = fine ? STEP.sharpness ** 0.25 : STEP.sharpness;
  const louder = (/** @type {number} */ by) =>
    hasGain(band.type) ? moved(band, { gainDb: round(band.gain_db + by) }) : moved(band, { q: band.q * factor ** Math.sign(by) });
  switch (key) {
    case "ArrowLeft":
      return moved(band, { frequencyHz: band.frequency_hz * 2 ** -octaves });
    case "ArrowRight":
      return moved(band, { frequencyHz: band.frequency_hz * 2 ** octaves });
    case "ArrowUp":
      return louder(db);
    case "ArrowDown":
      return louder(-db);
    case "PageUp":
      return louder(6 * db);
    case "PageDown":
      return louder(-6 * db);
    case "[":
    case "{":
      return moved(band, { q: band.q / factor });
    case "]":
    case "}":
      return moved(band, { q: band.q * factor });
    case "Home":
    case "Delete":
    case "Backspace":
      return neutralBand(band);
    default:
      return null;
  }
}

/** Steps of a tenth do not add up in binary. @param {number} db */
const round = (db) => Math.round(db * 100) / 100;

/** A band in words, for those who do not see its handle. @param {FullBand} band */
export function sayBand(band) {
  const q = Number(band.q.toPrecision(2));
  const values = { frequency: sayHz(band.frequency_hz), gain: sayDb(band.gain_db), q };
  const filter = phrase(hasGain(band.type) ? "bandValue" : "passValue", values);
  const { compressor } = band;
  if (!compressor || compressor.ratio === PARAMETERS.ratio.neutral) return filter;
  const ratio = Number(compressor.ratio.toPrecision(2));
  return `${filter}, ${phrase("compressed", { ratio, threshold: sayDb(compressor.threshold_db, 0) })}`;
}

/**
 * The frequencies over which a band's compressor is drawn, and how much of it at each: all of it within the band, and in
 * a crossover up to its splits; elsewhere less and less within two octaves. In topology `serial` a compressor acts on the
 * whole signal, and the drawing says only to which band it belongs.
 * @param {FullSettings} settings @param {number} index
 * @returns {(hz: number) => number} from 0 to 1
 */
export function reach(settings, index) {
  const splits = crossoverHz(settings);
  if (splits.length) {
    const [low, high] = [splits[index - 1] ?? 0, splits[index] ?? Infinity];
    return (hz) => (hz >= low && hz < high ? 1 : 0);
  }
  const { type, frequency_hz } = settings.bands[index];
  return (hz) => {
    const octaves = Math.log2(hz / frequency_hz);
    if (octaves < 0 && (type === "low_shelf" || type === "low_pass")) return 1;
    if (octaves > 0 && (type === "high_shelf" || type === "high_pass")) return 1;
    return Math.exp(-0.5 * (octaves / 0.6) ** 2);
  };
}
