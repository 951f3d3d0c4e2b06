/** How a face is turned: facespace/faces/evidence.py. The rest of the evidence comes from graphs. */

import { axes } from "./align.js";

/** @typedef {import("./types.js").Point} Point */
/** @typedef {import("./align.js").Template} Template */

/** 0 from the front, about 0.15 in full profile. @param {Point[]} landmarks @param {Template} template */
export function yaw(landmarks, template) {
  const { top, right, down } = axes(landmarks, template);
  const along = (template.eyes + template.mouth) / 2;
  const off = [0, 1].map((i) => landmarks[2][i] - top[i] - down[i] * along);
  const length = right[0] ** 2 + right[1] ** 2;
  return length ? Math.abs(off[0] * right[0] + off[1] * right[1]) / length : 0;
}

/** Degrees by which a face is tilted from upright. @param {Point[]} landmarks @param {Template} template */
export function roll(landmarks, template) {
  const [across, down] = axes(landmarks, template).down;
  return Math.abs((Math.atan2(across, down) * 180) / Math.PI);
}
