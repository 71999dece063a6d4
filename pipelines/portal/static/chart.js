// @ts-check
// A quick chart of results: SVG with classes for its colours, so that no page needs a style of its own.

const NAMESPACE = "http://www.w3.org/2000/svg";
/** Widths that a chart may have, so that its letters keep their size. */
const NARROWEST = 320;
const WIDEST = 720;
const HEIGHT = 348;
const EDGE = { left: 84, right: 12, top: 12, bottom: 92 };
/** Marks on a chart: more could not be told apart. */
export const MOST_MARKS = 60;

/** @typedef {{ label: string, value: number }} Mark */

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} children
 */
function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/**
 * Round steps from the smallest to the largest value, zero among them.
 * @param {number[]} values
 * @returns {number[]}
 */
export function ticks(values) {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  const first = Math.floor(low / step);
  const count = Math.max(1, Math.ceil(high / step) - first);
  return Array.from({ length: count + 1 }, (_, position) => Number(((first + position) * step).toPrecision(12)));
}

/** @param {number} value */
function short(value) {
  const [size, unit] = [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ].find(([each]) => Math.abs(value) >= Number(each)) ?? [1, ""];
  return `${Number((value / Number(size)).toPrecision(4))}${unit}`;
}

/**
 * A chart.
 * @param {"bar" | "line"} kind
 * @param {Mark[]} marks
 * @param {number} room for it on the page, in pixels
 * @param {string} title
 * @param {string} description
 * @param {string} colon what stands between a label and its value
 * @returns {SVGElement}
 */
export function chart(kind, marks, room, title, description, colon) {
  const width = Math.min(WIDEST, Math.max(NARROWEST, room));
  const steps = ticks(marks.map(({ value }) => value));
  const [low, high] = [steps[0], steps[steps.length - 1]];
  const y = (/** @type {number} */ value) =>
    EDGE.top + ((high - value) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom);
  const step = (width - EDGE.left - EDGE.right) / marks.length;
  const x = (/** @type {number} */ position) => EDGE.left + (position + 0.5) * step;
  const picture = svg("svg", {
    viewBox: `0 0 ${width} ${HEIGHT}`,
    role: "img",
    class: "quick-chart",
    "aria-labelledby": "chart-title",
    "aria-describedby": "chart-description",
  });
  picture.append(svg("title", { id: "chart-title" }, title), svg("desc", { id: "chart-description" }, description));
  for (const value of steps) {
    const line = {
      x1: EDGE.left,
      x2: width - EDGE.right,
      y1: y(value),
      y2: y(value),
      class: value === 0 ? "axis" : "grid",
    };
    picture.append(
      svg("line", line),
      svg("text", { x: EDGE.left - 8, y: y(value) + 4, "text-anchor": "end" }, short(value)),
    );
  }
  picture.append(kind === "bar" ? bars(marks, x, y, step, colon) : line(marks, x, y, colon), labels(marks, x, step));
  return picture;
}

/**
 * @param {Mark[]} marks
 * @param {(position: number) => number} x
 * @param {(value: number) => number} y
 * @param {number} step
 * @param {string} colon
 */
function bars(marks, x, y, step, colon) {
  const width = Math.max(1, step * 0.7);
  const one = (/** @type {Mark} */ { label, value }, /** @type {number} */ position) =>
    svg(
      "rect",
      {
        x: x(position) - width / 2,
        width,
        y: Math.min(y(0), y(value)),
        height: Math.abs(y(0) - y(value)),
        class: "mark",
      },
      svg("title", {}, `${label}${colon}${value}`),
    );
  return svg("g", {}, ...marks.map(one));
}

/**
 * @param {Mark[]} marks
 * @param {(position: number) => number} x
 * @param {(value: number) => number} y
 * @param {string} colon
 */
function line(marks, x, y, colon) {
  const points = marks.map(({ value }, position) => `${x(position).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const dot = (/** @type {Mark} */ { label, value }, /** @type {number} */ position) =>
    svg("circle", { cx: x(position), cy: y(value), r: 3.5, class: "mark" }, svg("title", {}, `${label}${colon}${value}`));
  return svg("g", {}, svg("polyline", { points, class: "line" }), ...marks.map(dot));
}

/**
 * @param {Mark[]} marks
 * @param {(position: number) => number} x
 * @param {number} step
 */
function labels(marks, x, step) {
  const every = Math.ceil(34 / step);
  const bottom = HEIGHT - EDGE.bottom + 14;
  const one = (/** @type {Mark} */ { label }, /** @type {number} */ position) => {
    const text = label.length > 14 ? `${label.slice(0, 13)}…` : label;
    return svg(
      "text",
      { x: x(position), y: bottom, "text-anchor": "end", transform: `rotate(-35 ${x(position)} ${bottom})` },
      text,
    );
  };
  return svg("g", {}, ...marks.map(one).filter((_, position) => position % every === 0));
}
