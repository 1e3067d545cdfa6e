/** A small store: one immutable state, one pure reducer, views that subscribe to a part of it. */

/**
 * @template S, A
 * @typedef {{get(): S, send(action: A): void, watch<T>(part: (state: S) => T, seen: (now: T, before: T | undefined) => void): () => void}} Store
 */

/**
 * @template S, A
 * @param {(state: S, action: A) => S} reduce
 * @param {S} initial
 * @returns {Store<S, A>}
 */
export function createStore(reduce, initial) {
  let state = initial;
  /** @type {Set<() => void>} */
  const watchers = new Set();
  return {
    get: () => state,
    send(action) {
      const next = reduce(state, action);
      if (next === state) return;
      state = next;
      for (const look of [...watchers]) look();
    },
    watch(part, seen) {
      /** @type {any} */
      let before;
      let first = true;
      const look = () => {
        const now = part(state);
        if (!first && same(now, before)) return;
        const last = before;
        before = now;
        first = false;
        seen(now, last);
      };
      watchers.add(look);
      look();
      return () => watchers.delete(look);
    },
  };
}

/** Equal as such, or arrays with equal members. @param {unknown} a @param {unknown} b */
function same(a, b) {
  if (Object.is(a, b)) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((each, index) => Object.is(each, b[index]));
}
