/** A verdict in words: facespace/faces/wording.py. */

/** @typedef {import("./types.js").Verdict} Verdict */
/** @typedef {import("./types.js").Facts} Facts */

/** @param {Verdict} verdict */
export function percent(verdict) {
  return Math.min(99, Math.round(100 * (1 - verdict.chance_wrong)));
}

/** As a box says it: `female 93%`, `? covered`. @param {Verdict} verdict @param {Facts} facts */
export function verdictText(verdict, facts) {
  if (verdict.label !== "?") return `${verdict.label} ${percent(verdict)}%`;
  return `? ${facts.words.short[verdict.reasons[0]]}`;
}

/** As a sentence says it. @param {Verdict} verdict @param {Facts} facts */
export function inWords(verdict, facts) {
  if (verdict.label !== "?") return `predicted ${verdict.label}, ${percent(verdict)} %`;
  return `“?”: ${verdict.reasons.map((reason) => facts.words.reasons[reason]).join("; ")}`;
}
