// @ts-check
// What a page tells its scripts: addresses and texts, in a block of JSON that the server has written.

/**
 * The settings of a page.
 * @param {string} id of its block of JSON
 * @returns {any}
 */
export function settings(id) {
  const block = document.getElementById(id);
  return JSON.parse(block?.textContent ?? "{}");
}

/**
 * A function that gives the page's texts by name, with parameters in place of `{name}`.
 * @param {Record<string, string>} catalogue
 * @returns {(id: string, params?: Record<string, string | number>) => string}
 */
export function textsOf(catalogue) {
  return (id, params = {}) =>
    (catalogue[id] ?? id).replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

/**
 * A number of bytes for people.
 * @param {number} count
 * @returns {string}
 */
export function size(count) {
  const units = ["B", "kB", "MB", "GB"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/**
 * A number with its digits in groups of three.
 * @param {number | bigint} count
 * @returns {string}
 */
export function grouped(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** What a reader is told in the page's own words; everything else that goes wrong is a fault of the program. */
export class Told extends Error {}
