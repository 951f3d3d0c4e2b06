/** YuNet as facespace/faces/detectors/yunet.py searches with it: two scans, then a second look. */

import { bestOfOverlapping, iou } from "./base.js";
import { enlarged, round, shrunk } from "./resize.js";

/** @typedef {import("./types.js").Picture} Picture */
/** @typedef {import("./types.js").Detection} Detection */
/** @typedef {import("./types.js").Box} Box */

export class YuNet {
  /**
   * @param {any} ort @param {import("./types.js").Session} network
   * @param {import("./types.js").Facts} facts
   */
  constructor(ort, network, facts) {
    this.ort = ort;
    this.network = network;
    this.constants = facts.yunet;
    this.least = facts.least;
  }

  /** All faces of a picture, the best score first. @param {Picture} picture */
  async search(picture) {
    const { CANDIDATE, LOOK_SMALLEST, LOOKS, NMS_IOU } = this.constants;
    const candidate = Math.min(CANDIDATE, this.least);
    const scans = await this.scanTwice(picture, candidate);
    const all = scans.flat();
    const best = bestOfOverlapping(all.map((find) => find.box), all.map((find) => find.score), NMS_IOU);
    const finds = best.map((i) => all[i]);
    const large = finds.filter(({ box }) => Math.min(box[2], box[3]) >= LOOK_SMALLEST);
    for (let i = 0; i < large.length; i += LOOKS) {
      await this.secondLook(picture, large.slice(i, i + LOOKS), scans);
    }
    return finds.filter((find) => find.score >= this.least).sort((a, b) => b.score - a.score);
  }

  /**
   * Where faces of the frame before are now, by second looks alone; those that are not seen again
   * are left out. The scan that found a face still counts for its score.
   * @param {Picture} picture @param {Detection[]} before
   */
  async follow(picture, before) {
    const hits = await this.look(picture, before);
    const again = before.flatMap((find, i) => {
      const hit = hits[i];
      const score = hit ? (find.scan + hit.score) / 2 : 0;
      return hit && score >= this.least ? [{ ...hit, score, scan: find.scan }] : [];
    });
    const [boxes, scores] = [again.map((find) => find.box), again.map((find) => find.score)];
    return bestOfOverlapping(boxes, scores, this.constants.NMS_IOU).map((i) => again[i]);
  }

  /** What a fine and a coarse scan find. @param {Picture} picture @param {number} least */
  async scanTwice(picture, least) {
    const { ENLARGED, SHRUNK, COARSE } = this.constants;
    const longer = Math.max(picture.width, picture.height);
    const fine = longer < ENLARGED ? Math.min(2, ENLARGED / longer) : Math.min(1, SHRUNK / longer);
    const coarse = Math.min(1, COARSE / longer);
    return [await this.scan(picture, fine, least), await this.scan(picture, coarse, least)];
  }

  /** @param {Picture} picture @param {number} scale @param {number} least */
  async scan(picture, scale, least) {
    const width = Math.max(1, round(picture.width * scale));
    const height = Math.max(1, round(picture.height * scale));
    const [finds] = await this.run([resized(picture, width, height, scale)], least);
    return finds.map((find) => placed(find, 0, 0, picture.width / width, picture.height / height));
  }

  /**
   * Give finds the landmarks of a second look, and the mean score of both; 0 is a miss.
   * @param {Picture} picture @param {Detection[]} finds @param {Detection[][]} scans
   */
  async secondLook(picture, finds, scans) {
    const { SURE, AGREED } = this.constants;
    const hits = await this.look(picture, finds);
    finds.forEach((find, i) => {
      const hit = hits[i];
      let score = 0;
      if (hit) {
        score = hit.score;
        find.landmarks = hit.landmarks;
      }
      if (score < AGREED && find.score >= SURE) score = Math.max(score, this.agreed(find, scans));
      find.score = (find.score + score) / 2;
    });
  }

  /**
   * For each find the best hit of a look at the square around it that overlaps it, or null.
   * @param {Picture} picture @param {Detection[]} finds
   */
  async look(picture, finds) {
    const { LOOK_AROUND, LOOK_SIDE, LEAST, NMS_IOU } = this.constants;
    if (!finds.length) return [];
    const squares = finds.map(({ box }) => {
      const side = Math.max(1, round(LOOK_AROUND * Math.max(box[2], box[3])));
      const left = round(box[0] + box[2] / 2 - side / 2);
      return { side, left, top: round(box[1] + box[3] / 2 - side / 2) };
    });
    const pictures = squares.map(({ left, top, side }) =>
      resized(square(picture, left, top, side), LOOK_SIDE, LOOK_SIDE, LOOK_SIDE / side));
    const found = await this.run(pictures, LEAST);
    return finds.map(({ box }, i) => {
      const { left, top, side } = squares[i];
      /** @type {Detection | null} */
      let best = null;
      let most = NMS_IOU;
      for (const hit of found[i]) {
        placed(hit, left, top, side / LOOK_SIDE, side / LOOK_SIDE);
        const overlap = iou(hit.box, box);
        if (overlap > most) [best, most] = [hit, overlap];
      }
      return best;
    });
  }

  /** The least of the scans' scores for a face; 0 where they do not agree. @param {Detection} find @param {Detection[][]} scans */
  agreed(find, scans) {
    const { AGREED, NMS_IOU } = this.constants;
    const best = scans.map((scan) =>
      Math.max(0, ...scan.filter((other) => iou(other.box, find.box) > NMS_IOU).map((o) => o.scan)));
    const least = Math.min(...best);
    return least >= AGREED ? least : 0;
  }

  /**
   * What the network finds in pictures of one size, the best first.
   * @param {Picture[]} pictures @param {number} least @returns {Promise<Detection[][]>}
   */
  async run(pictures, least) {
    const { SMALLEST_SIDE, STRIDE, NMS_IOU } = this.constants;
    const [{ width, height }] = pictures;
    // Pictures are extended at their ends; what is in them keeps its place.
    const [wide, high] = [width, height].map((n) => n + Math.max(SMALLEST_SIDE - n, (STRIDE - (n % STRIDE)) % STRIDE));
    const data = new Uint8Array(pictures.length * high * wide * 3);
    pictures.forEach((picture, n) => copied(picture, data.subarray(n * high * wide * 3), wide));
    const { Tensor } = this.ort;
    const { finds } = await this.network.run({
      pictures: new Tensor("uint8", data, [pictures.length, high, wide, 3]),
      least: new Tensor("float32", Float32Array.of(least), [1]),
    });
    /** @type {Float32Array} */
    const rows = finds.data;
    /** @type {Detection[][]} */
    const all = pictures.map(() => []);
    for (let at = 0; at < rows.length; at += 16) all[rows[at]].push(detection(rows, at + 1));
    finds.dispose?.();
    return all.map((found) => {
      const boxes = found.map(({ box }) => box.map(Math.trunc));
      return bestOfOverlapping(boxes, found.map((find) => find.score), NMS_IOU).map((i) => found[i]);
    });
  }
}

/** @param {Float32Array} rows @param {number} at @returns {Detection} */
function detection(rows, at) {
  const box = /** @type {Box} */ ([...rows.subarray(at, at + 4)]);
  /** @type {import("./types.js").Point[]} */
  const landmarks = [];
  for (let i = at + 4; i < at + 14; i += 2) landmarks.push([rows[i], rows[i + 1]]);
  return { box, landmarks, score: rows[at + 14], scan: rows[at + 14] };
}

/**
 * What was found in a part of the picture, in pixels of the picture.
 * @param {Detection} find @param {number} left @param {number} top @param {number} across
 * @param {number} down
 */
function placed(find, left, top, across, down) {
  const [x, y, width, height] = find.box;
  find.box = [x * across + left, y * down + top, width * across, height * down];
  find.landmarks = find.landmarks.map(([a, b]) => [a * across + left, b * down + top]);
  return find;
}

/** @param {Picture} picture @param {number} width @param {number} height @param {number} scale */
function resized(picture, width, height, scale) {
  if (scale < 1) return shrunk(picture, width, height);
  return scale === 1 ? picture : enlarged(picture, width, height);
}

/** The pixels of a picture in rows of another width. @param {Picture} picture @param {Uint8Array} to @param {number} wide */
function copied({ data, width, height, channels }, to, wide) {
  if (channels === 3) {
    for (let y = 0; y < height; y++) to.set(data.subarray(y * width * 3, (y + 1) * width * 3), y * wide * 3);
    return;
  }
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, at = y * wide * 3; x < width; x++, from += channels, at += 3) {
      to[at] = data[from];
      to[at + 1] = data[from + 1];
      to[at + 2] = data[from + 2];
    }
  }
}

/**
 * A square of a picture, in colour; where it reaches beyond, the picture's edge is repeated.
 * @param {Picture} picture @param {number} left @param {number} top @param {number} side
 * @returns {Picture}
 */
function square({ data, width, height, channels }, left, top, side) {
  const part = new Uint8Array(side * side * 3);
  for (let y = 0, to = 0; y < side; y++) {
    const line = Math.min(Math.max(top + y, 0), height - 1) * width;
    for (let x = 0; x < side; x++, to += 3) {
      const from = (line + Math.min(Math.max(left + x, 0), width - 1)) * channels;
      part[to] = data[from];
      part[to + 1] = data[from + 1];
      part[to + 2] = data[from + 2];
    }
  }
  return { data: part, width: side, height: side, channels: 3 };
}
