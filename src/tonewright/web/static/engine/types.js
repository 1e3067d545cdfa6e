/**
 * The settings file as types: keys, units and defaults of `tonewright/settings.py`, limits in `parameters.js`.
 *
 * @typedef {"low_shelf" | "peak" | "high_shelf" | "low_pass" | "high_pass"} BandType
 * @typedef {"serial" | "eq_then_drc" | "crossover"} Topology
 *
 * @typedef {object} Compressor
 * @property {number} threshold_db
 * @property {number} ratio
 * @property {number} [attack_ms]
 * @property {number} [release_ms]
 * @property {number} [knee_db]
 * @property {number} [makeup_db]
 *
 * @typedef {object} Band
 * @property {BandType} type
 * @property {number} frequency_hz
 * @property {number} [gain_db]
 * @property {number} [q]
 * @property {Compressor | null} [compressor]
 *
 * @typedef {object} Settings
 * @property {number} [version]
 * @property {Topology} [topology]
 * @property {number} [preamp_db]
 * @property {Band[]} [bands]
 * @property {Compressor | null} [compressor]
 * @property {number} [output_db]
 * @property {"branching" | "tied"} [ballistics]
 * @property {"max" | "none"} [link]
 * @property {number[] | null} [splits_hz]
 * @property {number | null} [design_rate_hz]
 * @property {string} [note]
 *
 * With every key present:
 * @typedef {Required<Compressor>} FullCompressor
 * @typedef {Required<Omit<Band, "compressor">> & {compressor: FullCompressor | null}} FullBand
 * @typedef {Required<Omit<Settings, "bands" | "compressor">> & {bands: FullBand[], compressor: FullCompressor | null}} FullSettings
 *
 * One channel of audio, full scale at 1:
 * @typedef {Float32Array | Float64Array} Samples
 */

export {};
