/**
 * The settings file as types: keys and units of `tonewright/settings.py`; names come from the
 * table in `parameters.js`.
 *
 * @typedef {typeof import("./parameters.js")} Tables
 * @typedef {keyof Tables["BAND_TYPES"]} BandType
 * @typedef {Record<Tables["FILTER_PARAMETERS"][number], number>} Filter
 * @typedef {{[Key in keyof Tables["CHOICES"]]: Tables["CHOICES"][Key][number]}} Choices
 *
 * @typedef {Pick<FullCompressor, "threshold_db" | "ratio"> & Partial<FullCompressor>} Compressor
 * @typedef {Pick<FullBand, "type" | "frequency_hz"> & Partial<Filter> & {compressor?: Compressor | null}} Band
 *
 * @typedef {object} Settings
 * @property {number} [version]
 * @property {Choices["topology"]} [topology]
 * @property {number} [preamp_db]
 * @property {Band[]} [bands]
 * @property {Compressor | null} [compressor]
 * @property {number} [output_db]
 * @property {Choices["ballistics"]} [ballistics]
 * @property {Choices["link"]} [link]
 * @property {number[] | null} [splits_hz]
 * @property {number | null} [design_rate_hz]
 * @property {string} [note]
 *
 * With every key present:
 * @typedef {Record<Tables["COMPRESSOR_PARAMETERS"][number], number>} FullCompressor
 * @typedef {Filter & {type: BandType, compressor: FullCompressor | null}} FullBand
 * @typedef {Required<Omit<Settings, "bands" | "compressor">> & {bands: FullBand[], compressor: FullCompressor | null}} FullSettings
 *
 * One channel of audio, full scale at 1:
 * @typedef {Float32Array | Float64Array} Samples
 */

export {};
