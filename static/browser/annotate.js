/** Boxes with verdicts over a picture: facespace/faces/annotate.py. */

import { boxOf, expectedAt } from "./track.js";
import { verdictText } from "./wording.js";

/** @typedef {import("./types.js").Tracked} Tracked */

/**
 * Draw every track's box where it is now, dashed where the verdict is "?", with a label above it.
 * @param {CanvasRenderingContext2D} pen @param {Tracked[]} tracks @param {number} time
 * @param {import("./types.js").Facts} facts
 */
export function draw(pen, tracks, time, facts) {
  const { width, height } = pen.canvas;
  pen.clearRect(0, 0, width, height);
  // On a phone the picture is shown smaller than it is; lines and words are not.
  const scale = Math.max(1, width / (pen.canvas.clientWidth || width));
  const line = scale * Math.max(2, Math.round(Math.max(width, height) / 400));
  for (const track of [...tracks].reverse()) {
    const [x, y, wide, high] = boxOf(expectedAt(track, Math.max(time, track.last), facts));
    const [ground, ink] = facts.colours[track.verdict.label];
    const dash = Math.max(line * 3, Math.min(wide, high) / 12);
    pen.lineWidth = line;
    pen.strokeStyle = ground;
    pen.setLineDash(track.verdict.label === "?" ? [dash, dash] : []);
    pen.strokeRect(x, y, wide, high);
    const size = scale * Math.min(Math.max(wide / scale / 8, 11), Math.max(14, width / scale / 40));
    pen.font = `${size}px sans-serif`;
    const words = `${track.number}  ${verdictText(track, facts)}`;
    const [room, tall] = [pen.measureText(words).width + 2 * line + 4, size * 1.4];
    const left = Math.min(Math.max(x - line / 2, 0), Math.max(0, width - room));
    const top = y >= tall ? y - tall : Math.max(y, 0);
    pen.fillStyle = ground;
    pen.fillRect(left, top, room, tall);
    pen.fillStyle = ink;
    pen.fillText(words, left + line + 2, top + size * 1.05);
  }
}
