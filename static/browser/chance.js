/** The chance that an answer is wrong, as the manifest keeps it: facespace/artifacts/chance.py. */

/** @typedef {import("./types.js").About} About */
/** @typedef {{at: number[], add: number[]}} Term */
/** @typedef {{intercept: number, terms: Record<string, Term>}} Chance */

/** Log odds of one measure: straight between the knots, level beyond. @param {Term} term @param {number | null} value */
function of({ at, add }, value) {
  if (value === null) return 0;
  const next = at.findIndex((knot) => value < knot);
  if (next < 0) return add[add.length - 1];
  if (!next) return add[0];
  const share = (value - at[next - 1]) / (at[next] - at[next - 1]);
  return add[next - 1] + share * (add[next] - add[next - 1]);
}

/** Log odds that each term adds, by its name. @param {Chance} chance @param {About} about */
export function contributions(chance, about) {
  return Object.entries(chance.terms).map(
    ([name, term]) => /** @type {[string, number]} */ ([name, of(term, about[name] ?? null)]),
  );
}

/** @param {Chance} chance @param {About} about */
export function wrong(chance, about) {
  const odds = contributions(chance, about).reduce((sum, [, added]) => sum + added, chance.intercept);
  return 0.5 * (1 + Math.tanh(odds / 2));
}
