/** What a browser lacks, in words: facespace/cli/doctor.py does so for a machine. */

const TOO_OLD = "this browser is too old; Chrome or Edge 91, Firefox 114 or Safari 16.4 is needed";

/** The smallest module with SIMD: a function that fills a vector with zeros. */
const SIMD = [
  ...[0, 97, 115, 109, 1, 0, 0, 0], // "\0asm", version 1
  ...[1, 5, 1, 96, 0, 1, 123], // a type: nothing in, a v128 out
  ...[3, 2, 1, 0], // a function of that type
  ...[10, 8, 1, 6, 0, 65, 0, 253, 15, 11], // its code: i32.const 0, i8x16.splat, end
];

/** Before anything is loaded. @throws {Error} this browser cannot run what would be loaded */
export function examine() {
  const able = [modulesInWorkers, () => new OffscreenCanvas(1, 1).getContext("2d"), simd].every(works);
  if (!able) throw new Error(TOO_OLD);
}

/** @param {() => unknown} check */
function works(check) {
  try {
    return Boolean(check());
  } catch {
    return false;
  }
}

const simd = () => WebAssembly.validate(new Uint8Array(SIMD));

/** Only a browser that knows modules in workers looks at the type. */
function modulesInWorkers() {
  let asked = false;
  const options = {
    /** @returns {"module"} */
    get type() {
      asked = true;
      return "module";
    },
  };
  new Worker("data:text/javascript,", options).terminate();
  return asked;
}
