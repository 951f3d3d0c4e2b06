/** Readings over time -> tracks, each with one steady verdict: facespace/video/tracker.py. */

import { assignment } from "./assignment.js";
import { iou } from "./base.js";
import { predicted, verdict } from "./decide.js";
import { about, besideTheMargin, hidden, logOdds, margin } from "./doubts.js";
import { boxOf, expectedAt, placeOf, Track } from "./track.js";

/** @typedef {import("./types.js").Face} Face */
/** @typedef {import("./types.js").Tracked} Tracked */

export class Tracker {
  /** @param {import("./types.js").Facts} facts */
  constructor(facts) {
    this.facts = facts;
    /** @type {Track[]} */
    this.tracks = [];
    this.updated = -Infinity;
    this.alone = true;
    this.count = 0;
  }

  /** Join the faces of a reading to the tracks. @param {Face[]} faces @param {number} time in seconds */
  update(faces, time) {
    const { GONE, MISSES, HITS, SECONDS_A_LOOK } = this.facts.tracker;
    const pause = time - this.updated > GONE;
    if (pause) this.countLonely();
    for (const each of this.tracks) each.misses += each.last < this.updated ? 1 : 0;
    this.tracks = this.tracks.filter((t) => !(time - t.last > GONE && t.misses >= MISSES));
    for (const [known, face] of this.assigned(faces, time)) {
      let passed = 0;
      const track = known ?? new Track(face, time);
      if (known) {
        passed = Math.min(track.move(face, time, this.facts), SECONDS_A_LOOK);
        if (track.hits >= HITS) this.counted(track);
      } else {
        this.tracks.push(track);
      }
      this.judge(track, face, passed);
    }
    [this.updated, this.alone] = [time, pause];
    return this.at(time);
  }

  /** @param {Track} track */
  counted(track) {
    track.number ||= ++this.count;
  }

  /** Let those count that only the newest reading saw, where none was near enough before it. */
  countLonely() {
    for (const track of this.tracks) if (this.alone && track.last === this.updated) this.counted(track);
  }

  /** The tracks in view at or after the last reading, by number. @param {number} time @returns {Tracked[]} */
  at(time) {
    const { CARRIED, COAST } = this.facts.tracker;
    return this.tracks
      .filter((t) => t.number && t.first <= time && time <= t.last + (t.last === this.updated ? CARRIED : COAST))
      .map((track) => ({
        number: track.number,
        box: boxOf(expectedAt(track, time, this.facts)),
        verdict: track.verdict,
        probability_female: this.probability(track),
        seconds: track.last - track.first,
        place: track.place,
        velocity: track.velocity,
        last: track.last,
      }))
      .sort((a, b) => a.number - b.number);
  }

  /** Each face with the track whose it is, or null. @param {Face[]} faces @param {number} time @returns {[Track | null, Face][]} */
  assigned(faces, time) {
    const cost = faces.map((face) => this.tracks.map((track) => this.cost(track, face, time)));
    const own = assignment(cost, this.tracks.length, this.facts.tracker.FOREIGN);
    return faces.map((face, i) => [own[i] < 0 ? null : this.tracks[own[i]], face]);
  }

  /** How badly a face fits a track. @param {Track} track @param {Face} face @param {number} time */
  cost(track, face, time) {
    const { LEAST_IOU, GONE, ALIKE, LIKENESS, FOREIGN, NEAR, REACH } = this.facts.tracker;
    const place = expectedAt(track, time, this.facts);
    const [expected, { box }] = [boxOf(place), face.detection];
    const alike = cosine(track.face.score.coordinates, face.score.coordinates);
    const overlap = iou(expected, box);
    if (overlap >= LEAST_IOU && (time - track.last <= GONE || alike >= ALIKE)) {
      return 1 - overlap + LIKENESS * (1 - alike);
    }
    const own = placeOf(box);
    const apart = Math.min(...[track.place, place].map((p) => Math.hypot(own[0] - p[0], own[1] - p[1])));
    const [side, expectedSide] = [Math.min(box[2], box[3]), Math.min(expected[2], expected[3])];
    const near = apart <= Math.max(side, expectedSide) * (NEAR + REACH * (time - track.last));
    const before = track.face.detection.box;
    const size = side / Math.max(Math.min(before[2], before[3]), 1e-6);
    return near && size > 0.5 && size < 2 && alike >= ALIKE ? FOREIGN - alike : 2 * FOREIGN;
  }

  /** Add what a crop says, and decide anew. @param {Track} track @param {Face} face @param {number} passed */
  judge(track, face, passed) {
    const { facts } = this;
    const { LEAST_WEIGHT, SUREST } = facts.tracker;
    const measures = about(face.detection, face.score, face.evidence, facts);
    const weight = Math.max(LEAST_WEIGHT, Math.exp(-besideTheMargin(measures, facts)));
    track.evidence += weight * logOdds(face.score.probability_female, 1 - SUREST);
    track.weight += weight;
    track.goodSeconds += weight * passed;
    track.measures.add(measures, weight);
    track.verdict = this.verdict(track);
  }

  /** The verdict on a track as on one face; once given it stays until in doubt. @param {Track} track */
  verdict(track) {
    const { facts } = this;
    const female = this.probability(track);
    const measures = track.measures.mean();
    measures.margin = margin(female, facts);
    measures.hidden_margin = hidden(measures.margin, measures.covered);
    const slack = track.verdict.label === predicted(female, facts) ? facts.tracker.SLACK : 1;
    return verdict(female, measures, facts, facts.rules.most_wrong * slack);
  }

  /** What a track's crops say together. @param {Track} track */
  probability(track) {
    const { LOOKS, SECONDS_A_LOOK } = this.facts.tracker;
    const looks = 1 + Math.min(LOOKS - 1, track.goodSeconds / SECONDS_A_LOOK);
    const odds = track.weight ? (looks * track.evidence) / track.weight : 0;
    return 1 / (1 + Math.exp(-odds));
  }
}

/** @param {Float32Array} one @param {Float32Array} other */
function cosine(one, other) {
  let [both, a, b] = [0, 0, 0];
  one.forEach((value, i) => {
    both += value * other[i];
    a += value * value;
    b += other[i] * other[i];
  });
  return both / Math.max(Math.sqrt(a) * Math.sqrt(b), 1e-9);
}
