/**
 * The values that flow through the modules here, named as those of facespace/types.py.
 *
 * @typedef {{data: Uint8Array | Uint8ClampedArray, width: number, height: number,
 *   channels: number}} Picture  rows of pixels; of four channels the last is left out
 * @typedef {[number, number]} Point
 * @typedef {[number, number, number, number]} Box  x, y, width and height in pixels
 * @typedef {{box: Box, landmarks: Point[], score: number, scan: number}} Detection
 *   `scan` is the score of the scan that found it
 * @typedef {{covered: number | null, face_like: number | null, sharpness: number, yaw: number,
 *   roll: number}} Evidence
 * @typedef {{probability_female: number, distance: number, coordinates: Float32Array,
 *   age: number | null}} Score
 * @typedef {{label: "female" | "male" | "?", reasons: string[], chance_wrong: number}} Verdict
 * @typedef {{detection: Detection, score: Score, evidence: Evidence, verdict: Verdict}} Face
 * @typedef {Record<string, number | null>} About  measures of a face by name
 * @typedef {any} Facts  what facespace/browser/bundle.py gives
 * @typedef {any} Session  an InferenceSession of ONNX Runtime Web
 * @typedef {{number: number, box: Box, verdict: Verdict, probability_female: number,
 *   seconds: number, place: number[], velocity: number[], last: number}} Tracked
 */
export {};
