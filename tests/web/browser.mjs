// SPDX-License-Identifier: Apache-2.0
// What the browser tests share: a headless Chromium, a second subscriber, waiting.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHROMIUM = process.env.RH_CHROMIUM ?? "/usr/bin/chromium";
const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/* node_modules stands at the root of the sources, or in the build tree. */
function playwright() {
  try {
    return createRequire(import.meta.url)("playwright-core");
  } catch (error) {
    if (!process.env.RH_BUILD_DIR) {
      throw error;
    }
    return createRequire(join(process.env.RH_BUILD_DIR, "npm", "package.json"))("playwright-core");
  }
}

/** A page in a fresh profile, and `complaints`: everything the browser found wrong. */
export async function openPage({ width, height, theme = "dark", language = "en-GB" }) {
  const profile = mkdtempSync(join(tmpdir(), "rh-chromium-"));
  const context = await playwright().chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM, headless: true, args: ARGUMENTS,
    viewport: { width, height }, colorScheme: theme, locale: language,
  });
  const page = context.pages()[0] ?? await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (line) => line.type() === "error" && complaints.push(line.text()));
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { page, complaints, close };
}

/** Hears the stream beside the gateway; keeps reps by id and live messages by number. */
export function listen(endpoint, script) {
  const child = spawn("/usr/bin/python3", [script, endpoint], { stdio: ["ignore", "pipe", "inherit"] });
  const heard = { reps: new Map(), live: new Map(), state: null, freshReps: [] };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { name, body } = JSON.parse(line);
    if (name === "rep") {
      heard.reps.set(body.id, body);
      if (!body.snap) {
        heard.freshReps.push(body);
      }
    } else if (name === "live") {
      heard.live.set(`${body.boot}/${body.seq}`, body);
    } else if (name === "state") {
      heard.state = body;
    }
  });
  return { heard, stop: () => child.kill("SIGTERM") };
}

/** Asks until `question` gives something true; fails with `what` after `ms`. */
export async function until(what, question, ms = 15000) {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await question();
    if (answer) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${ms} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** A number as the page writes it (true minus, dash for nothing), and its decimals. */
export function readShown(text) {
  const plain = text.trim().replace("−", "-");
  if (plain === "–") {
    return { value: null, decimals: 0 };
  }
  if (!/^-?\d+(\.\d+)?$/.test(plain)) {
    throw new Error(`"${text}" is not a number`);
  }
  return { value: Number(plain), decimals: (plain.split(".")[1] ?? "").length };
}

/** Throws unless `text` is `value` rounded to the decimals that it shows. */
export function compare(what, text, value) {
  const shown = readShown(text);
  if (value === null || value === undefined) {
    if (shown.value !== null) {
      throw new Error(`${what}: the page shows ${text}, the stream says nothing`);
    }
    return;
  }
  const half = 0.5 * 10 ** -shown.decimals;
  if (shown.value === null || !(Math.abs(shown.value - value) <= half * (1 + 1e-6))) {
    throw new Error(`${what}: the page shows ${text}, the stream says ${value}`);
  }
}
