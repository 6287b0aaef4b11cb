// SPDX-License-Identifier: Apache-2.0
// Numbers as text: with the decimals of the machine's own tables (/keys.json), a true minus
// sign, and a dash for what was not measured.

let keys = {};

export async function loadKeys() {
  const answer = await fetch("/keys.json");
  keys = await answer.json();
}

/** `value` of the quantity `key` as it is shown. */
export function show(key, value) {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return "–";
  }
  return fixed(value, keys[key]?.decimals ?? 0);
}

export function fixed(value, decimals) {
  const format = { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: false, signDisplay: "negative" };
  return value.toLocaleString(document.documentElement.lang, format).replace("-", "−");
}

/** Puts `text` on the element, touching the page only where something changed. */
export function put(id, text) {
  const element = document.getElementById(id);
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
