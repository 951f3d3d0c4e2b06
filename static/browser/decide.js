/** Measures of a face -> female, male, or "?" with the reasons: facespace/faces/decide.py. */

import { wrong } from "./chance.js";
import { reasons } from "./doubts.js";

/** @typedef {import("./types.js").Facts} Facts */

/** What an answer would be. @param {number} female @param {Facts} facts */
export function predicted(female, facts) {
  return female >= facts.rules.threshold ? "female" : "male";
}

/** Whether a find is no face. @param {number} score @param {number | null} faceLike @param {Facts} facts */
export function rejected(score, faceLike, { rules }) {
  const doubtful = score < rules.detection_score;
  return doubtful && faceLike !== null && rules.discarded !== null && faceLike < rules.discarded;
}

/**
 * @param {number} female @param {import("./types.js").About} about @param {Facts} facts
 * @param {number} mostWrong @returns {import("./types.js").Verdict}
 */
export function verdict(female, about, facts, mostWrong) {
  const { rules } = facts;
  const chance_wrong = wrong(rules.chance, about);
  const child = rules.child !== null && about.age !== null && about.age < rules.child;
  const why = child ? ["child"] : [];
  if (chance_wrong > mostWrong) why.push(...reasons(about, facts));
  if (why.length) return { label: "?", reasons: why, chance_wrong };
  return { label: predicted(female, facts), reasons: [], chance_wrong };
}
