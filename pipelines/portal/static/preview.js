// @ts-check
// Paging through the rows of a version: page by page from its Parquet files, by ranges, once the reader asks.

import { asStored } from "./parquet_values.js";
import { fill } from "./results.js";
import { grouped, settings, textsOf, Told } from "./texts.js";

/**
 * @typedef {{ sha256: string, rows: number, bytes: number }} Part
 * @typedef {{ byteLength: number, slice: (start: number, end?: number) => Promise<ArrayBuffer> }} Ranges
 * @typedef {{ file: Ranges, metadata: any, readers: Map<string, (value: any) => string> }} Opened
 */

const page = settings("preview-settings");
const text = textsOf(page.texts);
const absolute = (/** @type {string} */ address) => new URL(address, document.baseURI).href;
/** @type {HTMLTableElement} */
const table = /** @type {any} */ (document.querySelector("#preview-table"));
const bar = /** @type {HTMLElement} */ (document.getElementById("preview-paging"));
/** @type {Part[]} */
const parts = page.parts;
const perPage = table.tBodies[0].rows.length;
/** What was opened so far: files and the module that reads them. @type {Map<string, Promise<Opened>>} */
const opened = new Map();
/** @type {Promise<any> | null} */
let reading = null;

/**
 * The ranges of a file.
 * @param {Part} part
 * @returns {Ranges}
 */
function rangesOf({ sha256, bytes }) {
  const address = absolute(`${page.root}objects/${sha256.slice(0, 2)}/${sha256}.parquet`);
  return {
    byteLength: bytes,
    async slice(start, end = bytes) {
      const first = start < 0 ? bytes + start : start;
      const response = await fetch(address, {
        headers: { Range: `bytes=${first}-${Math.min(end, bytes) - 1}` },
        credentials: "omit",
      });
      if (response.status === 206) return response.arrayBuffer();
      void response.body?.cancel();
      // Without ranges the whole file would come for each page.
      throw new Told(response.ok ? text("no-ranges") : text("missing", { status: response.status }));
    },
  };
}

/** @returns {Promise<{ hyparquet: any, compressors: any }>} */
function modules() {
  reading ??= Promise.all([
    import(absolute(`${page.hyparquet}index.js`)),
    import(absolute(`${page.hyparquet}fzstd.js`)),
  ]).then(([hyparquet, zstd]) => ({
    hyparquet,
    compressors: { ZSTD: (/** @type {Uint8Array} */ input) => zstd.decompress(input) },
  }));
  return reading;
}

/** @param {Part} part @returns {Promise<Opened>} */
function open(part) {
  let opening = opened.get(part.sha256);
  if (opening === undefined) {
    opening = modules().then(async ({ hyparquet }) => {
      // Row groups are read again for the next page: what came once is kept.
      const file = hyparquet.cachedAsyncBuffer(rangesOf(part));
      return { file, ...asStored(await hyparquet.parquetMetadataAsync(file)) };
    });
    opening.catch(() => opened.delete(part.sha256));
    opened.clear();
    opened.set(part.sha256, opening);
  }
  return opening;
}

/**
 * Rows of the version, in the order of the page's own.
 * @param {number} first
 * @param {number} end
 * @returns {Promise<(string | null)[][]>}
 */
async function rows(first, end) {
  const found = [];
  let before = 0;
  for (const part of parts) {
    const [from, to] = [Math.max(first - before, 0), Math.min(end - before, part.rows)];
    if (from < to) found.push(...(await rowsOf(part, from, to)));
    before += part.rows;
  }
  return found;
}

/** @param {Part} part @param {number} rowStart @param {number} rowEnd */
async function rowsOf(part, rowStart, rowEnd) {
  const { hyparquet, compressors } = await modules();
  const { file, metadata, readers } = await open(part);
  const columns = page.columns.filter((/** @type {string} */ name) => readers.has(name));
  const objects = await hyparquet.parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors });
  return objects.map((/** @type {any} */ object) =>
    page.columns.map((/** @type {string} */ name) => {
      const value = object[name];
      return value === null || value === undefined ? null : /** @type {any} */ (readers.get(name))(value);
    }),
  );
}

const last = Math.max(1, Math.ceil(page.rows / perPage));
let current = 1;
let wanted = 1;

/** @param {number} number */
async function show(number) {
  wanted = Math.min(Math.max(number, 1), last);
  const asked = wanted;
  status.textContent = text("loading");
  try {
    const first = (asked - 1) * perPage;
    const found = await rows(first, Math.min(first + perPage, page.rows));
    if (asked !== wanted) return;
    put(found);
    current = asked;
    status.textContent = text("shown", {
      first: grouped(first + 1),
      last: grouped(first + found.length),
      rows: grouped(page.rows),
    });
  } catch (problem) {
    if (asked !== wanted) return;
    wanted = current;
    status.textContent = problem instanceof Told ? problem.message : text("failed");
  }
  update();
}

/** @param {(string | null)[][]} found */
function put(found) {
  const numeric = Array.from(table.tHead?.rows[0].cells ?? [], (cell) => cell.classList.contains("number"));
  const body = document.createElement("tbody");
  for (const row of found) {
    const line = body.insertRow();
    row.forEach((value, column) => fill(line.insertCell(), value, numeric[column], text("missing-value")));
  }
  table.tBodies[0].replaceWith(body);
}

/** @param {string} id @param {() => number} target */
function step(id, target) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = text(id);
  button.addEventListener("click", () => button.getAttribute("aria-disabled") === "true" || show(target()));
  return button;
}

const [first, previous, next, final] = [
  step("first", () => 1),
  step("previous", () => current - 1),
  step("next", () => current + 1),
  step("last", () => last),
];
const label = document.createElement("label");
const field = document.createElement("input");
Object.assign(field, { type: "number", min: "1", max: String(page.rows), inputMode: "numeric" });
label.append(text("row"), field);
field.addEventListener("change", () => {
  const row = Math.trunc(Number(field.value));
  if (row >= 1) void show(Math.ceil(Math.min(row, page.rows) / perPage));
});
const status = /** @type {HTMLElement} */ (document.getElementById("preview-status"));

function update() {
  // A button that is disabled loses the focus: those that lead nowhere say so instead.
  for (const button of [first, previous]) button.setAttribute("aria-disabled", String(current <= 1));
  for (const button of [next, final]) button.setAttribute("aria-disabled", String(current >= last));
}

update();
bar.append(first, previous, next, final, label);
bar.hidden = false;
