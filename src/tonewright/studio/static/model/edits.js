/** Questions about settings that views ask. */

import { bandIsNeutral, compressorIsNeutral } from "./settings.js";

/** @param {import("./types.js").Settings} settings whether nothing but the level is changed */
export const allNeutral = (settings) => settings.bands.every(bandIsNeutral) && compressorIsNeutral(settings.compressor);
