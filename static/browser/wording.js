/** A verdict in words: facespace/faces/wording.py. */

/** @typedef {import("./types.js").Verdict} Verdict */
/** @typedef {import("./types.js").Facts} Facts */

/** @param {Verdict} verdict */
export function percent(verdict) {
  return Math.min(99, Math.round(100 * (1 - verdict.chance_wrong)));
}

/**
 * As a box says it: `female 93%`, `? covered`; with its leaning where that is asked for.
 * @param {import("./types.js").Tracked} track @param {Facts} facts
 */
export function verdictText({ verdict, probability_female }, facts) {
  if (verdict.label !== "?") return `${verdict.label} ${percent(verdict)}%`;
  const why = `? ${facts.words.short[verdict.reasons[0]]}`;
  if (!facts.leaning) return why;
  return `${why}, ${percent(verdict)}% ${probability_female >= 0.5 ? "female" : "male"}`;
}

/** The reasons for "?" in full, parted by semicolons. @param {Verdict} verdict @param {Facts} facts */
export function inWords({ reasons }, facts) {
  return reasons.map((reason) => facts.words.reasons[reason]).join("; ");
}
