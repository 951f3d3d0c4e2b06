/** One person through time: facespace/video/track.py. */

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Facts} Facts */

/** The weighted mean of each measure over the crops that have it. */
export class Means {
  constructor() {
    /** @type {Record<string, [number, number]>} */
    this.sums = {};
  }

  /** @param {import("./types.js").About} about @param {number} weight */
  add(about, weight) {
    for (const [name, value] of Object.entries(about)) {
      const sum = (this.sums[name] ??= [0, 0]);
      if (value !== null) {
        sum[0] += weight * value;
        sum[1] += weight;
      }
    }
  }

  /** @returns {import("./types.js").About} */
  mean() {
    const means = Object.entries(this.sums).map(([name, [sum, weight]]) => [name, weight ? sum / weight : null]);
    return Object.fromEntries(means);
  }
}

export class Track {
  /** @param {import("./types.js").Face} face @param {number} time */
  constructor(face, time) {
    this.face = face;
    this.first = this.last = time;
    this.place = placeOf(face.detection.box);
    this.velocity = [0, 0, 0, 0];
    this.hits = 1;
    this.number = this.misses = this.weight = this.evidence = this.goodSeconds = 0;
    this.measures = new Means();
    /** @type {import("./types.js").Verdict} */
    this.verdict = { label: "?", reasons: ["unsure"], chance_wrong: 1 };
  }

  /** Take the place of a newer reading; returns the seconds since the last. @param {import("./types.js").Face} face @param {number} time @param {Facts} facts */
  move(face, time, facts) {
    const { ALPHA, BETA, LEAST_STEP } = facts.track;
    const passed = Math.max(time - this.last, LEAST_STEP);
    const expected = expectedAt(this, time, facts);
    const off = placeOf(face.detection.box).map((value, i) => value - expected[i]);
    const [alpha, beta] = this.hits === 1 ? [1, 1] : [ALPHA, BETA];
    this.place = expected.map((value, i) => value + alpha * off[i]);
    this.velocity = this.velocity.map((value, i) => value + (beta * off[i]) / passed);
    [this.face, this.last, this.misses] = [face, time, 0];
    this.hits += 1;
    return passed;
  }
}

/**
 * Where a track should be at or after its last reading: carried on, ever slower.
 * @param {{place: number[], velocity: number[], last: number}} track @param {number} time
 * @param {Facts} facts
 */
export function expectedAt({ place, velocity, last }, time, facts) {
  const { REST } = facts.track;
  const passed = REST * (1 - Math.exp((last - time) / REST));
  return place.map((value, i) => value + velocity[i] * passed);
}

/** Centre, and the logarithms of the sides. @param {Box} box */
export function placeOf([x, y, width, height]) {
  return [x + width / 2, y + height / 2, Math.log(Math.max(width, 1)), Math.log(Math.max(height, 1))];
}

/** @param {number[]} place @returns {Box} */
export function boxOf([x, y, across, down]) {
  const [width, height] = [Math.exp(across), Math.exp(down)];
  return [x - width / 2, y - height / 2, width, height];
}
