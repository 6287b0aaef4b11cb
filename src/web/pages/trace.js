// SPDX-License-Identifier: Apache-2.0
// The last 20 seconds of force and angle, on uPlot. A gap in the data is a gap in the line.

/* global uPlot */

const SPAN_S = 20;
const GAP_S = 0.3;
const FORCE_FLOOR_N = 250; // the force axis shows at least this much
const DRAW_MS = 50;

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class Trace {
  #plot = null;
  #drawn_ms = 0;
  #heard_ms = 0;
  data = { t_s: [], force_n: [], angle_deg: [] };

  constructor(element) {
    this.element = element;
    new ResizeObserver(() => this.#fit()).observe(element);
    this.restyle();
  }

  /** Makes the plot anew in the colours of the theme. */
  restyle() {
    this.#plot?.destroy();
    this.colours = { force_n: css("--force"), angle_deg: css("--angle") };
    this.#plot = new uPlot(this.#options(), this.#table(), this.element);
  }

  clear() {
    this.data = { t_s: [], force_n: [], angle_deg: [] };
  }

  add(live) {
    const t_s = live.mono_ns / 1e9;
    const { t_s: times, force_n, angle_deg } = this.data;
    const last_s = times[times.length - 1];
    this.#heard_ms = performance.now();
    if (times.length > 0 && t_s - last_s > GAP_S) {
      times.push(last_s + 0.001);
      force_n.push(null);
      angle_deg.push(null);
    }
    times.push(t_s);
    force_n.push(live.force_n);
    angle_deg.push(live.angle_deg);
    while (times[0] < t_s - SPAN_S - 1) {
      times.shift();
      force_n.shift();
      angle_deg.shift();
    }
  }

  draw() {
    const now_ms = performance.now();
    if (now_ms - this.#drawn_ms >= DRAW_MS && this.data.t_s.length > 0) {
      this.#drawn_ms = now_ms;
      this.#plot.setData(this.#table());
    }
  }

  #table() {
    return [this.data.t_s, this.data.force_n, this.data.angle_deg];
  }

  /* The right edge is now: it goes on moving while no data comes. */
  #now_s() {
    const last_s = this.data.t_s[this.data.t_s.length - 1] ?? 0;
    return last_s + (performance.now() - this.#heard_ms) / 1000;
  }

  #fit() {
    this.#plot.setSize(this.#size());
  }

  #size() {
    return { width: Math.max(200, this.element.clientWidth), height: Math.max(120, this.element.clientHeight) };
  }

  #options() {
    const axis = { stroke: css("--muted"), font: "12px " + css("--font"), ticks: { show: false } };
    const grid = { stroke: css("--grid"), width: 1 };
    return {
      ...this.#size(),
      legend: { show: false },
      cursor: { show: false },
      padding: [10, 6, 0, 4],
      scales: {
        x: { time: false, range: () => [this.#now_s() - SPAN_S, this.#now_s()] },
        force: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(FORCE_FLOOR_N, 1.1 * (high ?? 0))] },
        angle: { range: [-105, 15] },
      },
      axes: [
        {
          ...axis, grid, size: 26,
          splits: () => [20, 15, 10, 5, 0].map((age_s) => this.#now_s() - age_s),
          values: () => ["−20 s", "−15 s", "−10 s", "−5 s", "0"],
        },
        { ...axis, grid, scale: "force", size: 48, space: 46, values: (_, all) => all.map((n) => `${n} N`) },
        {
          ...axis, grid: { show: false }, scale: "angle", side: 1, size: 44,
          splits: () => [-90, -60, -30, 0],
          values: (_, all) => all.map((deg) => `${deg}°`.replace("-", "−")),
        },
      ],
      series: [
        {},
        { scale: "force", stroke: this.colours.force_n, width: 2, fill: css("--force_fill"), points: { show: false } },
        { scale: "angle", stroke: this.colours.angle_deg, width: 2, dash: [7, 4], points: { show: false } },
      ],
    };
  }
}
