/** A picture -> its faces, each with a verdict: facespace/faces/analyze.py. */

import { under } from "./align.js";
import { rejected, verdict } from "./decide.js";
import { about } from "./doubts.js";
import { roll, yaw } from "./evidence.js";
import { YuNet } from "./yunet.js";

/** @typedef {import("./types.js").Picture} Picture */
/** @typedef {import("./types.js").Detection} Detection */
/** @typedef {import("./types.js").Face} Face */
/** @typedef {import("./types.js").Session} Session */

export class FaceAnalyzer {
  /** @param {any} ort @param {Record<string, Session>} sessions @param {import("./types.js").Facts} facts */
  constructor(ort, sessions, facts) {
    this.ort = ort;
    this.sessions = sessions;
    this.facts = facts;
    this.detector = new YuNet(ort, sessions.detector, facts);
  }

  /** All faces of a picture, from left to right. @param {Picture} picture */
  async analyze(picture) {
    return this.judged(picture, await this.detector.search(picture));
  }

  /** @param {Picture} picture @param {Detection[]} detections @returns {Promise<Face[]>} */
  async judged(picture, detections) {
    const middle = (/** @type {Detection} */ found) => found.box[0] + found.box[2] / 2;
    const faces = [];
    for (const detection of [...detections].sort((a, b) => middle(a) - middle(b))) {
      const face = await this.judge(picture, detection);
      if (face) faces.push(face);
    }
    return faces;
  }

  /** @param {Picture} picture @param {Detection} detection @returns {Promise<Face | null>} */
  async judge(picture, detection) {
    const { facts } = this;
    const crops = await this.crops(picture, detection);
    const given = await this.sessions.model.run({ faces: crops.colour ?? crops.grey });
    const opinion = await this.sessions.opinion?.run({ faces: crops.grey });
    const score = {
      probability_female: given.probability.data[facts.female],
      distance: given.distance.data[0],
      coordinates: Float32Array.from(given.coordinates.data),
      age: given.age ? given.age.data[0] : null,
    };
    const evidence = {
      covered: opinion ? opinion.covered.data[0] : null,
      face_like: opinion ? opinion.face_like.data[0] : null,
      sharpness: crops.sharpness.data[0],
      yaw: yaw(detection.landmarks, facts.grey_template),
      roll: roll(detection.landmarks, facts.grey_template),
    };
    for (const value of Object.values({ ...given, ...opinion, ...crops })) value.dispose();
    if (rejected(detection.score, evidence.face_like, facts)) return null;
    const measures = about(detection, score, evidence, facts);
    const said = verdict(score.probability_female, measures, facts, facts.rules.most_wrong);
    return { detection, score, evidence, verdict: said };
  }

  /** What the graph `face` gives of a face. @param {Picture} picture @param {Detection} detection */
  async crops(picture, detection) {
    const { facts, ort } = this;
    const templates = { grey: facts.grey_template, ...(facts.colour && { colour: facts.template }) };
    /** @type {Record<string, any>} */
    const feeds = {};
    for (const [name, template] of Object.entries(templates)) {
      const { part, matrix } = under(picture, detection.landmarks, template);
      const shape = [part.height, part.width, part.channels];
      feeds[`${name}_part`] = new ort.Tensor("uint8", part.data, shape);
      feeds[`${name}_matrix`] = new ort.Tensor("float32", matrix, [2, 3]);
    }
    return this.sessions.face.run(feeds);
  }
}
