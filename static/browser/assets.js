/** Files by their sha256: from the browser's cache, by address, or from the dashboard. */

/** @typedef {{name: string, bytes: number, sha256: string, url?: string, integrity?: string}} Asset */

const CACHE = "facespace";

/** @param {BufferSource} content */
export async function sha256(content) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The browser's cache, or null where it lends a page none. */
async function cache() {
  return globalThis.caches ? caches.open(CACHE).catch(() => null) : null;
}

/** Where the cache keeps a file. @param {Asset} asset */
const place = (asset) => new URL(`/facespace-cache/${asset.sha256}`, location.origin).href;

/**
 * All files by name; what the cache does not hold is fetched, or asked for together.
 * @param {Asset[]} assets
 * @param {(names: string[]) => Promise<Record<string, Uint8Array>>} ask
 * @returns {Promise<{contents: Record<string, ArrayBuffer>, fetched: number}>}
 */
export async function load(assets, ask) {
  const kept = await cache();
  /** @type {Record<string, ArrayBuffer>} */
  const contents = {};
  let fetched = 0;
  /** @param {Asset} asset @param {ArrayBuffer} content */
  const take = async (asset, content) => {
    if ((await sha256(content)) !== asset.sha256) throw new Error(`the file “${asset.name}” arrived altered`);
    contents[asset.name] = content;
    fetched += content.byteLength;
    await kept?.put(place(asset), new Response(content.slice(0))).catch(() => undefined);
  };
  /** @type {Asset[]} */
  const missing = [];
  for (const asset of assets) {
    const found = await kept?.match(place(asset));
    const content = await found?.arrayBuffer();
    if (content && (await sha256(content)) === asset.sha256) contents[asset.name] = content;
    else missing.push(asset);
  }
  const asked = missing.filter((asset) => !asset.url);
  const given = asked.length ? ask(asked.map((asset) => asset.name)) : Promise.resolve({});
  for (const asset of missing.filter(({ url }) => url)) await take(asset, await byAddress(asset));
  /** @type {Record<string, Uint8Array>} */
  const parts = await given;
  for (const asset of asked) await take(asset, /** @type {ArrayBuffer} */ (parts[asset.name].slice().buffer));
  if (kept) await forgetOthers(kept, assets);
  return { contents, fetched };
}

/** A file from its address, which must be the very one. @param {Asset} asset */
async function byAddress({ url = "", integrity }) {
  const { host } = new URL(url);
  const answer = await fetch(url, { integrity, credentials: "omit", referrerPolicy: "no-referrer" }).catch(() => {
    throw new Error(`${host} cannot be reached, or sends another file than it should`);
  });
  if (!answer.ok) throw new Error(`${host} answers ${answer.status}`);
  return answer.arrayBuffer();
}

/** Let go of what other versions left in the cache. @param {Cache} kept @param {Asset[]} assets */
async function forgetOthers(kept, assets) {
  const own = new Set(assets.map(place));
  for (const { url } of await kept.keys()) if (!own.has(url)) await kept.delete(url);
}

/**
 * What the dashboard sent at once: the length of a table, the table (JSON), and the contents.
 * @param {Uint8Array} packed @returns {{facts: any, parts: Record<string, Uint8Array>}}
 */
export function unpacked(packed) {
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(0, true);
  let at = 4 + length;
  const facts = JSON.parse(new TextDecoder().decode(packed.subarray(4, at)));
  /** @type {Record<string, Uint8Array>} */
  const parts = {};
  for (const [name, bytes] of facts.parts) parts[name] = packed.subarray(at, (at += bytes));
  return { facts, parts };
}
