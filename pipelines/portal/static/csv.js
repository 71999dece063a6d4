// @ts-check
// CSV (RFC 4180) as the catalog's own files: what spreadsheets would run as a formula gets an apostrophe.

/** Tells Excel that a file is UTF-8. */
const MARK = "\uFEFF";
const RUNS = /^'*[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?[0-9]+(\.[0-9]+)?$/;
const SPECIAL = /[",\r\n]/;

/**
 * A row of texts as a line; a missing value is an empty cell, an empty text is quoted.
 * @param {(string | null)[]} values
 * @param {boolean[]} isText which of them are texts, and not numbers or days
 * @returns {string}
 */
function line(values, isText) {
  const cells = values.map((value, column) => (value === null ? "" : isText[column] ? cell(value) : value));
  return `${cells.length === 1 && cells[0] === "" ? '""' : cells.join(",")}\r\n`;
}

/** @param {string} text */
function cell(text) {
  const guarded = RUNS.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return guarded === "" || SPECIAL.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/**
 * Parts of a CSV file.
 * @param {string[]} names of the columns
 * @param {boolean[]} isText
 * @param {Iterable<(string | null)[]>} rows
 * @returns {Generator<string>}
 */
export function* csv(names, isText, rows) {
  yield (
    MARK +
    line(
      names,
      names.map(() => true),
    )
  );
  let block = "";
  for (const row of rows) {
    block += line(row, isText);
    if (block.length > 65_536) {
      yield block;
      block = "";
    }
  }
  yield block;
}

/**
 * The rows of a CSV file, all as texts; an empty cell is null.
 * @param {string} text
 * @returns {(string | null)[][]}
 */
export function parse(text) {
  const rows = [];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  let row = [];
  for (let found = cells.exec(text); found !== null && found.index < text.length; found = cells.exec(text)) {
    row.push(found[1] === undefined ? found[2] || null : found[1].replaceAll('""', '"'));
    if (found[3] !== ",") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}
