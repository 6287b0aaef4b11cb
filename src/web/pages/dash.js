// SPDX-License-Identifier: Apache-2.0
// The dashboard. Messages change the model, a frame shows it. Whatever is older than 300 ms
// is shown grey, and said so.

import { chosenLanguage, speak, word } from "./words.js";
import { fixed, loadKeys, put, show } from "./figures.js";
import { connect } from "./link.js";
import { History } from "./history.js";
import { makeRange } from "./range.js";
import { Trace } from "./trace.js";

const STALE_MS = 300;
const AGE_LATE_MS = 40;
const LIVE_IDS = [
  "angle_deg", "rate_dps", "force_n", "force_left_n", "force_right_n", "torque_nm",
  "torque_granted_nm", "torque_measured_nm", "pad_n", "margin_top_deg", "margin_bottom_deg",
  "load_applied_kg",
];
const AGES = ["drive", "encoder", "cells", "inputs"];
const SAFETY = {
  locked: ["octagon", "stop"], idle: ["circle", "calm"], armed: ["triangle", "care"],
  float: ["triangle", "care"], grips: ["octagon", "stop"], safe1: ["octagon", "stop"],
  safe2: ["octagon", "stop"], safe3: ["octagon", "stop"], probe: ["triangle", "care"],
};
const PHASES = { rest: "circle", lift: "triangle", hold: "square", lower: "down" };
/* What each lamp says when its flag is true and false, and which of the two is good. */
const LAMPS = [
  ["estop_a_closed", "closed", "open", true], ["estop_b_closed", "closed", "open", true],
  ["limit_top_closed", "closed", "open", true], ["limit_bottom_closed", "closed", "open", true],
  ["grip_left_held", "held", "open", true], ["grip_right_held", "held", "open", true],
  ["comfort_pressed", "pressed", "free", false], ["reset_pressed", "pressed", "free", false],
];

const byId = (id) => document.getElementById(id);
const model = { live: null, live_ms: -Infinity, state: {}, health: null, faults: new Map(), isOpen: false };
const history = new History(byId("history_head"), byId("history"), byId("history_empty"));
const range = makeRange(byId("range"));
let trace = null;

/* --- messages ------------------------------------------------------------------------ */

let boot = null;

function noteBoot(body) {
  if (body.boot !== boot) {
    boot = body.boot;
    model.state = {};
    model.health = null;
    model.faults.clear();
    trace.clear();
  }
}

const hearers = {
  live(body) {
    model.live = body;
    model.live_ms = performance.now();
    trace.add(body);
  },
  state(body) {
    model.state = body;
    showState();
  },
  health(body) {
    model.health = body;
    showHealth();
  },
  rep(body) {
    history.add(body);
    showLastRep();
  },
  fault(body) {
    model.faults.delete(body.fault);
    if (body.open) {
      model.faults.set(body.fault, body);
    }
    showFaults();
  },
};

function hear(name, body) {
  noteBoot(body);
  hearers[name]?.(body);
}

/* --- what changes now and then ------------------------------------------------------- */

function shape(id, name) {
  const href = `#shape_${name}`;
  if (byId(id).getAttribute("href") !== href) {
    byId(id).setAttribute("href", href);
  }
}

function showSafety(state) {
  const [name, tone] = SAFETY[state.safety] ?? ["ring", "none"];
  shape("status_shape", name);
  byId("status").dataset.tone = tone;
  put("safety", word(`safety.${state.safety}`, state.safety ?? "–"));
  put("safety_means", word(`means.${state.safety}`, ""));
}

function showState() {
  const state = model.state;
  showSafety(state);
  put("machine", state.machine ?? "Revhyper");
  document.title = `${state.machine} – Revhyper`;
  put("session", word(`session.${state.session}`, state.session ?? "–"));
  put("mode", word(`mode.${state.mode}`, state.mode ?? "–"));
  put("lease", state.lease?.holder ?? word("nobody"));
  put("load_kg", show("load_kg", state.load_kg));
  put("partials", show("partials", state.partials));
  put("target", state.reps_target > 0 ? `${word("of")} ${state.reps_target}` : "");
  range.state(state);
  showLamps(state);
  showFaults();
}

function showLamps(state) {
  byId("lamps").replaceChildren(...LAMPS.map(([key, yes, no, good]) => {
    const lamp = document.createElement("li");
    const isKnown = typeof state[key] === "boolean";
    lamp.id = key;
    lamp.className = !isKnown ? "unknown" : state[key] === good ? "good" : "bad";
    const said = isKnown ? word(state[key] ? yes : no) : "–";
    lamp.append(word(`lamp.${key}`), Object.assign(document.createElement("b"), { textContent: said }));
    return lamp;
  }));
}

function showFaults() {
  const waits = (model.state.waits_for ?? []).map((text) => word(`wait.${text}`, text));
  const rows = [...model.faults.values()].map((fault) => {
    const row = document.createElement("li");
    row.dataset.fault = fault.fault;
    const sentence = Object.assign(document.createElement("strong"), { textContent: word(`fault.${fault.fault}`, fault.sentence) });
    row.append(sentence, " ", fault.remedy ?? "");
    return row;
  });
  if (waits.length > 0) {
    rows.push(Object.assign(document.createElement("li"), { className: "waits", textContent: word("waits", "", { list: waits.join(" · ") }) }));
  }
  byId("faults").replaceChildren(...rows);
  byId("faults").hidden = rows.length === 0;
}

function showLastRep() {
  if (history.newest) {
    range.rep(history.newest);
    put("load_measured_kg", show("load_measured_kg", history.newest.load_measured_kg));
  }
}

function hours(seconds) {
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")} h`;
}

function showHealth() {
  const health = model.health;
  const buses = (health.buses ?? []).map((bus) => `${bus.name} ${fixed(bus.rate_hz, 0)} Hz`);
  const own = [
    word("uptime", "", { h: hours(health.uptime_s) }),
    word("late", "", { us: fixed(health.late_p99_us, 0) }),
    word("overruns", "", { n: health.overruns }),
  ];
  put("health", [...buses, ...own].join(" · "));
}

/* --- what changes with every frame --------------------------------------------------- */

function showLive() {
  const live = model.live;
  for (const id of LIVE_IDS) {
    put(id, show(id, live[id]));
  }
  put("angle_legend", show("angle_deg", live.angle_deg));
  put("reps", show("reps", live.reps));
  put("set", show("set", live.set));
  put("phase", word(`phase.${live.phase}`, live.phase));
  shape("phase_shape", PHASES[live.phase] ?? "ring");
  for (const name of AGES) {
    const age_ms = live.age_ns?.[name] / 1e6;
    put(`age_ns.${name}`, Number.isFinite(age_ms) ? fixed(age_ms, 1) : "–");
    byId(`age_ns.${name}`).parentElement.classList.toggle("late", !(age_ms <= AGE_LATE_MS));
  }
  range.angle(live.angle_deg);
}

function showLink() {
  const silent_ms = performance.now() - model.live_ms;
  const isFresh = silent_ms <= STALE_MS;
  const text = isFresh ? ""
    : !model.isOpen ? word("unreached")
    : model.live === null ? word("never")
    : word("silent", "", { s: fixed(silent_ms / 1000, 1) });
  document.documentElement.dataset.link = isFresh ? "fresh" : "stale";
  put("notice", text);
  byId("notice").hidden = isFresh;
}

function frame() {
  if (model.live !== null) {
    showLive();
    trace.draw();
  }
  requestAnimationFrame(frame);
}

/* --- start --------------------------------------------------------------------------- */

function useLanguage(language) {
  speak(language);
  byId("language").textContent = language === "en" ? "DE" : "EN";
  history.draw();
  showLastRep();
  showState();
  if (model.health) {
    showHealth();
  }
}

function useTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  trace?.restyle();
}

async function start() {
  await loadKeys();
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  useTheme(localStorage.getItem("theme") ?? system);
  trace = new Trace(byId("trace"));
  useLanguage(chosenLanguage());
  byId("language").onclick = () => useLanguage(document.documentElement.lang === "en" ? "de" : "en");
  byId("theme").onclick = () => useTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  connect(hear, (isOpen) => (model.isOpen = isOpen));
  setInterval(showLink, 50);
  requestAnimationFrame(frame);
}

/* For tests and curious people: read, never write. */
window.rh = { model, history, get trace() { return trace; } };

start();
