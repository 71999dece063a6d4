// @ts-check
// What a statement gives: counted whole, kept for files as far as memory allows, shown as far as a page can.

import { isNumeric, isUnreadable, reader } from "./arrow_values.js";
import { Told } from "./texts.js";

/** Rows on the page, and bytes of Arrow that are kept for files. */
export const MOST_SHOWN = 1_000;
const MOST_KEPT = 256_000_000;

/** @typedef {{ name: string, numeric: boolean, kind: string }} Column */

export class Results {
  /**
   * @param {any} schema of Arrow
   * @param {(id: string, params: Record<string, string>) => string} text
   */
  constructor(schema, text) {
    for (const { name, type } of schema.fields) if (isUnreadable(type)) throw new Told(text("enum", { column: name }));
    /** @type {Column[]} */
    this.columns = schema.fields.map((/** @type {any} */ field) => ({
      name: field.name,
      numeric: isNumeric(field.type),
      kind: String(field.type),
    }));
    /** @type {any[]} */
    this.batches = [];
    this.kept = 0;
    this.rows = 0;
    /** @type {(string | null)[][]} */
    this.shown = [];
  }

  /** Whether all rows are kept, so that files can be made of them. */
  get isWhole() {
    return this.kept <= MOST_KEPT;
  }

  /** Take up a record batch. @param {any} batch */
  add(batch) {
    this.rows += batch.numRows;
    if (this.shown.length < MOST_SHOWN) {
      for (const row of texts(batch, MOST_SHOWN - this.shown.length)) this.shown.push(row);
    }
    this.kept += batch.data.byteLength;
    if (this.isWhole) this.batches.push(batch);
    else this.batches = [];
  }

  /** All rows as texts. @returns {Generator<(string | null)[]>} */
  *texts() {
    for (const batch of this.batches) yield* texts(batch, batch.numRows);
  }
}

/**
 * Rows of a record batch as texts.
 * @param {any} batch
 * @param {number} most
 */
function* texts(batch, most) {
  const readers = batch.schema.fields.map((/** @type {any} */ _, /** @type {number} */ at) =>
    reader(batch.getChildAt(at)),
  );
  for (let row = 0; row < Math.min(batch.numRows, most); row += 1) {
    yield readers.map((/** @type {(row: number) => string | null} */ read) => read(row));
  }
}

/**
 * A table of results.
 * @param {Results} results
 * @param {string} caption
 * @param {string} missing what stands for a missing value, for those who hear the table
 * @returns {HTMLTableElement}
 */
export function tableOf(results, caption, missing) {
  const table = document.createElement("table");
  table.createCaption().textContent = caption;
  const heading = table.createTHead().insertRow();
  for (const { name, numeric } of results.columns) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = name;
    if (numeric) cell.className = "number";
    heading.append(cell);
  }
  const body = table.createTBody();
  for (const row of results.shown) {
    const line = body.insertRow();
    row.forEach((value, column) => fill(line.insertCell(), value, results.columns[column].numeric, missing));
  }
  return table;
}

/**
 * Put a value into a cell, as text whatever it is.
 * @param {HTMLTableCellElement} cell
 * @param {string | null} value
 * @param {boolean} numeric
 * @param {string} missing
 */
export function fill(cell, value, numeric, missing) {
  if (numeric) cell.className = "number";
  if (value !== null) {
    cell.textContent = value;
    return;
  }
  const none = document.createElement("span");
  none.className = "missing";
  none.textContent = "∅";
  none.setAttribute("role", "img");
  none.setAttribute("aria-label", missing);
  cell.append(none);
}
