/**
 * The shapes of what the page holds. Types only; nothing runs here. What comes from the server is described in
 * docs/studio-api.md.
 *
 * Settings as the server writes them: of a file's keys those that it always has, all of a compressor's.
 * @typedef {import("/static/web/engine/types.js").FullSettings} FullSettings
 * @typedef {import("/static/web/engine/types.js").FullBand} FullBand
 * @typedef {import("/static/web/engine/types.js").FullCompressor} Compressor
 * @typedef {import("/static/web/engine/types.js").BandType} BandType
 * @typedef {Pick<FullBand, "type" | "frequency_hz" | "q"> & {gain_db?: number, compressor?: Compressor | null}} Band
 * @typedef {Pick<FullSettings, "version" | "topology" | "preamp_db">
 *   & Partial<Omit<FullSettings, "bands">> & {bands: Band[]}} Settings
 * @typedef {{start_s: number, settings: Settings}} Section
 * @typedef {{version: 1, sections: Section[]}} Timeline
 *
 * @typedef {{integrated_lufs: number | null, true_peak_dbtp: number | null}} Loudness
 * @typedef {{id: string, name: string, sha256: string, format: string, sample_rate: number, channels: number,
 *   frames: number, duration_s: number, loudness: Loudness, tags: Record<string, string>,
 *   spectrum: {frequency_hz: number[], level_db: (number | null)[]},
 *   sections: {start_s: number, end_s: number}[]}} Recording
 * @typedef {{frequency_hz: number[], input_db: (number | null)[], output_db: (number | null)[],
 *   reference_db: (number | null)[] | null, labels: {input: string, output: string, reference: string}}} Spectra
 *
 * @typedef {[number, number]} Point
 * @typedef {{point: Point, settings: Settings}} Take
 * @typedef {{edge: number, size: number, grid: number[][], mean: Point, spread: number, chosen: Point | null,
 *   takes: Take[]}} Plane
 * @typedef {{said: string, answer: string[]}} Turn
 * @typedef {"start" | "say" | "auto" | "match" | "hand" | "file"} Origin
 *
 * What a door answered, or what was there before any door. `settings` hold where there are no sections; `result` is the
 * server's own words for the report.
 * @typedef {{origin: Origin, title: string, settings: Settings, sections: Section[], why: string[],
 *   summary: string[], plane: Plane | null, offer: [Settings, Settings] | null, spectra: Spectra | null,
 *   result: unknown}} Answer
 * @typedef {{id: string, name: string, settings: Settings, sections: Section[]}} Variant
 *
 * Everything that undo takes back.
 * @typedef {{answer: Answer, amount: number, tone: number, dynamics: number, variants: Variant[], turns: Turn[],
 *   conversation: unknown, reference: Recording | null}} Doc
 *
 * @typedef {"say" | "auto" | "match"} Door
 * @typedef {{title: string, stage: string, part: number | null, stop: () => void}} Work
 * @typedef {{text: string, kind: "error" | "note"}} Message
 *
 * What the server says of settings after they were changed by hand; holds for exactly these settings.
 * @typedef {{of: Settings, bands: string[], whole: string[], output_db: (number | null)[] | null}} Words
 *
 * Everything that undo leaves alone. `heard` is `original`, `result` or the id of a variant.
 * @typedef {{recording: Recording | null, door: Door, band: number, section: number, heard: string, mono: boolean,
 *   work: Work | null, message: Message | null, words: Words | null}} View
 *
 * @typedef {{past: Doc[], doc: Doc, future: Doc[], gesture: string | null, view: View}} State
 */
export {};
