// @ts-check
// Values of Parquet columns as texts, exactly: read as they are stored, and formed by what the file says of them.

import { day, decimal, integerOf, time, timestamp } from "./exact.js";

/** Ticks of a second by the unit of a time (Parquet, LogicalTypes.md). */
/** @type {Record<string, bigint>} */
const PER_SECOND = { MILLIS: 1_000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n };
/** Characters of a value that a preview shows. */
const LONGEST = 200;

/**
 * What turns stored values into texts, by column; and the file's metadata without what would turn them into others.
 * @param {any} metadata as hyparquet reads it
 * @returns {{ metadata: any, readers: Map<string, (value: any) => string> }}
 */
export function asStored(metadata) {
  const readers = new Map();
  const schema = metadata.schema.map((/** @type {any} */ element) => {
    if (element.num_children) return element;
    readers.set(element.name, readerOf(element));
    if (element.type === "BYTE_ARRAY" && element.logical_type?.type !== "DECIMAL") return element;
    const { converted_type: _, logical_type: __, ...stored } = element;
    return stored;
  });
  return { metadata: { ...metadata, schema }, readers };
}

/**
 * @param {any} element of a file's schema
 * @returns {(value: any) => string}
 */
function readerOf(element) {
  const { type, unit } = element.logical_type ?? {};
  const converted = element.converted_type;
  if (type === "DECIMAL" || converted === "DECIMAL") {
    const scale = element.logical_type?.scale ?? element.scale ?? 0;
    return (value) => decimal(value instanceof Uint8Array ? integerOf(value, true) : BigInt(value), scale);
  }
  if (type === "DATE" || converted === "DATE") return day;
  if (type === "TIME") return (value) => time(BigInt(value), PER_SECOND[unit]);
  if (type === "TIMESTAMP") return (value) => timestamp(BigInt(value), PER_SECOND[unit]);
  if (element.type === "DOUBLE" || element.type === "FLOAT") return float;
  return (value) => short(String(value));
}

/**
 * A floating-point number as the page's own rows have it: a whole one with a digit after the point.
 * @param {number} value
 */
function float(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value);
}

/** A text on one line, without what cannot be seen, and not too long. @param {string} text */
function short(text) {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\s]+/gu, " ").trim();
  const characters = Array.from(line);
  return characters.length <= LONGEST
    ? line
    : `${characters
        .slice(0, LONGEST - 1)
        .join("")
        .trimEnd()}…`;
}
