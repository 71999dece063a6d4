// @ts-check
// Values of Arrow columns as texts, exactly (types by their numbers in Arrow's Schema.fbs as apache-arrow has them).

import { day, decimal, float, integerOf, interval, time, timestamp } from "./exact.js";

const PER_SECOND = [1n, 1_000n, 1_000_000n, 1_000_000_000n];
const KIND = {
  dictionary: -1,
  int: 2,
  float: 3,
  binary: 4,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  interval: 11,
  list: 12,
  struct: 13,
  fixedBinary: 15,
  fixedList: 16,
  largeBinary: 19,
};

/**
 * What turns a column's values into texts; null stays null.
 * @param {any} vector of one record batch
 * @returns {(row: number) => string | null}
 */
export function reader(vector) {
  const data = vector.data[0];
  const read = readerOf(vector.type, vector, data);
  return (row) => (data && vector.isValid(row) ? read(row) : null);
}

/**
 * Whether values of a type are quantities.
 * @param {any} type
 */
export function isNumeric(type) {
  return type.typeId === KIND.int || type.typeId === KIND.float || type.typeId === KIND.decimal;
}

/**
 * Whether a column's values cannot be read of single batches: those of ENUM come with the first one only.
 * @param {any} type
 */
export function isUnreadable(type) {
  return type.typeId === KIND.dictionary;
}

/**
 * @param {any} type
 * @param {any} vector
 * @param {any} data
 * @returns {(row: number) => string}
 */
function readerOf(type, vector, data) {
  const raw = (/** @type {number} */ row) => BigInt(data.values[row]);
  switch (type.typeId) {
    case KIND.float:
      return (row) => float(vector.get(row));
    case KIND.decimal: {
      const width = type.bitWidth / 32;
      return (row) =>
        decimal(integerOf(bytesOf(data.values.subarray(row * width, (row + 1) * width)), false), type.scale);
    }
    case KIND.date:
      return (row) => day(type.unit === 0 ? data.values[row] : Math.floor(Number(vector.get(row)) / 86_400_000));
    case KIND.time:
      return (row) => time(raw(row), PER_SECOND[type.unit]);
    case KIND.timestamp:
      return (row) => timestamp(raw(row), PER_SECOND[type.unit]) + (type.timezone ? "Z" : "");
    case KIND.interval:
      return (row) => {
        const [months, days, low, high] = data.values.subarray(row * 4, row * 4 + 4);
        return interval(months, days, (BigInt(high) << 32n) | BigInt(low >>> 0));
      };
    case KIND.struct: {
      const parts = type.children.map((/** @type {any} */ child, /** @type {number} */ at) => ({
        name: child.name,
        read: reader(vector.getChildAt(at)),
      }));
      return (row) =>
        `{${parts.map((/** @type {any} */ { name, read }) => `${name}: ${read(row) ?? "NULL"}`).join(", ")}}`;
    }
    default:
      return (row) => plain(vector.get(row), type);
  }
}

/**
 * A value of any other type.
 * @param {any} value
 * @param {any} type
 * @returns {string}
 */
function plain(value, type) {
  switch (type.typeId) {
    case KIND.binary:
    case KIND.fixedBinary:
    case KIND.largeBinary:
      return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
    case KIND.list:
    case KIND.fixedList: {
      const read = reader(value);
      return `[${Array.from({ length: value.length }, (_, row) => read(row) ?? "NULL").join(", ")}]`;
    }
    default:
      return String(value);
  }
}

/** @param {Uint32Array | Int32Array} words */
function bytesOf(words) {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
