// @ts-check
// Numbers, days and times as texts, exactly: no value goes through a floating-point number.

/**
 * A decimal of its unscaled integer.
 * @param {bigint} unscaled
 * @param {number} scale digits after the point
 * @returns {string}
 */
export function decimal(unscaled, scale) {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return unscaled < 0n ? `-${text}` : text;
}

/**
 * A whole number of its bytes (two's complement).
 * @param {Uint8Array} bytes
 * @param {boolean} bigEndian
 * @returns {bigint}
 */
export function integerOf(bytes, bigEndian) {
  const ordered = bigEndian ? bytes : Uint8Array.from(bytes).reverse();
  let value = 0n;
  for (const byte of ordered) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(ordered.length * 8, value);
}

/**
 * A day by ISO 8601.
 * @param {number | bigint} days since 1970-01-01
 * @returns {string}
 */
export function day(days) {
  const date = new Date(Number(days) * 86_400_000);
  const year = date.getUTCFullYear();
  const written = year >= 0 && year <= 9999 ? String(year).padStart(4, "0") : date.toISOString().slice(0, 7);
  return `${written}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

/**
 * A time of day by ISO 8601.
 * @param {bigint} ticks since midnight
 * @param {bigint} perSecond how many of them a second has
 * @returns {string}
 */
export function time(ticks, perSecond) {
  const seconds = ticks / perSecond;
  const rest = ticks % perSecond;
  const digits = String(perSecond).length - 1;
  const fraction = rest === 0n ? "" : `.${String(rest).padStart(digits, "0")}`;
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}${fraction}`;
}

/**
 * A time by ISO 8601, without a zone.
 * @param {bigint} ticks since 1970-01-01
 * @param {bigint} perSecond how many of them a second has
 * @returns {string}
 */
export function timestamp(ticks, perSecond) {
  const perDay = perSecond * 86_400n;
  const ofDay = ((ticks % perDay) + perDay) % perDay;
  return `${day((ticks - ofDay) / perDay)}T${time(ofDay, perSecond)}`;
}

/**
 * A length of time as DuckDB writes it: months and days have no fixed length, so they are not added up.
 * @param {number} months
 * @param {number} days
 * @param {bigint} nanoseconds
 * @returns {string}
 */
export function interval(months, days, nanoseconds) {
  const parts = [];
  if (months !== 0) parts.push(`${months} months`);
  if (days !== 0) parts.push(`${days} days`);
  const rest = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (rest !== 0n || parts.length === 0) parts.push(`${nanoseconds < 0n ? "-" : ""}${time(rest, 1_000_000_000n)}`);
  return parts.join(" ");
}

/**
 * A floating-point number.
 * @param {number} value
 * @returns {string}
 */
export function float(value) {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : value > 0 ? "INF" : "-INF";
}

/** @param {number | bigint} value */
function two(value) {
  return String(value).padStart(2, "0");
}
