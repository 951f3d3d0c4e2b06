/** A camera's frames, one after the other, to tracks: facespace/video/live.py. */

import { FaceAnalyzer } from "./analyze.js";
import { Tracker } from "./tracker.js";

/** @typedef {import("./types.js").Facts} Facts */
/** @typedef {import("./types.js").Detection} Detection */

/**
 * Seconds from one search of the whole picture to the next at least, while all faces of the last
 * frame are seen again by second looks alone: a search takes as long as five of them.
 */
const SEARCH_EVERY = 1;

export class Live {
  /** @param {any} ort @param {Record<string, any>} sessions @param {Facts} facts */
  constructor(ort, sessions, facts) {
    this.analyzer = new FaceAnalyzer(ort, sessions, facts);
    this.tracker = new Tracker(facts);
    /** @type {Detection[]} */
    this.detections = [];
    this.searched = -Infinity;
  }

  /** @param {import("./types.js").Picture} picture @param {number} time in seconds, rising */
  async read(picture, time) {
    const { analyzer, tracker } = this;
    const start = performance.now();
    const detections = await this.found(picture, time);
    const found = performance.now();
    const faces = await analyzer.judged(picture, detections);
    this.detections = faces.map((face) => face.detection);
    const tracks = tracker.update(faces, time);
    return { tracks, finding: found - start, judging: performance.now() - found };
  }

  /** @param {import("./types.js").Picture} picture @param {number} time */
  async found(picture, time) {
    const { detector } = this.analyzer;
    if (this.detections.length && time - this.searched < SEARCH_EVERY) {
      const again = await detector.follow(picture, this.detections);
      if (again.length === this.detections.length) return again;
    }
    this.searched = time;
    return detector.search(picture);
  }
}
