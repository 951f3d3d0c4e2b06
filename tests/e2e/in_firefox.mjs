// Drives Firefox over WebDriver BiDi: the page Webcam before a canvas that plays the camera.
// node in_firefox.mjs FIREFOX ADDRESS PICTURE, where PICTURE is a file; prints what the page says.
import fs from "node:fs";
import puppeteer from "puppeteer-core";

const [, , executablePath, address, file] = process.argv;
const picture = `data:image/png;base64,${fs.readFileSync(file, "base64")}`;
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  protocol: "webDriverBiDi",
});
try {
  const page = await browser.newPage();
  await page.evaluateOnNewDocument((src) => {
    navigator.mediaDevices.getUserMedia = async () => {
      const image = Object.assign(new Image(), { src });
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
      const pen = canvas.getContext("2d");
      let turn = 0;
      setInterval(() => {
        turn += 0.05;
        pen.fillRect(0, 0, 640, 480);
        pen.drawImage(image, 64 + 20 * Math.sin(turn), 0);
      }, 50);
      return canvas.captureStream(20);
    };
  }, picture);
  await page.goto(`${address}/webcam?where=browser`);
  const part = (name) => page.waitForSelector(`>>> [data-part=${name}]`, { timeout: 60000 });
  const words = async (name) => (await part(name)).evaluate((element) => element.textContent);
  await (await page.waitForSelector(">>> [data-part=start]:not([disabled])", { timeout: 60000 })).click();
  for (let tries = 0; tries < 90 && !(await words("state")).startsWith("Face"); tries++) {
    await new Promise((next) => setTimeout(next, 1000));
  }
  console.log(await words("state"));
  console.log(await words("loaded"));
  await (await part("stop")).click();
  console.log(await (await part("start")).evaluate((button) => button.hidden));
} finally {
  await browser.close();
}
