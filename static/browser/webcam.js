/** The camera on the page: what stands around the frames that the worker reads. */

import { draw } from "./annotate.js";
import { unpacked } from "./assets.js";
import { camera, letGo, looksAway, refused } from "./camera.js";
import { examine } from "./doctor.js";
import { Installation } from "./installation.js";
import { inWords, percent } from "./wording.js";

/** @typedef {import("./types.js").Tracked} Tracked */
/** @typedef {{data: any, parentElement: any, setTriggerValue: (name: string, value: any) => void}} Component */

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
    this.installation = new Installation(base, (names) => this.component?.setTriggerValue("want", names));
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Tracked[]} */
    this.tracks = [];
    /** @type {number[]} */
    this.analysed = [];
    this.starts = 0;
    this.playing = false;
    this.find = (/** @type {string} */ name) => root.querySelector(`[data-part="${name}"]`);
    this.video = this.find("video");
    this.pen = this.find("overlay").getContext("2d");
    this.find("start").onclick = () => this.start();
    this.find("start").disabled = false;
    this.find("stop").onclick = () => this.stop("");
    this.find("snapshot").onclick = () => this.snapshot();
    this.find("camera").onchange = () => this.stream && this.start();
    this.hides = () => document.hidden && this.playing && this.stop("Stopped while this page was hidden.");
    document.addEventListener("visibilitychange", this.hides);
  }

  /** @param {Component} component */
  update(component) {
    const again = component.data !== this.component?.data;
    this.component = component;
    let { data } = component;
    if (data instanceof Uint8Array) {
      const { facts, parts } = unpacked(data);
      this.installation.take(parts);
      data = facts;
    } else if (again) this.installation.askAgain();
    const before = this.facts?.judging;
    this.facts = data;
    this.mirrors();
    if (before && differ(before.models, data.judging.models)) {
      this.installation.forget();
      if (this.playing) this.start();
    } else if (differ(before, data.judging)) this.installation.analyst?.ask("change", { facts: data.judging });
    if (!this.installation.analyst) {
      this.find("loaded").textContent = `The first start downloads ${data.loads}; your browser keeps it.`;
    }
  }

  /** Whether this is still on the page. */
  onPage() {
    return this.root.host?.isConnected ?? this.root.isConnected;
  }

  /** A camera that looks at the visitor is a mirror; one that looks away never is. */
  mirrored() {
    return this.facts.mirror && !looksAway(this.stream);
  }

  mirrors() {
    this.video.classList.toggle("mirror", this.mirrored());
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
      examine();
    } catch (error) {
      return this.fail(error);
    }
    try {
      this.say("Asking for the camera …");
      const stream = await camera(this.find("camera").value);
      if (mine !== this.starts) return letGo(stream);
      this.stream = stream;
      stream.getVideoTracks()[0].onended = () =>
        this.stop("The camera stopped. It may be unplugged, or no longer allowed.");
      this.mirrors();
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

  /** A worker that judges by the newest settings, with nobody in view. */
  async ready() {
    if (!this.installation.analyst) this.say("Loading the models …");
    await this.installation.ready(this.facts);
    this.find("loaded").textContent = this.installation.loaded;
    await this.installation.analyst?.ask("change", { facts: this.facts.judging });
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
        const seen = await this.installation.analyst?.ask("frame", asked, [frame]);
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
    this.analysed = [...this.analysed.filter((time) => time > now - this.facts.judging.live.WINDOW), now];
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
      if (now - table > 1000 * this.facts.every && this.seen) {
        table = now;
        this.panel();
      }
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  /** Who is in view, in words. */
  panel() {
    for (const name of ["snapshot", "panel"]) this.find(name).hidden = false;
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
    const { analyst } = this.installation;
    if (!analyst || !this.seen) return;
    this.find("missed").textContent = "";
    try {
      const { png } = await analyst.ask("snapshot", {});
      this.component?.setTriggerValue("snapshot", await address(new Blob([png], { type: "image/png" })));
    } catch {
      this.find("missed").textContent = "The snapshot could not be taken. Try again.";
    }
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
    letGo(this.stream);
    this.stream = this.video.srcObject = null;
    cancelAnimationFrame(this.frame ?? 0);
    this.pen.clearRect(0, 0, this.pen.canvas.width, this.pen.canvas.height);
    [this.tracks, this.analysed, this.seen] = [[], [], null];
  }

  /** What there is to see from the first frame on stays hidden until then. @param {boolean} playing */
  shows(playing) {
    const held = ["start", "stop", "snapshot"].some((name) => this.find(name).matches(":focus"));
    this.playing = playing;
    this.find("start").hidden = playing;
    for (const name of ["stop", "stage"]) this.find(name).hidden = !playing;
    for (const name of ["snapshot", "panel"]) this.find(name).hidden = true;
    this.find("missed").textContent = "";
    if (held) this.find(playing ? "stop" : "start").focus();
  }

  /** Let go of everything. */
  end() {
    this.stop("");
    this.installation.forget();
    document.removeEventListener("visibilitychange", this.hides);
    mounted.delete(this.root);
  }
}

/** @param {any} one @param {any} other */
const differ = (one, other) => JSON.stringify(one) !== JSON.stringify(other);

/** A file as a data: address. @param {Blob} file @returns {Promise<any>} */
function address(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** A verdict in words that do not change with every per cent. @param {Tracked} track @param {any} facts */
function said({ verdict }, facts) {
  return verdict.label === "?" ? `“?”: ${inWords(verdict, facts)}` : `predicted ${verdict.label}`;
}

/** @param {Tracked} track @param {any} facts */
function row({ number, verdict, seconds }, facts) {
  const why = inWords(verdict, facts);
  const words = [String(number), verdict.label, `${percent(verdict)} %`, why, `${seconds.toFixed(0)} s`];
  const line = document.createElement("tr");
  line.append(...words.map((word) => Object.assign(document.createElement("td"), { textContent: word })));
  return line;
}
