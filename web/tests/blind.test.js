import assert from "node:assert/strict";
import { test } from "node:test";

import { Abx, BlindPreference, binomialP, permutation, twoSidedP } from "/web/player/blind.js";

/** A generator of numbers that are the same each time. @param {number} seed */
function random(seed) {
  let state = seed;
  return () => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
}

test("binomial probabilities are exact", () => {
  assert.ok(Math.abs(binomialP(9, 10) - 11 / 1024) < 1e-12);
  assert.ok(Math.abs(binomialP(12, 16) - 2517 / 65536) < 1e-12); // the usual criterion of an ABX of 16
  assert.ok(Math.abs(binomialP(3, 4, 1 / 3) - 9 / 81) < 1e-12);
  assert.equal(binomialP(0, 7), 1);
  assert.ok(Math.abs(twoSidedP(1, 10) - 22 / 1024) < 1e-12);
  assert.equal(twoSidedP(5, 10), 1);
});

test("every order is equally likely", () => {
  const next = random(1);
  /** @type {Record<string, number>} */
  const counts = {};
  for (let i = 0; i < 6000; i++) {
    const order = permutation(3, next).join("");
    counts[order] = (counts[order] ?? 0) + 1;
  }
  assert.equal(Object.keys(counts).length, 6);
  assert.ok(Object.values(counts).every((count) => Math.abs(count - 1000) < 150));
});

test("preferences are counted for who was behind the letter", () => {
  const blind = new BlindPreference(["original", "result"], random(2));
  assert.deepEqual(blind.letters, ["A", "B"]);
  const orders = new Set();
  for (let i = 0; i < 10; i++) {
    orders.add(blind.order.join());
    const letter = blind.behind("A") === "result" ? "A" : "B";
    const revealed = blind.answer(letter);
    assert.equal(revealed[letter.charCodeAt(0) - 65], "result");
  }
  assert.equal(orders.size, 2);
  assert.deepEqual(blind.counts, { original: 0, result: 10 });
  assert.ok(Math.abs(blind.p - 2 / 1024) < 1e-12);
  blind.answer(null);
  assert.equal(blind.trials, 10);
});

test("an ABX counts hits, and guessing gives no evidence", () => {
  const abx = new Abx("original", "result", random(3));
  for (let i = 0; i < 12; i++) assert.ok(abx.answer(abx.behind("X") === "original" ? "A" : "B"));
  assert.ok(Math.abs(abx.p - 1 / 4096) < 1e-12);
  const guess = new Abx("a", "b", random(4));
  const next = random(5);
  for (let i = 0; i < 200; i++) guess.answer(next() < 0.5 ? "A" : "B");
  assert.ok(guess.hits > 70 && guess.hits < 130);
});
