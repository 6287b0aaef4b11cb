// SPDX-License-Identifier: Apache-2.0
// The dashboard through a machine's day: waiting, running, a fault, silence, the daemon's
// restart, the gateway's restart; narrow and wide, dark and light, English and German, by
// keyboard alone. Plays feed.py and revhyper-web itself.
//
//   node states.mjs REVHYPER-WEB RUN-FOLDER OUTPUT-FOLDER [PAGES-FOLDER]

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openPage, until } from "./browser.mjs";

const [program, runFolder, outFolder, pages] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const children = [];

function start(command, words) {
  const child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const ready = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", () => reject(new Error(`${command} ended before it was ready`)));
  });
  ready.catch(() => {});
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const stop = () => child.kill("SIGTERM") && gone;
  return { ready, stop, tell: (order) => child.stdin.write(`${order}\n`) };
}

const startFeed = (...words) => start("/usr/bin/python3", [join(here, "feed.py"), "--run-dir", runFolder, ...words]);
const startWeb = (port) => start(program, ["--run-dir", runFolder, "--port", String(port), ...(pages ? ["--pages", pages] : [])]);
const webPort = () => JSON.parse(readFileSync(join(runFolder, "web.json"))).port;

function check(what, isTrue) {
  if (!isTrue) {
    throw new Error(what);
  }
}

const text = (page, selector) => page.locator(selector).textContent();
const link = (page) => page.evaluate(() => document.documentElement.dataset.link);
const shot = (page, name, fullPage = false) => page.screenshot({ path: join(outFolder, `${name}.png`), fullPage });
const isFresh = async (page) => (await link(page)) === "fresh" && !(await page.locator("#notice").isVisible());

/* What sticks out sideways, of the page or of a card; empty when all is well. On a telephone
   the table of reps may be pushed aside within its card. */
async function sideways(page) {
  return page.evaluate(() => [document.documentElement, ...document.querySelectorAll("header, .card, .scroll, dl, ul")]
    .filter((element) => innerWidth > 700 || element.className !== "scroll")
    .filter((element) => element.scrollWidth > element.clientWidth + 1) // both are rounded
    .map((element) => `${element.className || element.tagName} by ${element.scrollWidth - element.clientWidth} px`)
    .join(", "));
}

/* The contrast of every visible text with what lies behind it: WCAG AA wants 4.5, or 3 for
   large text. */
async function worstContrast(page) {
  return page.evaluate(() => {
    const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
      probe.clearRect(0, 0, 1, 1);
      probe.fillStyle = colour;
      probe.fillRect(0, 0, 1, 1);
      return probe.getImageData(0, 0, 1, 1).data;
    };
    const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const behind = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const colour = rgba(getComputedStyle(at).backgroundColor);
        if (colour[3] === 255) {
          return colour;
        }
      }
      return [0, 0, 0];
    };
    let worst = { margin: Infinity };
    for (const element of document.querySelectorAll("body *")) {
      const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
      if (!words || !element.checkVisibility()) {
        continue;
      }
      const style = getComputedStyle(element);
      const colour = element instanceof SVGElement ? style.fill : style.color;
      const [a, b] = [light(rgba(colour)), light(behind(element))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      const size = parseFloat(style.fontSize);
      const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
      if (ratio / wanted < worst.margin) {
        worst = { margin: ratio / wanted, ratio, wanted, text: element.textContent.trim().slice(0, 40) };
      }
    }
    return worst;
  });
}

async function running(page) {
  await until("live figures", () => isFresh(page));
  await until("reps in the table", async () => (await page.locator("#history tr").count()) >= 5);
  check("the safety state is said in words", (await text(page, "#safety")) === "Armed");
  check("and has a shape", (await page.locator("#status_shape").getAttribute("href")).endsWith("#shape_triangle"));
  const twice = await page.evaluate(() => [...document.querySelectorAll("[id]")]
    .filter((element) => document.querySelectorAll(`[id="${element.id}"]`).length > 1).map((element) => element.id));
  check(`ids that stand twice: ${twice}`, twice.length === 0);
  for (const id of ["estop_a_closed", "estop_b_closed"]) {
    check(`${id} is shown as read`, (await text(page, `#${id} b`)) === "closed");
  }
}

async function widths(page) {
  for (const [width, height] of [[1280, 800], [800, 600], [400, 800], [1920, 1080]]) {
    await page.setViewportSize({ width, height });
    await shot(page, `${width}x${height}`, true);
    const out = await sideways(page);
    check(`sticks out at ${width}: ${out}`, out === "");
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

/* Theme and language by keyboard alone: everything that can be used can be reached. */
async function keyboard(page) {
  const reached = new Set();
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.className));
  }
  for (const wanted of ["skip", "language", "theme", "scroll"]) {
    check(`${wanted} is not reached by Tab`, reached.has(wanted));
  }
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  for (const name of ["dark", "light"]) {
    check(`theme ${name}`, (await theme()) === name);
    const worst = await worstContrast(page);
    check(`contrast in ${name}: ${JSON.stringify(worst)}`, worst.margin >= 1);
    await shot(page, name);
    await page.locator("#theme").focus();
    await page.keyboard.press("Enter");
  }
  await page.locator("#language").focus();
  await page.keyboard.press("Enter");
  check("German words", (await text(page, "#safety")) === "Scharf");
  await shot(page, "deutsch");
  const out = await sideways(page);
  check(`sticks out in German: ${out}`, out === "");
  await page.keyboard.press("Enter");
}

async function fault(page, feed) {
  feed.tell("fault estop");
  await page.locator('[data-fault="estop"]').waitFor({ timeout: 5000 });
  await until("the open chain, as read", async () => (await text(page, "#estop_a_closed b")) === "open");
  check("state in words", (await text(page, "#safety")) === "Cut");
  check("what it waits for", (await text(page, "#faults")).includes("close the e-stop chain"));
  await shot(page, "fault");
  const second = await openPage({ width: 800, height: 600 });
  await second.page.goto(page.url());
  await second.page.locator('[data-fault="estop"]').waitFor({ timeout: 5000 });
  check("a late joiner sees the reps", (await second.page.locator("#history tr").count()) >= 5);
  await second.close();
  feed.tell("clear estop");
  await page.locator('[data-fault="estop"]').waitFor({ state: "detached", timeout: 5000 });
}

/* Grey no sooner than 300 ms after the last live message, and soon after that. */
async function silence(page, feed) {
  await page.evaluate(() => {
    window.greyed = new Promise((resolve) => new MutationObserver(() => {
      if (document.documentElement.dataset.link === "stale") {
        resolve(performance.now() - window.rh.model.live_ms);
      }
    }).observe(document.documentElement, { attributeFilter: ["data-link"] }));
  });
  feed.tell("pause");
  const after_ms = await page.evaluate(() => window.greyed);
  check(`grey after ${after_ms} ms`, after_ms > 300 && after_ms < 700);
  check("and says so", (await text(page, "#notice")).startsWith("No live data for"));
  await shot(page, "silent");
  feed.tell("go");
  await until("fresh again", () => isFresh(page));
  return after_ms;
}

async function restarts(page, feed, web) {
  const boot = () => page.evaluate(() => window.rh.model.live.boot);
  const before = await boot();
  await feed.stop();
  await until("grey without the daemon", async () => (await link(page)) === "stale");
  const next = startFeed("--seed", "2");
  await next.ready;
  await until("live data of the new daemon", async () => (await isFresh(page)) && (await boot()) !== before);
  check("reps outlive the restart", (await page.locator("#history tr").count()) >= 5);
  const port = webPort();
  await web.stop();
  check("web.json goes with the gateway", !existsSync(join(runFolder, "web.json")));
  await until("grey without the gateway", async () => (await text(page, "#notice")).includes("gateway"));
  await startWeb(port).ready;
  await until("live data through the new gateway", () => isFresh(page));
}

async function day(browser) {
  const { page, complaints } = browser;
  let feed = null;
  const web = startWeb(0);
  await web.ready;
  await page.goto(`http://127.0.0.1:${webPort()}/dash`);
  await until("waiting for a machine", async () => (await text(page, "#notice")).startsWith("Waiting for"));
  feed = startFeed("--earlier", "7");
  await feed.ready;
  await running(page);
  await widths(page);
  await keyboard(page);
  await fault(page, feed);
  const grey_after_ms = Math.round(await silence(page, feed));
  check(`the browser complains: ${complaints.join(" | ")}`, complaints.length === 0);
  await restarts(page, feed, web);
  return { grey_after_ms };
}

async function main() {
  mkdirSync(outFolder, { recursive: true });
  rmSync(join(runFolder, "endpoints.json"), { force: true });
  const browser = await openPage({ width: 1280, height: 800 });
  try {
    console.log(JSON.stringify(await day(browser)));
  } catch (error) {
    await shot(browser.page, "failed").catch(() => {});
    throw error;
  } finally {
    await browser.close();
    children.forEach((child) => child.kill("SIGTERM"));
  }
}

main().catch((error) => {
  console.error(`states: ${error.message}`);
  process.exitCode = 1;
});
