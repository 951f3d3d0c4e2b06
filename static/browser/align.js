/** Where a face's crop lies in a picture: facespace/faces/align.py. The graph `face` cuts it. */

import { halved, round, shrunk } from "./resize.js";

/** @typedef {import("./types.js").Picture} Picture */
/** @typedef {import("./types.js").Point} Point */
/** @typedef {{side: number, eyes: number, mouth: number, colour: boolean}} Template */

/** The middle between two points. @param {Point} a @param {Point} b @returns {Point} */
const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

/**
 * Where the template's frame lies in the picture: the middle of its upper edge, and the vectors
 * that lead across and down by one side.
 * @param {Point[]} landmarks @param {Template} template
 */
export function axes(landmarks, template) {
  const [eye, other, , mouth, otherMouth] = landmarks;
  const [eyes, mouths] = [middle(eye, other), middle(mouth, otherMouth)];
  const length = template.mouth - template.eyes;
  const down = [(mouths[0] - eyes[0]) / length, (mouths[1] - eyes[1]) / length];
  const top = [eyes[0] - template.eyes * down[0], eyes[1] - template.eyes * down[1]];
  return { top, right: [down[1], -down[0]], down };
}

/**
 * The part of a picture under a face's crop, shrunk by averaging where it is much larger, and the
 * matrix (2 x 3, by rows) that brings a pixel of the crop to one of the part.
 * @param {Picture} picture @param {Point[]} landmarks @param {Template} template
 */
export function under(picture, landmarks, template) {
  const { top, right, down } = axes(landmarks, template);
  const { side } = template;
  /** @param {number} axis @returns {[number, number, number]} */
  const row = (axis) => [right[axis] / side, down[axis] / side, top[axis] - right[axis] / 2];
  const rows = [row(0), row(1)];
  const [left, end] = reach(rows[0], side, picture.width);
  const [upper, lower] = reach(rows[1], side, picture.height);
  let part = cut(picture, left, upper, end - left, lower - upper);
  if (!template.colour) part = grey(part);
  rows[0][2] -= left;
  rows[1][2] -= upper;
  const scale = side / Math.hypot(down[0], down[1]);
  if (scale < 0.5) {
    const [width, height] = [part.width, part.height].map((n) => Math.max(1, round(n * 2 * scale)));
    const [small, times] = halved(part, width, height);
    const factors = [(times * small.width) / width, (times * small.height) / height];
    part = shrunk(small, width, height);
    rows.forEach((values, axis) => values.forEach((value, i) => (values[i] = value / factors[axis])));
  }
  // Pixels are counted from their middles in the graph, from the corner here.
  for (const values of rows) values[2] += (values[0] + values[1]) / 2 - 0.5;
  return { part, matrix: Float32Array.from(rows.flat()) };
}

/** From where to where a crop reaches in a picture, in whole pixels. @param {number[]} row @param {number} side @param {number} length */
function reach([across, down, shift], side, length) {
  const ends = [0, across * side, down * side, (across + down) * side].map((end) => end + shift);
  const low = Math.min(Math.max(Math.floor(Math.min(...ends)) - 2, 0), length - 1);
  return [low, Math.min(Math.max(Math.ceil(Math.max(...ends)) + 2, low + 1), length)];
}

/** @param {Picture} picture @param {number} left @param {number} top @param {number} width @param {number} height @returns {Picture} */
function cut(picture, left, top, width, height) {
  const from = picture.channels;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, at = ((top + y) * picture.width + left) * from; x < width; x++, at += from) {
      data[to++] = picture.data[at];
      data[to++] = picture.data[at + 1];
      data[to++] = picture.data[at + 2];
    }
  }
  return { data, width, height, channels: 3 };
}

/** Grey after BT.601, in OpenCV's whole numbers. @param {Picture} picture @returns {Picture} */
function grey({ data, width, height }) {
  const values = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < values.length; i++, at += 3) {
    values[i] = (data[at] * 4899 + data[at + 1] * 9617 + data[at + 2] * 1868 + 8192) >> 14;
  }
  return { data: values, width, height, channels: 1 };
}
