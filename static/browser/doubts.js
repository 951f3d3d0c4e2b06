/** What is measured of a face, and which reason each measure is: facespace/faces/doubts.py. */

import { contributions } from "./chance.js";

/** @typedef {import("./types.js").About} About */
/** @typedef {import("./types.js").Facts} Facts */

/**
 * The measures of a face by name; null where one is not known.
 * @param {import("./types.js").Detection} detection @param {import("./types.js").Score} score
 * @param {import("./types.js").Evidence} evidence @param {Facts} facts @returns {About}
 */
export function about(detection, score, evidence, facts) {
  const own = margin(score.probability_female, facts);
  return {
    margin: own,
    covered: evidence.covered,
    hidden_margin: hidden(own, evidence.covered),
    face_like: evidence.face_like,
    distance: score.distance,
    size: Math.log2(Math.max(Math.min(detection.box[2], detection.box[3]), 1)),
    sharpness: Math.log10(Math.max(evidence.sharpness, facts.doubts.FLATTEST)),
    yaw: evidence.yaw,
    roll: evidence.roll,
    score: detection.score,
    age: score.age,
  };
}

/** How far a probability is from the threshold, in log odds. @param {number} female @param {Facts} facts */
export function margin(female, facts) {
  const { NEAREST } = facts.doubts;
  return Math.abs(logOdds(female, NEAREST) - logOdds(facts.rules.threshold, NEAREST));
}

/** @param {number} margin @param {number | null} covered */
export function hidden(margin, covered) {
  return covered === null ? null : margin * covered;
}

/** Log odds of a probability that is kept so near to 0 and 1. @param {number} probability @param {number} nearest */
export function logOdds(probability, nearest) {
  const kept = Math.min(Math.max(probability, nearest), 1 - nearest);
  return Math.log(kept / (1 - kept));
}

/** Log odds against a look at a face, however sure the model is. @param {About} about @param {Facts} facts */
export function besideTheMargin(about, facts) {
  const added = contributions(facts.rules.chance, { ...about, margin: null });
  return added.reduce((sum, [, value]) => sum + value, 0);
}

/** The reasons against an answer, the largest first. @param {About} about @param {Facts} facts @returns {string[]} */
export function reasons(about, facts) {
  const { REASON_OF, VISIBLE } = facts.doubts;
  const { chance } = facts.rules;
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const [name, added] of contributions(chance, about)) {
    sums.set(REASON_OF[name], (sums.get(REASON_OF[name]) ?? 0) + added);
  }
  const falling = [...sums].sort((a, b) => b[1] - a[1]);
  const most = falling.length ? falling[0][1] : 0;
  const why = falling.filter(([, sum]) => sum > 0 && 2 * sum >= most).map(([reason]) => reason);
  const seen = (about.covered ?? 0) > 0.5 ? ["covered"] : [];
  for (const name of VISIBLE) {
    const value = about[name];
    if (value !== null && chance.terms[name] && value <= chance.terms[name].at[0]) {
      seen.push(REASON_OF[name]);
    }
  }
  return [...new Set([...seen, ...(why.length ? why : ["unsure"])])];
}
