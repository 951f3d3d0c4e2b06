/** The worker and the files that it needs, loaded once: facespace/installation.py. */

import { Analyst } from "./analyst.js";
import { load } from "./assets.js";

/** @typedef {Record<string, Uint8Array>} Parts */
/** @typedef {{names: string[], resolve: (parts: Parts) => void, reject: (error: Error) => void}} Asked */

/** Milliseconds for which the dashboard is waited for: 10 MB may take a slow line more than a minute. */
const PATIENCE = 120_000;

export class Installation {
  /** @param {URL} base @param {(names: string[]) => void} want asks the dashboard for files */
  constructor(base, want) {
    this.base = base;
    this.want = want;
    /** @type {Analyst | null} */
    this.analyst = null;
    /** @type {Promise<void> | null} */
    this.loading = null;
    /** What the dashboard has not sent yet. @type {Asked | null} */
    this.asked = null;
    /** How often what was loaded, or on its way, became of no use. */
    this.forgotten = 0;
    this.loaded = "";
  }

  /** Until there is a worker; of two that want one, the second waits for the first's. @param {any} facts */
  async ready(facts) {
    if (!this.analyst) await (this.loading ??= this.load(facts));
  }

  /** @param {any} facts */
  async load(facts) {
    const { forgotten } = this;
    const begun = performance.now();
    const wanted = () => {
      if (forgotten !== this.forgotten) throw new Error("stopped");
    };
    try {
      const { contents, fetched } = await load(facts.assets, (names) => {
        wanted();
        return this.ask(names);
      });
      const { module, wasm, ...models } = contents;
      const analyst = new Analyst(new URL("worker.js", this.base));
      try {
        await analyst.ask("start", { module, wasm, models, facts: facts.judging }, Object.values(contents));
        wanted();
      } catch (error) {
        analyst.end();
        throw error;
      }
      this.analyst = analyst;
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      const from = fetched ? `${megabytes(fetched)} of it fetched now` : "all of it kept by this browser";
      this.loaded = `Loaded: ${facts.loads}, ${from}; ready after ${seconds} seconds.`;
    } finally {
      if (forgotten === this.forgotten) this.loading = null;
    }
  }

  /** Ask the dashboard for files. @param {string[]} names @returns {Promise<Parts>} */
  async ask(names) {
    const { promise, asked } = waiting(names);
    this.asked = asked;
    const late = setTimeout(() => asked.reject(new Error("this dashboard did not send its models")), PATIENCE);
    this.want(names);
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      if (this.asked === asked) this.asked = null;
    }
  }

  /** The page ran anew, and may have done so before it sent what it was asked for. */
  askAgain() {
    if (this.asked) this.want(this.asked.names);
  }

  /** @param {Parts} parts */
  take(parts) {
    this.asked?.resolve(parts);
  }

  /** Let go of the worker, or of the one that is on its way. */
  forget() {
    this.forgotten++;
    this.loading = null;
    this.asked?.reject(new Error("stopped"));
    this.analyst?.end();
    this.analyst = null;
  }
}

/** @param {string[]} names @returns {{promise: Promise<Parts>, asked: Asked}} */
function waiting(names) {
  /** @type {any} */
  let asked;
  const promise = new Promise((resolve, reject) => (asked = { names, resolve, reject }));
  return { promise, asked };
}

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
