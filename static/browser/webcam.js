/** The camera on the page: what stands around the frames that the worker reads. */

import { draw } from "./annotate.js";
import { load, unpacked } from "./assets.js";
import { Analyst } from "./analyst.js";
import { inWords, percent } from "./wording.js";

/** @typedef {import("./types.js").Tracked} Tracked */
/** @typedef {{data: any, parentElement: any, setTriggerValue: (name: string, value: any) => void}} Component */

/** Seconds over which rates are averaged, and milliseconds between two looks of the table. */
const WINDOW = 2;
const TABLE_EVERY = 500;

/** @type {WeakMap<object, Webcam>} */
const mounted = new WeakMap();

/**
 * What Streamlit calls at first and whenever the data change.
 * @param {Component} component @param {URL} base
 */
export default function mount(component, base) {
  const root = component.parentElement;
  let webcam = mounted.get(root);
  if (!webcam) mounted.set(root, (webcam = new Webcam(root, base)));
  webcam.update(component);
  // Streamlit may call this although the component stays.
  return () => setTimeout(() => webcam.onPage() || webcam.end());
}

class Webcam {
  /** @param {any} root @param {URL} base */
  constructor(root, base) {
    this.root = root;
    this.base = base;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Analyst | null} */
    this.analyst = null;
    /** @type {Tracked[]} */
    this.tracks = [];
    /** @type {number[]} */
    this.analysed = [];
    this.starts = 0;
    this.find = (/** @type {string} */ name) => root.querySelector(`[data-part="${name}"]`);
    this.video = this.find("video");
    this.pen = this.find("overlay").getContext("2d");
    this.find("start").onclick = () => this.start();
    this.find("start").disabled = false;
    this.find("stop").onclick = () => this.stop("");
    this.find("snapshot").onclick = () => this.snapshot();
    this.find("camera").onchange = () => this.stream && this.start();
    this.hides = () => document.hidden && this.stop("Stopped while this page was hidden.");
    document.addEventListener("visibilitychange", this.hides);
  }

  /** @param {Component} component */
  update(component) {
    this.component = component;
    let { data } = component;
    if (data instanceof Uint8Array) {
      const { facts, parts } = unpacked(data);
      this.given?.(parts);
      data = facts;
    }
    const changed = JSON.stringify(this.facts?.judging) !== JSON.stringify(data.judging);
    this.facts = data;
    this.video.classList.toggle("mirror", this.mirrored());
    if (changed) this.analyst?.ask("change", { facts: data.judging });
    if (!this.analyst) this.find("loaded").textContent = `Start loads, once: ${data.loads}.`;
  }

  /** Whether this is still on the page. */
  onPage() {
    return this.root.host?.isConnected ?? this.root.isConnected;
  }

  /** A front camera is a mirror; a back camera never is one. */
  mirrored() {
    return this.facts.mirror && this.find("camera").value === "user";
  }

  /** @param {string} words */
  say(words) {
    if (this.find("state").textContent !== words) this.find("state").textContent = words;
  }

  async start() {
    const mine = ++this.starts;
    this.release();
    this.shows(true);
    try {
      this.say("Asking for the camera …");
      const stream = await camera(this.find("camera").value);
      if (mine !== this.starts) return stream.getTracks().forEach((track) => track.stop());
      this.stream = stream;
      stream.getVideoTracks()[0].onended = () => this.stop("The camera was taken away. Is it plugged in?");
      this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      if (mine === this.starts) this.stop(refused(error));
      return;
    }
    try {
      await this.ready();
    } catch (error) {
      if (mine === this.starts) this.fail(error);
      return;
    }
    if (mine !== this.starts) return;
    this.say("");
    this.draws();
    this.reads(mine);
  }

  /** Load what is missing and start the worker, once; after that, begin with nobody in view. */
  async ready() {
    const { facts } = this;
    if (this.analyst) return this.analyst.ask("change", { facts: facts.judging });
    this.say("Loading the models …");
    const begun = performance.now();
    const { contents, fetched } = await load(facts.assets, (names) => this.asked(names));
    const { module, wasm, ...models } = contents;
    const analyst = new Analyst(new URL("worker.js", this.base));
    try {
      await analyst.ask("start", { module, wasm, models, facts: facts.judging }, Object.values(contents));
    } catch (error) {
      analyst.end();
      throw error;
    }
    this.analyst = analyst;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const from = fetched ? `${megabytes(fetched)} of it fetched now` : "all of it kept by this browser";
    this.find("loaded").textContent =
      `Loaded: ${facts.loads}, ${from}; ready after ${seconds} seconds.`;
  }

  /** Ask the dashboard for files. @param {string[]} names @returns {Promise<Record<string, Uint8Array>>} */
  asked(names) {
    return new Promise((resolve) => {
      this.given = resolve;
      this.component?.setTriggerValue("want", names);
    });
  }

  /** The newest frame to the worker, again and again. @param {number} mine */
  async reads(mine) {
    let shown = -1;
    while (mine === this.starts && this.stream) {
      await new Promise((next) => requestAnimationFrame(next));
      if (!this.onPage()) return this.end();
      if (this.video.readyState < 2 || this.video.currentTime === shown) continue;
      shown = this.video.currentTime;
      try {
        const frame = await createImageBitmap(this.video);
        const asked = { frame, time: performance.now() / 1000, mirror: this.mirrored() };
        const seen = await /** @type {Analyst} */ (this.analyst).ask("frame", asked, [frame]);
        if (mine === this.starts) this.take(seen);
      } catch (error) {
        if (mine === this.starts) this.fail(error);
        return;
      }
    }
  }

  /** @param {any} seen */
  take(seen) {
    const now = performance.now() / 1000;
    this.seen = seen;
    this.tracks = seen.tracks;
    this.analysed = [...this.analysed.filter((time) => time > now - WINDOW), now];
    const { canvas } = this.pen;
    if (canvas.width !== seen.width || canvas.height !== seen.height) {
      Object.assign(canvas, { width: seen.width, height: seen.height });
    }
  }

  /** Boxes at the screen's rate, the table twice a second. */
  draws() {
    let table = 0;
    const step = (/** @type {number} */ now) => {
      if (!this.stream) return;
      draw(this.pen, this.tracks, now / 1000, this.facts.judging);
      if (now - table > TABLE_EVERY && this.seen) {
        table = now;
        this.panel();
      }
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  /** Who is in view, in words. */
  panel() {
    const { judging } = this.facts;
    const since = this.analysed.length > 1 ? performance.now() / 1000 - this.analysed[0] : 0;
    const rate = since ? (this.analysed.length / Math.max(since, 0.5)).toFixed(0) : "…";
    this.find("faces").textContent = String(this.tracks.length);
    this.find("rate").textContent = rate;
    const { finding, judging: took } = this.seen;
    this.find("times").textContent =
      `Finding ${finding.toFixed(0)} ms, judging ${took.toFixed(0)} ms, in your browser.`;
    this.say(this.tracks.map((t) => `Face ${t.number}: ${said(t, judging)}.`).join(" ") || "No face in view.");
    this.find("table").hidden = !this.tracks.length;
    this.find("rows").replaceChildren(...this.tracks.map((track) => row(track, judging)));
  }

  async snapshot() {
    const analyst = this.analyst;
    if (!analyst || !this.seen) return;
    const { png } = await analyst.ask("snapshot", {});
    const reader = new FileReader();
    reader.onload = () => this.component?.setTriggerValue("snapshot", reader.result);
    reader.readAsDataURL(new Blob([png], { type: "image/png" }));
  }

  /** What a browser cannot do is said, and the dashboard shows its other ways. @param {any} error */
  fail(error) {
    this.stop("");
    this.component?.setTriggerValue("failed", String(error?.message ?? error).slice(0, 300));
  }

  /** Let go of the camera. @param {string} words */
  stop(words) {
    this.starts++;
    this.release();
    this.shows(false);
    this.say(words);
  }

  release() {
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.stream = this.video.srcObject = null;
    cancelAnimationFrame(this.frame ?? 0);
    this.pen.clearRect(0, 0, this.pen.canvas.width, this.pen.canvas.height);
    [this.tracks, this.analysed, this.seen] = [[], [], null];
  }

  /** @param {boolean} playing */
  shows(playing) {
    this.find("start").hidden = playing;
    for (const name of ["stop", "snapshot", "stage", "panel"]) this.find(name).hidden = !playing;
    this.video.classList.toggle("mirror", this.mirrored());
  }

  /** Let go of everything. */
  end() {
    this.stop("");
    this.analyst?.end();
    this.analyst = null;
    document.removeEventListener("visibilitychange", this.hides);
    mounted.delete(this.root);
  }
}

/** @param {string} facing `user` or `environment` */
async function camera(facing) {
  if (!navigator.mediaDevices) throw new Error("none");
  return navigator.mediaDevices.getUserMedia({
    video: { facingMode: facing, width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } },
    audio: false,
  });
}

/** Why there is no camera, in a sentence. @param {any} error */
function refused(error) {
  const sentences = /** @type {Record<string, string>} */ ({
    NotAllowedError: "The camera was refused. Allow it beside the browser’s address, and start again.",
    NotFoundError: "No camera was found. Is it plugged in?",
    OverconstrainedError: "No such camera was found. Choose the other one.",
    NotReadableError: "The camera is taken by another program. Close that, and start again.",
    AbortError: "The camera is taken by another program. Close that, and start again.",
  });
  return sentences[error?.name] ?? (navigator.mediaDevices
    ? `The camera could not be started (${error?.name ?? error}).`
    : "This browser gives pages no camera. Over plain http it does so only for this computer itself; use https.");
}

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/** A verdict in words that do not change with every per cent. @param {Tracked} track @param {any} facts */
function said({ verdict }, facts) {
  return verdict.label === "?" ? inWords(verdict, facts) : `predicted ${verdict.label}`;
}

/** @param {Tracked} track @param {any} facts */
function row({ number, verdict, seconds }, facts) {
  const why = verdict.reasons.map((reason) => facts.words.reasons[reason]).join("; ");
  const words = [String(number), verdict.label, `${percent(verdict)} %`, why, `${seconds.toFixed(0)} s`];
  const line = document.createElement("tr");
  line.append(...words.map((word) => Object.assign(document.createElement("td"), { textContent: word })));
  return line;
}
