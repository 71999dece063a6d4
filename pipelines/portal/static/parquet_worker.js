// @ts-check
// A worker of its own for parquet-wasm: reading and writing keeps no page waiting, and its memory goes with it.

/** @type {any} */
let parquet = null;

/** @param {Uint8Array} packed a compiled program, compressed with gzip */
function unpacked(packed) {
  const body = new Blob([/** @type {BlobPart} */ (packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(body, { headers: { "content-type": "application/wasm" } });
}

const tasks = {
  /** @param {{ module: string, packed: Uint8Array }} given */
  async start({ module, packed }) {
    parquet = await import(module);
    await parquet.default({ module_or_path: unpacked(packed) });
    return null;
  },
  /** @param {{ bytes: Uint8Array }} given a Parquet file; gives an Arrow IPC stream */
  async read({ bytes }) {
    return parquet.readParquet(bytes).intoIPCStream();
  },
  /** @param {{ bytes: Uint8Array }} given an Arrow IPC stream; gives a Parquet file */
  async write({ bytes }) {
    const properties = new parquet.WriterPropertiesBuilder().setCompression(parquet.Compression.ZSTD).build();
    return parquet.writeParquet(parquet.Table.fromIPCStream(bytes), properties);
  },
};

self.addEventListener("message", async (event) => {
  const { id, task, given } = event.data;
  try {
    const result = await tasks[/** @type {keyof typeof tasks} */ (task)](given);
    self.postMessage({ id, result }, { transfer: result ? [result.buffer] : [] });
  } catch (problem) {
    self.postMessage({ id, problem: String(problem instanceof Error ? problem.message : problem) });
  }
});
self.postMessage({ id: 0, result: null });
