/**
 * Settings as plain objects: defaults filled in, what is neutral, the amount. Equal to `tonewright/settings.py`.
 */

/** @import { Band, BandType, Compressor, FullBand, FullCompressor, FullSettings, Settings } from "./types.js" */

import { COMPRESSOR_PARAMETERS, EVEN_BANDS, FILTER_PARAMETERS, PARAMETERS, PASS_TYPES, SETTINGS } from "./parameters.js";

/** @typedef {keyof typeof PARAMETERS} ParameterName */

/** Gains before and after everything. */
export const LEVELS = /** @type {const} */ (["preamp_db", "output_db"]);

/**
 * The value that a settings file means when it leaves the key out.
 * @param {ParameterName} name
 */
const byDefault = (name) => PARAMETERS[name].default;

/**
 * Bring a value into what the schema accepts.
 * @param {ParameterName} name
 * @param {number} value
 */
export function clip(name, value) {
  const [low, high] = PARAMETERS[name].limits;
  return Math.min(Math.max(value, low), high);
}

/** @param {BandType} type whether it has a gain */
export const hasGain = (type) => !(/** @type {readonly BandType[]} */ (PASS_TYPES).includes(type));

/**
 * Return values for parameters, made from each one's name.
 * @template {ParameterName} Name
 * @param {readonly Name[]} names
 * @param {(name: Name) => number} value
 */
export const valuesOf = (names, value) =>
  /** @type {Record<Name, number>} */ (Object.fromEntries(names.map((name) => [name, value(name)])));

/**
 * The values of parameters with defaults for those that are missing.
 * @template {ParameterName} Name
 * @param {readonly Name[]} names
 * @param {Partial<Record<Name, number>>} values
 */
const completed = (names, values) => valuesOf(names, (name) => values[name] ?? byDefault(name));

/** @param {Compressor | null | undefined} compressor */
const completeCompressor = (compressor) => (compressor ? completed(COMPRESSOR_PARAMETERS, compressor) : null);

/** A compressor that does nothing yet. @type {Readonly<FullCompressor>} */
export const RESTING = Object.freeze(completed(COMPRESSOR_PARAMETERS, {}));

/** @param {Band} band its gain in dB */
export const gainOf = (band) => band.gain_db ?? byDefault("gain_db");

/**
 * Return a deep copy with every key present. Values are not checked: the server does that.
 * @param {Settings} settings
 * @returns {FullSettings}
 */
export function complete(settings) {
  return {
    version: settings.version ?? SETTINGS.version,
    topology: settings.topology ?? SETTINGS.topology,
    ...completed(LEVELS, settings),
    bands: (settings.bands ?? []).map((band) => ({
      type: band.type,
      ...completed(FILTER_PARAMETERS, band),
      compressor: completeCompressor(band.compressor),
    })),
    compressor: completeCompressor(settings.compressor),
    ballistics: settings.ballistics ?? SETTINGS.ballistics,
    link: settings.link ?? SETTINGS.link,
    splits_hz: settings.splits_hz ? [...settings.splits_hz] : null,
    design_rate_hz: settings.design_rate_hz ?? null,
    note: settings.note ?? SETTINGS.note,
  };
}

/**
 * Make settings fit for a file again: keys that files must not have, or need not, are left out.
 * @param {Settings} settings
 * @returns {Settings}
 */
export function plain(settings) {
  const { splits_hz, design_rate_hz, bands, ...rest } = complete(settings);
  return {
    ...rest,
    bands: bands.map(({ gain_db, ...band }) => (hasGain(band.type) ? { ...band, gain_db } : band)),
    ...(splits_hz && { splits_hz }),
    ...(design_rate_hz && { design_rate_hz }),
  };
}

/**
 * Whether those of the parameters that can do nothing do nothing.
 * @template {ParameterName} Name
 * @param {readonly Name[]} names
 * @param {Partial<Record<Name, number>>} values
 */
const areNeutral = (names, values) =>
  names.every((name) => PARAMETERS[name].neutral === null || (values[name] ?? byDefault(name)) === PARAMETERS[name].neutral);

/** @param {Compressor | null | undefined} compressor */
export const compressorIsNeutral = (compressor) => !compressor || areNeutral(COMPRESSOR_PARAMETERS, compressor);

/** @param {Band} band whether its filter alone passes every signal unchanged */
export const filterIsNeutral = (band) => hasGain(band.type) && areNeutral(FILTER_PARAMETERS, band);

/** @param {Band} band whether filter and compressor pass every signal unchanged */
export const bandIsNeutral = (band) => filterIsNeutral(band) && compressorIsNeutral(band.compressor);

/** @param {Settings} settings whether they pass every signal unchanged */
export const isNeutral = (settings) =>
  areNeutral(LEVELS, settings) &&
  compressorIsNeutral(settings.compressor) &&
  (settings.bands ?? []).every(bandIsNeutral);

/**
 * The split frequencies in force, in Hz: those given, else the geometric means of neighbouring band frequencies; none
 * unless the topology is `crossover`.
 * @param {Settings} settings
 * @returns {number[]}
 */
export function crossoverHz(settings) {
  if (settings.topology !== "crossover") return [];
  if (settings.splits_hz) return settings.splits_hz;
  const bands = settings.bands ?? [];
  return bands.slice(1).map((band, index) => Math.sqrt(bands[index].frequency_hz * band.frequency_hz));
}

/**
 * @param {FullCompressor | null} compressor
 * @param {number} amount
 * @returns {FullCompressor | null}
 */
function scaledCompressor(compressor, amount) {
  if (!compressor) return null;
  const slope = Math.min(1, (1 - 1 / compressor.ratio) * amount);
  const highest = PARAMETERS.ratio.limits[1];
  const ratio = slope >= 1 - 1 / highest ? highest : 1 / (1 - slope);
  return { ...compressor, ratio, makeup_db: clip("makeup_db", compressor.makeup_db * amount) };
}

/**
 * Return settings at an amount (0 neutral, 1 as they are, at most 1.5): half of it is half the decibels. With two
 * amounts filters and gains follow the first, compressors the second. With both equal this is Python's `scaled`.
 * @param {Settings} settings
 * @param {number} tone
 * @param {number} dynamics
 * @returns {FullSettings}
 */
export function scaled(settings, tone, dynamics = tone) {
  const full = complete(settings);
  if (tone === 1 && dynamics === 1) return full;
  let splits = crossoverHz(full);
  // A pass filter has no gain to scale: it stays, except at 0, where nothing may be left of the tone.
  let bands = full.bands
    .filter((band) => tone > 0 || hasGain(band.type))
    .map((band) => ({
      ...band,
      gain_db: clip("gain_db", band.gain_db * tone),
      compressor: scaledCompressor(band.compressor, dynamics),
    }));
  if (splits.length && bands.length !== full.bands.length) {
    splits = [];
    bands = [];
  }
  return {
    ...full,
    bands,
    splits_hz: splits.length ? splits : null,
    compressor: scaledCompressor(full.compressor, dynamics),
    preamp_db: clip("preamp_db", full.preamp_db * tone),
    output_db: clip("output_db", full.output_db * tone),
  };
}

/**
 * Six neutral bands spread over what is heard, without compressors: something to start from.
 * @returns {FullSettings}
 */
export function neutralSettings() {
  return complete({
    bands: EVEN_BANDS.map(({ type, lowHz, highHz }) => ({ type, frequency_hz: Math.sqrt(lowHz * highHz) })),
  });
}

/**
 * Return the band without effect: gain 0, ratio 1, no makeup. A pass filter becomes a peak, for want of a gain.
 * @param {Band} band
 * @returns {FullBand}
 */
export function neutralBand(band) {
  const [full] = complete({ bands: [band] }).bands;
  const { compressor } = full;
  return {
    ...full,
    type: hasGain(full.type) ? full.type : "peak",
    gain_db: PARAMETERS.gain_db.neutral,
    compressor: compressor && { ...compressor, ratio: PARAMETERS.ratio.neutral, makeup_db: PARAMETERS.makeup_db.neutral },
  };
}
