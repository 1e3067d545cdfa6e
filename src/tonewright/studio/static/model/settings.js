/** Edits of settings: amounts that keep every band in its place, one band, one compressor. */

import { COMPRESSOR_PARAMETERS, HIGHEST_AMOUNT, PARAMETERS } from "/static/web/engine/parameters.js";
import { HEARD_HZ } from "/static/web/engine/response.js";
import {
  RESTING,
  bandIsNeutral,
  clip,
  compressorIsNeutral,
  gainOf,
  hasGain,
  neutralBand,
  neutralSettings,
  scaled as engineScaled,
} from "/static/web/engine/settings.js";

/** @typedef {import("./types.js").Settings} Settings */
/** @typedef {import("./types.js").Band} Band */
/** @typedef {import("./types.js").Compressor} Compressor */

export { HIGHEST_AMOUNT, RESTING, bandIsNeutral, clip, compressorIsNeutral, gainOf, neutralBand, neutralSettings };

/** @param {Band} band */
export const isPass = (band) => !hasGain(band.type);

/**
 * Return settings with their gains multiplied by `tone` and what their compressors do by `dynamics`. With both equal this
 * is `Settings.scaled` of the Python side, but that a pass filter at 0 leaves a neutral band, so that bands keep their
 * numbers.
 * @param {Settings} settings @param {number} tone @param {number} dynamics @returns {Settings}
 */
export function scaled(settings, tone, dynamics) {
  if (tone === 1 && dynamics === 1) return settings;
  const bands = tone > 0 ? settings.bands : settings.bands.map((band) => (isPass(band) ? silenced(band) : band));
  return /** @type {Settings} */ (engineScaled({ ...settings, bands }, tone, dynamics));
}

/** A pass filter's place without the filter; its compressor stays. @param {Band} band @returns {Band} */
const silenced = (band) => ({ ...band, type: "peak", gain_db: PARAMETERS.gain_db.neutral });

/**
 * Return settings with some values of one band changed, within the limits.
 * @param {Settings} settings @param {number} index @param {Partial<Band>} values @returns {Settings}
 */
export function withBand(settings, index, values) {
  const changed = { ...settings.bands[index], ...values };
  changed.frequency_hz = Math.min(Math.max(changed.frequency_hz, HEARD_HZ[0]), HEARD_HZ[1]);
  changed.q = clip("q", changed.q);
  changed.gain_db = isPass(changed) ? PARAMETERS.gain_db.neutral : clip("gain_db", gainOf(changed));
  return { ...settings, bands: settings.bands.with(index, changed) };
}

/**
 * Return a compressor with some values changed, within the limits; starts from rest where there is none.
 * @param {Compressor | null | undefined} compressor @param {Partial<Compressor>} values @returns {Compressor}
 */
export function withCompressor(compressor, values) {
  const changed = { ...(compressor ?? RESTING), ...values };
  for (const name of COMPRESSOR_PARAMETERS) changed[name] = clip(name, changed[name]);
  return changed;
}
