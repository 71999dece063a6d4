// @ts-check
// The form beside results that says what of them is drawn.

import { chart, MOST_MARKS } from "./chart.js";

/**
 * @typedef {import("./results.js").Results} Results
 * @typedef {(id: string, params?: Record<string, string | number>) => string} Text
 */

/**
 * Offer a chart of results: `into` is emptied where there is nothing to draw.
 * @param {HTMLElement} into
 * @param {Results} results
 * @param {Text} text
 */
export function offerChart(into, results, text) {
  into.replaceChildren();
  const numeric = results.columns.map((_, at) => at).filter((at) => results.columns[at].numeric);
  if (numeric.length === 0 || results.shown.length === 0) return;
  const others = results.columns.map((_, at) => at).filter((at) => !numeric.includes(at));
  const names = results.columns.map(({ name }, at) => /** @type {[string, string]} */ ([String(at), name]));
  const heading = document.createElement("h3");
  heading.textContent = text("chart");
  const form = document.createElement("div");
  form.className = "fields";
  const kind = choice(text("chart-kind"), [
    ["bar", text("chart-bar")],
    ["line", text("chart-line")],
  ]);
  const across = choice(text("chart-across"), names);
  const up = choice(
    text("chart-up"),
    names.filter((_, at) => numeric.includes(at)),
  );
  const first = others[0] ?? numeric[0];
  across.select.value = String(first);
  // Measures stand last in most statements.
  up.select.value = String(numeric[numeric.length - 1]);
  if (looksLikeTime(results.shown.map((row) => row[first]))) kind.select.value = "line";
  form.append(kind.label, across.label, up.label);
  const picture = document.createElement("div");
  const note = document.createElement("p");
  note.className = "facts";
  const draw = () => {
    const [a, b] = [Number(across.select.value), Number(up.select.value)];
    const marks = results.shown
      .slice(0, MOST_MARKS)
      .filter((row) => row[b] !== null)
      .map((row) => ({ label: row[a] ?? "∅", value: Number(row[b]) }))
      .filter(({ value }) => Number.isFinite(value));
    const title = text("chart-title", { up: results.columns[b].name, across: results.columns[a].name });
    const shape = /** @type {"bar" | "line"} */ (kind.select.value);
    const told = /** @type {const} */ ([title, text("chart-description"), text("colon")]);
    picture.replaceChildren(...(marks.length ? [chart(shape, marks, picture.clientWidth, ...told)] : []));
    note.textContent = results.rows > MOST_MARKS ? text("chart-cut", { most: MOST_MARKS }) : "";
  };
  for (const { select } of [kind, across, up]) select.addEventListener("change", draw);
  into.append(heading, form, picture, note);
  draw();
}

/** @param {(string | null)[]} values */
function looksLikeTime(values) {
  return values.length > 2 && values.every((value) => value !== null && /^\d{4}(-|$)/.test(value));
}

/**
 * A labelled list to choose from.
 * @param {string} name
 * @param {[string, string][]} options values and what they are called
 */
function choice(name, options) {
  const label = document.createElement("label");
  const select = document.createElement("select");
  for (const [value, title] of options) select.append(new Option(title, value));
  label.append(name, select);
  return { label, select };
}
