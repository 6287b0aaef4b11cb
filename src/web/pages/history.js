// SPDX-License-Identifier: Apache-2.0
// The table of the last reps, newest first. Each cell carries data-key; the newest row's
// cells carry the JSON key as their id as well, unless the page has that id elsewhere.

import { word } from "./words.js";
import { show } from "./figures.js";

const ROWS_MAX = 50;
const UNITS = { deg: "°", dps: "°/s", s: "s", n: "N", j: "J", kg: "kg" };
const COLUMNS = [
  ["set"], ["rep"], ["range_deg", "deg"], ["lift_s", "s"], ["hold_s", "s"], ["lower_s", "s"],
  ["lift_rate_mean_dps", "dps"], ["force_mean_n", "n"], ["force_peak_n", "n"], ["work_lift_j", "j"],
  ["load_kg", "kg"], ["load_measured_kg", "kg"], ["verdict"],
];
const TAKEN = new Set(["set", "rep", "load_kg", "load_measured_kg", "verdict"]);

export class History {
  #reps = [];

  constructor(head, body, empty) {
    Object.assign(this, { head, body, empty });
  }

  get newest() {
    return this.#reps[0];
  }

  add(rep) {
    if (this.#reps.some((known) => known.id === rep.id)) {
      return;
    }
    this.#reps.unshift(rep);
    this.#reps.length = Math.min(this.#reps.length, ROWS_MAX);
    this.draw();
  }

  draw() {
    this.head.replaceChildren(...COLUMNS.map(([key, unit]) => this.#title(key, unit)));
    this.body.replaceChildren(...this.#reps.map((rep, at) => this.#row(rep, at === 0)));
    this.empty.hidden = this.#reps.length > 0;
  }

  #title(key, unit) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = word(`column.${key}`);
    if (unit) {
      const small = document.createElement("span");
      small.textContent = UNITS[unit];
      cell.append(" ", small);
    }
    return cell;
  }

  #row(rep, isNewest) {
    const row = document.createElement("tr");
    row.dataset.id = rep.id;
    for (const [key] of COLUMNS) {
      const cell = row.insertCell();
      cell.dataset.key = key;
      if (isNewest && !TAKEN.has(key)) {
        cell.id = key;
      }
      if (key === "verdict") {
        cell.append(...verdict(rep));
      } else {
        cell.textContent = show(key, rep[key]);
      }
    }
    return row;
  }
}

function verdict(rep) {
  const reasons = rep.reasons.map((reason) => word(`reason.${reason}`, reason));
  if (rep.spotter_used) {
    reasons.push(word("spotter"));
  }
  const tone = !rep.counted ? "stop" : reasons.length > 0 ? "care" : "calm";
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  mark.setAttribute("class", `shape ${tone}`);
  mark.setAttribute("viewBox", "0 0 24 24");
  mark.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#shape_${{ stop: "square", care: "triangle", calm: "tick" }[tone]}`);
  mark.append(use);
  const stored = rep.persisted === false ? [word("not_stored")] : [];
  return [mark, [...(reasons.length > 0 ? reasons : [word("clean")]), ...stored].join(", ")];
}
