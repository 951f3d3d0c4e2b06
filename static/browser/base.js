/** What detectors share: facespace/faces/detectors/base.py. */

/** @typedef {import("./types.js").Box} Box */

/**
 * Intersection over union of two boxes.
 * @param {ArrayLike<number>} one @param {ArrayLike<number>} other
 */
export function iou(one, other) {
  const width = Math.min(one[0] + one[2], other[0] + other[2]) - Math.max(one[0], other[0]);
  const height = Math.min(one[1] + one[3], other[1] + other[3]) - Math.max(one[1], other[1]);
  const both = Math.max(width, 0) * Math.max(height, 0);
  return both / (one[2] * one[3] + other[2] * other[3] - both);
}

/**
 * Non-maximum suppression: which of some boxes stay, the best score first.
 * @param {ArrayLike<number>[]} boxes @param {number[]} scores @param {number} most
 */
export function bestOfOverlapping(boxes, scores, most) {
  const falling = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a]);
  /** @type {number[]} */
  const best = [];
  for (const i of falling) {
    if (best.every((kept) => !(iou(boxes[kept], boxes[i]) > most))) best.push(i);
  }
  return best;
}
