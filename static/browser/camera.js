/** The visitor's camera, and why there is none. */

/** @param {string} facing `user` or `environment` @returns {Promise<MediaStream>} */
export async function camera(facing) {
  if (!navigator.mediaDevices) throw new Error("none");
  return navigator.mediaDevices.getUserMedia({
    video: { facingMode: facing, width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } },
    audio: false,
  });
}

/** Whether it is a phone's back camera; a computer's does not say. @param {MediaStream | null} stream */
export function looksAway(stream) {
  return stream?.getVideoTracks()[0].getSettings().facingMode === "environment";
}

/** @param {MediaStream | null} stream */
export function letGo(stream) {
  for (const track of stream?.getTracks() ?? []) {
    track.onended = null;
    track.stop();
  }
}

/** Why there is no camera, in a sentence. @param {any} error */
export function refused(error) {
  const sentences = /** @type {Record<string, string>} */ ({
    NotAllowedError: "The camera was refused. Allow it in the address bar, and start again.",
    NotFoundError: "No camera was found. Is it plugged in?",
    NotReadableError: "The camera is taken by another program. Close that, and start again.",
    AbortError: "The camera is taken by another program. Close that, and start again.",
  });
  return sentences[error?.name] ?? (navigator.mediaDevices
    ? `The camera could not be started (${error?.name ?? error}).`
    : "This browser does not let this page use a camera. Over plain http it allows that only on the "
      + "computer that runs the dashboard; use https.");
}
