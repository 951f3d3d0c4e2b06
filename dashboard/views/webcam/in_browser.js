/* Streamlit imports this from a Blob, where no relative import works: the modules are in static/. */

const NAMES = "static/js/";

function folder() {
  for (const { src } of document.querySelectorAll(`script[src*="${NAMES}"]`)) {
    const url = new URL(src);
    if (url.origin === location.origin) return new URL("../../app/static/browser/", url);
  }
  return new URL("app/static/browser/", document.baseURI);
}

let module;

/* A browser may keep modules of an older version: each is asked for anew first. */
async function loaded(names) {
  const base = folder();
  await Promise.all(names.map(async (name) => {
    const answer = await fetch(new URL(name, base), { cache: "no-cache" });
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  }));
  return [(await import(new URL("webcam.js", base).href)).default, base];
}

export default async function (component) {
  try {
    module ??= loaded(component.data.modules);
    const [mount, base] = await module;
    return mount(component, base);
  } catch (error) {
    module = undefined;
    component.setTriggerValue("failed", String(error?.message ?? error).slice(0, 300));
  }
}
