/**
 * One place in time for all sounds: plays, jumps and loops. A jump is a short cross-fade between two places of the same
 * recording, before any processing, so that filters and compressors never meet a click.
 */

export class Playhead {
  /** @param {number} fade length of jumps, and of start and stop, in frames */
  constructor(fade) {
    this.fade = fade;
    this.position = 0;
    /** Where the sound that is fading out stands, and for how many frames it still does. */
    this.old = 0;
    this.left = 0;
    this.duration = 0;
    /** @type {{start: number, end: number} | null} */
    this.loop = null;
    /** @type {number | null} */
    this.waiting = null;
    /** From 0 (still) to 1 (playing). */
    this.level = 0;
    this.wanted = 0;
    this.ended = false;
  }

  /** Whether anything is to be heard, or to be faded out. */
  get isMoving() {
    return this.level > 0 || this.wanted > 0;
  }

  /** Start. At the end, or outside of the loop, from the beginning. */
  play() {
    const { loop, position, duration } = this;
    if (!this.isMoving) {
      if (loop ? position < loop.start - this.fade || position >= loop.end : position >= duration) {
        this.position = loop ? loop.start : 0;
      }
      this.left = 0;
    }
    this.wanted = 1;
    this.ended = false;
  }

  pause() {
    this.wanted = 0;
  }

  /** @param {number} frame */
  seek(frame) {
    const to = Math.min(Math.max(Math.round(frame), 0), this.duration);
    // A second jump waits for the end of the first, or there would be three places to mix.
    if (this.isMoving && this.left > 0) this.waiting = to;
    else if (this.isMoving) this.#jump(to);
    else this.position = to;
  }

  /** @param {{start: number, end: number} | null} loop in frames; the playhead goes there if it is elsewhere */
  setLoop(loop) {
    this.loop = loop && loop.end - loop.start > 2 * this.fade ? loop : null;
    const at = this.position;
    if (this.loop && (at < this.loop.start - this.fade || at >= this.loop.end)) this.seek(this.loop.start);
  }

  /** @param {number} to */
  #jump(to) {
    this.old = this.position;
    this.position = to;
    this.left = this.fade;
  }

  /**
   * Do what is due at this place, and say how many of `wanted` frames may be played without anything being due.
   * @param {number} wanted
   */
  next(wanted) {
    if (this.left === 0 && this.waiting !== null) {
      this.#jump(this.waiting);
      this.waiting = null;
    }
    const { loop } = this;
    if (loop && this.left === 0) {
      // Early by a fade, so that the sound after the loop's end is not heard, and the period is exact.
      const turn = loop.end - this.fade;
      if (this.position >= turn) this.#jump(Math.min(this.position, loop.end) - (loop.end - loop.start));
      else wanted = Math.min(wanted, turn - this.position);
    }
    if (this.left > 0) return Math.min(wanted, this.left);
    if (!loop && this.position >= this.duration) {
      this.ended = true;
      this.wanted = 0;
      this.level = 0;
      return 0;
    }
    return loop ? wanted : Math.min(wanted, this.duration - this.position);
  }

  /** Go on by frames that {@link next} allowed. @param {number} n */
  advance(n) {
    this.position += n;
    if (this.left > 0) {
      this.old += n;
      this.left -= n;
    }
  }

  /**
   * Copy what is to be heard of one channel.
   * @param {Float32Array} x the recording
   * @param {Float32Array | Float64Array} y
   * @param {number} n frames, as {@link next} allowed
   */
  read(x, y, n) {
    copyFrom(x, this.position, y, n);
    if (this.left === 0) return;
    const into = this.fade - this.left;
    for (let t = 0; t < n; t++) {
      const weight = (into + t + 1) / this.fade;
      y[t] = y[t] * weight + (x[this.old + t] ?? 0) * (1 - weight);
    }
  }
}

/**
 * @param {Float32Array} x silence before its first and after its last sample
 * @param {number} from
 * @param {Float32Array | Float64Array} y
 * @param {number} n
 */
function copyFrom(x, from, y, n) {
  const first = Math.min(Math.max(-from, 0), n);
  const last = Math.max(Math.min(n, x.length - from), first);
  y.fill(0, 0, first);
  if (last > first) y.set(x.subarray(from + first, from + last), first);
  y.fill(0, last, n);
}
