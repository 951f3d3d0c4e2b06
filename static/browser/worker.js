/** What runs beside the page: a frame comes in, tracks go out. */

import { Live } from "./live.js";
import { loaded, started } from "./onnx_session.js";

const canvas = new OffscreenCanvas(1, 1);
const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (
  canvas.getContext("2d", { willReadFrequently: true })
);

/** @type {((facts: any) => Live) | undefined} */
let begun;

/** @type {Live | undefined} */
let live;

/** What a page may ask for. @type {Record<string, (asked: any) => Promise<any>>} */
const answers = {
  async start({ module, wasm, models, facts }) {
    const ort = await started(module, wasm);
    const sessions = await loaded(ort, models);
    begun = (facts) => new Live(ort, sessions, facts);
    live = begun(facts);
    return {};
  },

  async change({ facts }) {
    live = begun?.(facts); // by other rules, from the beginning
    return {};
  },

  async frame({ frame, time, mirror }) {
    const { width, height } = frame;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    pen.setTransform(mirror ? -1 : 1, 0, 0, 1, mirror ? width : 0, 0);
    pen.drawImage(frame, 0, 0);
    frame.close();
    const { data } = pen.getImageData(0, 0, width, height);
    const seen = await /** @type {Live} */ (live).read({ data, width, height, channels: 4 }, time);
    return { ...seen, width, height };
  },

  async snapshot() {
    const file = await canvas.convertToBlob({ type: "image/png" });
    return { png: await file.arrayBuffer() };
  },
};

self.onmessage = async ({ data: { number, kind, ...asked } }) => {
  try {
    self.postMessage({ number, ...(await answers[kind](asked)) });
  } catch (error) {
    self.postMessage({ number, error: error instanceof Error ? error.message : String(error) });
  }
};
