// SPDX-License-Identifier: Apache-2.0
// Looks at /dash with a headless Chromium and compares what it shows with a subscriber of
// its own: every number of a rep, the live figures of one and the same message, the range
// bar's marker, and that the trace is really drawn.
//
//   node dash.mjs WEB-ADDRESS STREAM-ENDPOINT OUTPUT-FOLDER [SECONDS-OF-TRACE]
//
// Needs a machine that is making reps. Prints one line of JSON; exit status 0, or 1 with
// the reason on stderr. Leaves dash.png in the output folder either way.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compare, listen, openPage, until } from "./browser.mjs";

const [address, endpoint, folder, seconds = "6"] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const WORDS = new Set(["verdict"]);
const KEYS_LEAST = 12; // columns of numbers that a row has at least
const LIVE_LEAST = 12;
const PIXELS_LEAST = 150;
const REP_WAIT_MS = 60000;

/* A rep that both have seen, and its row as the page shows it. */
async function repOnBothSides(page, heard) {
  const rep = await until("a rep on the stream", () => heard.freshReps[0], REP_WAIT_MS);
  const row = page.locator(`tr[data-id="${rep.id}"]`);
  await row.waitFor({ timeout: 5000 });
  const cells = await row.locator("td").evaluateAll((all) => all.map((cell) => [cell.dataset.key, cell.textContent]));
  return { rep, cells };
}

function compareRep({ rep, cells }) {
  const numbers = cells.filter(([key]) => !WORDS.has(key));
  for (const [key, text] of numbers) {
    if (!(key in rep)) {
      throw new Error(`the page shows ${key}, which the stream's rep does not have`);
    }
    compare(`rep ${rep.rep} ${key}`, text, rep[key]);
  }
  if (numbers.length < KEYS_LEAST) {
    throw new Error(`only ${numbers.length} numbers are shown of a rep`);
  }
  const verdict = cells.find(([key]) => key === "verdict")[1];
  if (verdict.trim() === "") {
    throw new Error("a rep is shown without a verdict");
  }
  return numbers.length;
}

/* The newest row carries the JSON keys as ids. */
async function compareIds(page, heard) {
  const shown = await page.evaluate(() => {
    const row = document.querySelector("tbody tr");
    return { id: row.dataset.id, texts: [...row.querySelectorAll("td[id]")].map((cell) => [cell.id, cell.textContent]) };
  });
  const rep = await until("the newest rep on the stream", () => heard.reps.get(shown.id));
  for (const [key, text] of shown.texts.filter(([id]) => !WORDS.has(id))) {
    compare(`newest rep #${key}`, text, rep[key]);
  }
}

/* One frame of the page, with the number of the live message it shows. */
async function compareLive(page, heard) {
  const shown = await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => {
    const live = window.rh.model.live;
    const keys = Object.keys(live).filter((key) => document.getElementById(key)?.tagName === "OUTPUT");
    resolve({ name: `${live.boot}/${live.seq}`, texts: keys.map((key) => [key, document.getElementById(key).textContent]) });
  })));
  const live = await until(`live ${shown.name} on the stream`, () => heard.live.get(shown.name), 5000);
  for (const [key, text] of shown.texts) {
    compare(`live ${key}`, text, live[key]);
  }
  if (shown.texts.length < LIVE_LEAST || !shown.texts.some(([key]) => key === "reps")) {
    throw new Error(`only these live figures are shown: ${shown.texts.map(([key]) => key)}`);
  }
  return shown.texts.length;
}

async function compareState(page, heard) {
  await until("load_kg as the stream's state has it", async () => {
    const text = await page.locator("#load_kg").textContent();
    try {
      compare("state load_kg", text, heard.state?.load_kg);
      return true;
    } catch {
      return false;
    }
  }, 3000);
}

/* The marker's place, measured in pixels against the scale's own ticks. */
async function compareMarker(page) {
  const seen = await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => {
    const middle = (element) => { const box = element.getBoundingClientRect(); return (box.top + box.bottom) / 2; };
    const tick = (deg) => middle(document.querySelector(`#range .tick[data-deg="${deg}"]`));
    const arm = middle(document.querySelector("#arm path"));
    const deg = -90 * (arm - tick(0)) / (tick(-90) - tick(0));
    resolve({ deg, text: document.getElementById("angle_deg").textContent });
  })));
  const shown = Number(seen.text.replace("−", "-"));
  if (!(Math.abs(seen.deg - shown) < 0.6)) {
    throw new Error(`the range bar's marker stands at ${seen.deg.toFixed(2)} deg, the figure says ${shown}`);
  }
}

/* Counts pixels of both series' colours, on the canvas itself. */
async function lookAtTrace(page, pointsLeast) {
  const seen = await page.evaluate(() => {
    const canvas = document.querySelector("#trace canvas");
    const trace = window.rh.trace;
    const probe = document.createElement("canvas").getContext("2d");
    const rgb = (name) => {
      probe.fillStyle = name;
      probe.fillRect(0, 0, 1, 1);
      return probe.getImageData(0, 0, 1, 1).data;
    };
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    const count = (name) => {
      const wanted = rgb(name);
      let found = 0;
      for (let at = 0; at < pixels.length; at += 4) {
        const off = [0, 1, 2].reduce((sum, k) => sum + Math.abs(pixels[at + k] - wanted[k]), 0);
        found += pixels[at + 3] > 200 && off < 24 ? 1 : 0;
      }
      return found;
    };
    const points = (key) => trace.data[key].filter((value) => value !== null).length;
    return {
      force_n: count(trace.colours.force_n), angle_deg: count(trace.colours.angle_deg),
      points: Math.min(points("force_n"), points("angle_deg")),
    };
  });
  if (seen.force_n < PIXELS_LEAST || seen.angle_deg < PIXELS_LEAST) {
    throw new Error(`empty plot: ${seen.force_n} pixels of force, ${seen.angle_deg} of angle`);
  }
  if (seen.points < pointsLeast) {
    throw new Error(`empty plot: ${seen.points} points, expected ${pointsLeast}`);
  }
  return seen;
}

/* With nothing wrong to report, everything is on one screen. */
async function fits(page) {
  const tall = await page.evaluate(() => document.querySelector("#faults").hidden
    ? document.documentElement.scrollHeight - window.innerHeight : 0);
  if (tall > 0) {
    throw new Error(`the page is ${tall} px taller than the screen`);
  }
}

async function look(page, heard) {
  await page.goto(`${address}/dash`);
  await page.waitForFunction(() => window.rh?.model.live !== null, null, { timeout: 15000 });
  const both = await repOnBothSides(page, heard);
  const summary = { rep: both.rep.rep, rep_numbers: compareRep(both) };
  await compareIds(page, heard);
  summary.live_numbers = await compareLive(page, heard);
  await compareState(page, heard);
  await compareMarker(page);
  const wanted = Number(seconds);
  await until(`${wanted} s of trace`, () => page.evaluate((s) => {
    const t = window.rh.trace.data.t_s;
    return t[t.length - 1] - t[0] >= s;
  }, wanted), 1000 * wanted + 10000);
  summary.trace = await lookAtTrace(page, Math.floor(wanted * 25)); // half of 50 Hz
  await compareLive(page, heard);
  await fits(page);
  return summary;
}

async function main() {
  mkdirSync(folder, { recursive: true });
  const browser = await openPage({ width: 1280, height: 800 });
  const ear = listen(endpoint, join(here, "listen.py"));
  try {
    const summary = await look(browser.page, ear.heard);
    if (browser.complaints.length > 0) {
      throw new Error(`the browser complains: ${browser.complaints.join(" | ")}`);
    }
    console.log(JSON.stringify(summary));
  } finally {
    await browser.page.screenshot({ path: join(folder, "dash.png") }).catch(() => {});
    await browser.close();
    ear.stop();
  }
}

main().catch((error) => {
  console.error(`dash: ${error.message}`);
  process.exitCode = 1;
});
