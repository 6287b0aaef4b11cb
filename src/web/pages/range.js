// SPDX-License-Identifier: Apache-2.0
// The vertical range bar: -105 to +15 degrees, drawn once and then only moved.

const TOP_DEG = 15;
const BOTTOM_DEG = -105;
const WIDTH = 132;
const HEIGHT = 372;
const EDGE = 10; // above and below the scale
const TRACK = { x: 40, width: 46 };
const NEAR_DEG = 5; // amber before the target
const NAMESPACE = "http://www.w3.org/2000/svg";

const y = (deg) => EDGE + ((TOP_DEG - deg) / (TOP_DEG - BOTTOM_DEG)) * (HEIGHT - 2 * EDGE);
const clamp = (deg) => Math.min(TOP_DEG, Math.max(BOTTOM_DEG, deg));
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

function add(parent, name, attributes, text) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  element.textContent = text ?? "";
  parent.append(element);
  return element;
}

function drawScale(svg) {
  for (let deg = BOTTOM_DEG; deg <= TOP_DEG; deg += 15) {
    const isLong = deg % 30 === 0;
    add(svg, "line", { class: "tick", "data-deg": deg, x1: TRACK.x - (isLong ? 8 : 4), x2: TRACK.x - 1, y1: y(deg), y2: y(deg) });
    if (isLong) {
      add(svg, "text", { class: "tick_text", x: TRACK.x - 11, y: y(deg) + 4 }, String(deg).replace("-", "−"));
    }
  }
}

function span(rect, low_deg, high_deg) {
  const isShown = isNumber(low_deg) && isNumber(high_deg) && high_deg > low_deg;
  rect.style.display = isShown ? "" : "none";
  if (isShown) {
    rect.setAttribute("y", y(clamp(high_deg)));
    rect.setAttribute("height", y(clamp(low_deg)) - y(clamp(high_deg)));
  }
}

function place(element, deg) {
  element.style.display = isNumber(deg) ? "" : "none";
  if (isNumber(deg)) {
    element.setAttribute("transform", `translate(0 ${y(clamp(deg)).toFixed(2)})`);
  }
}

/** Fills `svg`; gives the functions that move things in it. */
export function makeRange(svg) {
  const across = { x: TRACK.x, width: TRACK.width };
  const line = (name) => add(add(svg, "g", { class: name }), "line", { x1: TRACK.x - 2, x2: TRACK.x + TRACK.width + 2 }).parentNode;
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  add(svg, "rect", { class: "track", ...across, y: y(TOP_DEG), height: y(BOTTOM_DEG) - y(TOP_DEG), rx: 6 });
  const beyond = [add(svg, "rect", { class: "beyond", ...across }), add(svg, "rect", { class: "beyond", ...across })];
  const band = add(svg, "rect", { class: "band", ...across });
  const near = add(svg, "rect", { class: "near", ...across });
  drawScale(svg);
  const soft = [line("soft"), line("soft")];
  const trip = [line("trip"), line("trip")];
  const zero = line("zero");
  place(zero, 0);
  const target = line("target");
  const last = add(svg, "path", { class: "last" });
  const arm = add(svg, "g", { class: "arm", id: "arm" });
  add(arm, "line", { x1: TRACK.x - 3, x2: TRACK.x + TRACK.width + 3 });
  add(arm, "path", { d: `M${TRACK.x + TRACK.width + 3} 0 l13 -8 v16 Z` });
  const all = { beyond, band, near, soft, trip, target, last, arm };
  showState(all, {});
  return {
    state: (state) => showState(all, state),
    rep: (rep) => showRep(last, rep),
    angle: (angle_deg) => place(arm, angle_deg),
  };
}

function showState(all, state) {
  const target_deg = isNumber(state.rom_top_deg) ? state.rom_top_deg : 0;
  span(all.band, state.rom_bottom_deg, state.rom_top_deg);
  span(all.near, target_deg - NEAR_DEG, target_deg);
  span(all.beyond[0], state.soft_top_deg, TOP_DEG);
  span(all.beyond[1], BOTTOM_DEG, state.soft_bottom_deg);
  place(all.soft[0], state.soft_top_deg);
  place(all.soft[1], state.soft_bottom_deg);
  place(all.trip[0], state.trip_top_deg);
  place(all.trip[1], state.trip_bottom_deg);
  place(all.target, target_deg);
}

/* A bracket beside the bar: how far the last rep went. */
function showRep(last, rep) {
  const x = TRACK.x + TRACK.width + 22;
  if (isNumber(rep.angle_top_deg) && isNumber(rep.angle_bottom_deg)) {
    const top = y(clamp(rep.angle_top_deg));
    const bottom = y(clamp(rep.angle_bottom_deg));
    last.setAttribute("d", `M${x - 5} ${top}H${x}V${bottom}H${x - 5}`);
  }
}
