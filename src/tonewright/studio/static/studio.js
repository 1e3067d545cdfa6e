/** What every view is given. */

/** @typedef {import("./model/types.js").State} State */
/** @typedef {import("./model/state.js").Action} Action */
/** @typedef {import("./model/store.js").Store<State, Action>} AppStore */
/** @typedef {{store: AppStore, sound: import("./sound.js").Sound, start: import("./api.js").Start | null}} Studio */
export {};
