/** Pictures made smaller by averaging, or larger between pixels: facespace/io/resize.py. */

/** @typedef {import("./types.js").Picture} Picture */

/**
 * To the nearest whole number, halves to the even one, as Python and OpenCV round.
 * @param {number} value
 */
export function round(value) {
  const whole = Math.round(value);
  return whole - value === 0.5 && whole % 2 ? whole - 1 : whole;
}

/**
 * A picture of three channels or one, averaged to a width and a height.
 * @param {Picture} picture @param {number} width @param {number} height @returns {Picture}
 */
export function shrunk(picture, width, height) {
  return area(halved(picture, width, height)[0], width, height);
}

/**
 * A picture halved as long as it stays as large as this; and how many of its rows one has now.
 * @param {Picture} picture @param {number} width @param {number} height
 * @returns {[Picture, number]}
 */
export function halved(picture, width, height) {
  let times = 1;
  while (picture.width >= 2 * width && picture.height >= 2 * height) {
    picture = half(picture);
    times *= 2;
  }
  return [picture, times];
}

/** @param {Picture} picture @returns {Picture} */
function half(picture) {
  const from = picture.channels;
  const channels = Math.min(3, from);
  const [width, height] = [picture.width >> 1, picture.height >> 1];
  const data = new Uint8Array(width * height * channels);
  const [source, line] = [picture.data, picture.width * from];
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, at = 2 * y * line; x < width; x++, at += 2 * from) {
      for (let c = 0; c < channels; c++) {
        const i = at + c;
        data[to++] = (source[i] + source[i + from] + source[i + line] + source[i + line + from] + 2) >> 2;
      }
    }
  }
  return { data, width, height, channels };
}

/**
 * Each pixel the mean of what it covers: across first, a row once, then down.
 * @param {Picture} picture @param {number} width @param {number} height @returns {Picture}
 */
function area(picture, width, height) {
  if (width === picture.width && height === picture.height) return picture;
  const channels = Math.min(3, picture.channels);
  const [across, down] = [covered(picture.width, width), covered(picture.height, height)];
  const data = new Uint8Array(width * height * channels);
  const length = width * channels;
  const sum = new Float32Array(length);
  /** @type {Map<number, Float32Array>} */
  const rows = new Map();
  for (let y = 0; y < height; y++) {
    const first = down.first[y];
    for (const old of rows.keys()) if (old < first) rows.delete(old);
    sum.fill(0);
    down.weights[y].forEach((weight, k) => {
      let row = rows.get(first + k);
      if (!row) rows.set(first + k, (row = acrossRow(picture, first + k, across, channels)));
      for (let i = 0; i < length; i++) sum[i] += weight * row[i];
    });
    for (let i = 0, to = y * length; i < length; i++) data[to + i] = sum[i] + 0.5;
  }
  return { data, width, height, channels };
}

/**
 * A picture enlarged, each pixel between its four nearest, in OpenCV's whole numbers.
 * @param {Picture} picture @param {number} width @param {number} height @returns {Picture}
 */
export function enlarged(picture, width, height) {
  const from = picture.channels;
  const channels = Math.min(3, from);
  const [across, down] = [between(picture.width, width), between(picture.height, height)];
  const data = new Uint8Array(width * height * channels);
  const length = width * channels;
  let [upper, lower] = [new Int32Array(length), new Int32Array(length)];
  let [upperRow, lowerRow] = [-1, -1];
  for (let y = 0, to = 0; y < height; y++) {
    const [first, next] = [down.first[y], Math.min(down.first[y] + 1, picture.height - 1)];
    if (first === lowerRow) {
      [upper, lower, upperRow, lowerRow] = [lower, upper, lowerRow, -1];
    }
    if (first !== upperRow) rowBetween(picture, (upperRow = first), across, channels, upper);
    if (next !== lowerRow) rowBetween(picture, (lowerRow = next), across, channels, lower);
    const [here, there] = [down.here[y], down.there[y]];
    for (let i = 0; i < length; i++) {
      data[to++] = (((here * upper[i]) >> 16) + ((there * lower[i]) >> 16) + 2) >> 2;
    }
  }
  return { data, width, height, channels };
}

/** Of each pixel of a line the one before it and, in 2048ths, how much of both. @param {number} from @param {number} to */
function between(from, to) {
  const [first, here, there] = [new Int32Array(to), new Int32Array(to), new Int32Array(to)];
  for (let i = 0; i < to; i++) {
    const place = Math.fround(((i + 0.5) * from) / to - 0.5);
    first[i] = Math.min(Math.max(Math.floor(place), 0), from - 1);
    const off = place < 0 || place >= from - 1 ? 0 : Math.fround(place - first[i]);
    here[i] = round(Math.fround(1 - off) * 2048);
    there[i] = round(off * 2048);
  }
  return { first, here, there };
}

/** @param {Picture} picture @param {number} y @param {ReturnType<typeof between>} across @param {number} channels @param {Int32Array} row */
function rowBetween({ data, width, channels: from }, y, { first, here, there }, channels, row) {
  for (let x = 0, to = 0; x < first.length; x++) {
    const at = (y * width + first[x]) * from;
    const next = first[x] + 1 < width ? at + from : at;
    for (let c = 0; c < channels; c++) {
      row[to++] = (data[at + c] * here[x] + data[next + c] * there[x]) >> 4;
    }
  }
}

/** @typedef {{first: Int32Array, weights: Float32Array[]}} Taps  of each pixel of a line */

/** @param {number} from @param {number} to @returns {Taps} */
function covered(from, to) {
  const scale = from / to;
  const first = new Int32Array(to);
  const weights = [];
  for (let i = 0; i < to; i++) {
    const [low, high] = [i * scale, Math.min((i + 1) * scale, from)];
    first[i] = Math.min(Math.floor(low + 1e-9), from - 1);
    const own = new Float32Array(Math.max(1, Math.ceil(high - 1e-9) - first[i]));
    for (let k = 0; k < own.length; k++) {
      own[k] = (Math.min(high, first[i] + k + 1) - Math.max(low, first[i] + k)) / (high - low);
    }
    weights.push(own);
  }
  return { first, weights };
}

/** @param {Picture} picture @param {number} y @param {Taps} taps @param {number} channels */
function acrossRow(picture, y, taps, channels) {
  const from = picture.channels;
  const [source, line] = [picture.data, y * picture.width * from];
  const row = new Float32Array(taps.first.length * channels);
  for (let x = 0, to = 0; x < taps.first.length; x++, to += channels) {
    const weights = taps.weights[x];
    for (let k = 0, at = line + taps.first[x] * from; k < weights.length; k++, at += from) {
      for (let c = 0; c < channels; c++) row[to + c] += weights[k] * source[at + c];
    }
  }
  return row;
}
