/** ONNX Runtime Web on one thread, and sessions on it: facespace/onnx_session.py. */

/**
 * The runtime from its two files, of which nothing more is fetched.
 * @param {ArrayBuffer} module @param {ArrayBuffer} wasm
 */
export async function started(module, wasm) {
  const address = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  try {
    const ort = await import(address);
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmBinary = wasm;
    return ort;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** A session for each model. @param {any} ort @param {Record<string, ArrayBuffer>} models */
export async function loaded(ort, models) {
  /** @type {Record<string, import("./types.js").Session>} */
  const sessions = {};
  for (const [name, content] of Object.entries(models)) {
    sessions[name] = await ort.InferenceSession.create(new Uint8Array(content), {
      executionProviders: ["wasm"],
      enableMemPattern: false,
      logSeverityLevel: 3,
    });
  }
  return sessions;
}
