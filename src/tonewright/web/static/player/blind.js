/** Blind comparison: who is who is drawn at random, answers are counted, and chance is told from hearing. */

/** @returns {number} in [0, 1), from the browser's best source */
const chance = () => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;

/**
 * A random order of 0 to n - 1 (Fisher and Yates).
 * @param {number} n
 * @param {() => number} random
 */
export function permutation(n, random = chance) {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/**
 * The probability of `hits` or more out of `trials` by chance alone (one-sided exact binomial test).
 * @param {number} hits
 * @param {number} trials
 * @param {number} p of a single hit by chance
 */
export function binomialP(hits, trials, p = 0.5) {
  if (hits <= 0) return 1;
  let logChoose = 0;
  let total = 0;
  for (let k = 0; k <= trials; k++) {
    if (k > 0) logChoose += Math.log(trials - k + 1) - Math.log(k);
    if (k >= hits) total += Math.exp(logChoose + k * Math.log(p) + (trials - k) * Math.log1p(-p));
  }
  return Math.min(1, total);
}

/** The same for either direction, with p = 1/2: is one of two preferred at all? @param {number} hits @param {number} trials */
export const twoSidedP = (hits, trials) => Math.min(1, 2 * binomialP(Math.max(hits, trials - hits), trials));

/**
 * Which do you prefer? Variants behind letters, drawn anew for each question.
 */
export class BlindPreference {
  /** @param {string[]} ids two or more @param {() => number} [random] */
  constructor(ids, random = chance) {
    this.ids = ids;
    this.random = random;
    this.counts = /** @type {Record<string, number>} */ (Object.fromEntries(ids.map((id) => [id, 0])));
    this.trials = 0;
    /** Who is behind A, B, ... in this question. @type {string[]} */
    this.order = [];
    this.next();
  }

  /** Begin another question. */
  next() {
    this.order = permutation(this.ids.length, this.random).map((i) => this.ids[i]);
  }

  /** The letters to show; who they are stays hidden. */
  get letters() {
    return this.order.map((_, i) => String.fromCharCode(65 + i));
  }

  /** @param {string} letter */
  behind(letter) {
    return this.order[letter.charCodeAt(0) - 65];
  }

  /**
   * Count the answer to this question and go on to the next; null: no preference, counted for none.
   * @param {string | null} letter
   * @returns {string[]} who had been behind A, B, ...
   */
  answer(letter) {
    const revealed = this.order;
    if (letter !== null) {
      this.counts[this.behind(letter)] += 1;
      this.trials += 1;
    }
    this.next();
    return revealed;
  }

  /** The probability that chance alone gives the leader so many or more; with two variants in either direction. */
  get p() {
    const most = Math.max(...Object.values(this.counts));
    if (this.ids.length === 2) return twoSidedP(most, this.trials);
    return Math.min(1, this.ids.length * binomialP(most, this.trials, 1 / this.ids.length));
  }
}

/** Is X the same as A or as B? */
export class Abx {
  /** @param {string} a @param {string} b @param {() => number} [random] */
  constructor(a, b, random = chance) {
    this.a = a;
    this.b = b;
    this.random = random;
    this.hits = 0;
    this.trials = 0;
    this.x = "";
    this.next();
  }

  /** Draw another X. */
  next() {
    this.x = this.random() < 0.5 ? this.a : this.b;
  }

  /** @param {"A" | "B" | "X"} letter @returns {string} the variant to play */
  behind(letter) {
    return letter === "X" ? this.x : letter === "A" ? this.a : this.b;
  }

  /** @param {"A" | "B"} letter what X is taken for @returns {boolean} whether that was right; the next X is drawn */
  answer(letter) {
    const right = this.behind(letter) === this.x;
    this.hits += Number(right);
    this.trials += 1;
    this.next();
    return right;
  }

  /** The probability of so many hits or more by guessing. */
  get p() {
    return binomialP(this.hits, this.trials);
  }
}
