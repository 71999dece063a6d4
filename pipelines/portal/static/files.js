// @ts-check
// Files of the catalog, with progress, and compared with the hash that names them.

import { Told } from "./texts.js";

/**
 * @typedef {(received: number, total: number) => void} Progress
 */

/**
 * The bytes of a file.
 * @param {string} address
 * @param {AbortSignal} [signal]
 * @param {Progress} [progress]
 * @returns {Promise<Uint8Array>}
 */
export async function bytesOf(address, signal, progress = () => {}) {
  /** @type {Uint8Array[]} */
  const blocks = [];
  let received = 0;
  try {
    const response = await fetch(address, { signal, credentials: "omit", redirect: "error" });
    if (!response.ok || response.body === null) throw new Missing(address, response.status);
    const total = Number(response.headers.get("content-length") ?? 0);
    const stream = response.body.getReader();
    for (let { done, value } = await stream.read(); !done && value; { done, value } = await stream.read()) {
      blocks.push(value);
      received += value.length;
      progress(received, Math.max(total, received));
    }
  } catch (problem) {
    throw problem instanceof Missing || signal?.aborted ? problem : new Missing(address, 0);
  }
  const whole = new Uint8Array(received);
  let position = 0;
  for (const block of blocks) {
    whole.set(block, position);
    position += block.length;
  }
  return whole;
}

/**
 * A document of JSON.
 * @param {string} address
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function jsonOf(address, signal) {
  return JSON.parse(new TextDecoder().decode(await bytesOf(address, signal)));
}

/**
 * Whether bytes have a hash. Browsers compute it on pages that came over TLS or from this machine; elsewhere they
 * are taken as they are.
 * @param {Uint8Array} bytes
 * @param {string} sha256 in hexadecimal
 * @returns {Promise<boolean>}
 */
export async function isUnaltered(bytes, sha256) {
  if (!globalThis.crypto?.subtle) return true;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (bytes)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}

/** A file that is not there, or not to be had; then the status is 0. */
export class Missing extends Error {
  /**
   * @param {string} address
   * @param {number} status
   */
  constructor(address, status) {
    super(`${address}: HTTP ${status}`);
    this.path = new URL(address).pathname;
    this.status = status;
  }
}

/**
 * What went wrong in the page's words; null where it is a fault of a program.
 * @param {unknown} problem
 * @param {(id: string, params: Record<string, string | number>) => string} text
 * @returns {string | null}
 */
export function toldOf(problem, text) {
  if (problem instanceof Missing) {
    const { path, status } = problem;
    return status === 0 ? text("unreachable", { path }) : text("missing", { path, status });
  }
  return problem instanceof Told ? problem.message : null;
}
