// @ts-check
// Runs in DuckDB's worker before DuckDB: nothing in it reaches any host, the page's own among them. DuckDB is given
// its program and its rows; extensions, remote files and whatever else a statement names are refused.
"use strict";

(() => {
  const given = /** @type {any} */ (self).gongkai;
  const { program, packed } = given;
  const refuse = (/** @type {unknown} */ address) => {
    throw new TypeError(`refused: ${String(address).slice(0, 200)}`);
  };
  /** @param {any} input */
  self.fetch = async (input) => {
    if (String(input?.url ?? input) !== program) refuse(input?.url ?? input);
    const body = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    try {
      const bytes = await new Response(body).arrayBuffer();
      return new Response(bytes, { headers: { "content-type": "application/wasm" } });
    } catch (problem) {
      // DuckDB's script would wait for ever either way; the page hears of this.
      self.reportError(problem);
      return new Promise(() => {});
    }
  };
  class Refused {
    /** @param {unknown[]} given */
    constructor(...given) {
      refuse(given[0]);
    }
  }
  const names = ["XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "RTCPeerConnection", "Worker"];
  // Called once DuckDB's own script has been loaded.
  given.seal = () => Object.defineProperty(self, "importScripts", { value: refuse });
  for (const name of names) Object.defineProperty(self, name, { value: Refused });
})();
