// @ts-check
// DuckDB and parquet-wasm in workers of this page. No statement leaves the browser.

import { bytesOf } from "./files.js";

/**
 * @typedef {{ duckdb: string, parquet: string, guard: string, parquetWorker: string }} Addresses absolute ones of the
 *   folders of other people's scripts, and of our own scripts for workers
 */

const PROGRAM = "duckdb-eh.wasm";
/** What a statement could otherwise do beyond the rows that were loaded. */
const SETTINGS = [
  "SET autoinstall_known_extensions = false",
  "SET autoload_known_extensions = false",
  "SET allow_community_extensions = false",
  "SET custom_extension_repository = ''",
  "SET enable_external_access = false",
  "SET memory_limit = '2GB'",
  "SET lock_configuration = true",
];
const BOOT = `self.onmessage = (event) => {
  self.onmessage = null;
  self.gongkai = event.data;
  importScripts(event.data.guard);
  importScripts(event.data.script);
  self.gongkai.seal();
};`;

/**
 * A worker that begins with a text: it has the page's Content Security Policy, whatever headers scripts come with.
 * @param {string} text
 * @param {WorkerOptions} [options]
 */
function workerOf(text, options) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return new Worker(address, options);
}

/** parquet-wasm in its worker. */
class Parquet {
  /** @param {string} script */
  constructor(script) {
    this.worker = workerOf(`import ${JSON.stringify(script)};`, { type: "module" });
    /** @type {Map<number, { resolve: (value: any) => void, reject: (problem: Error) => void }>} */
    this.waiting = new Map();
    this.count = 0;
    this.ready = new Promise((resolve, reject) => this.waiting.set(0, { resolve, reject }));
    this.worker.addEventListener("message", ({ data }) => {
      const { resolve, reject } = /** @type {any} */ (this.waiting.get(data.id));
      this.waiting.delete(data.id);
      if (data.problem === undefined) resolve(data.result);
      else reject(new Error(data.problem));
    });
    this.worker.addEventListener("error", (event) => {
      for (const { reject } of this.waiting.values()) reject(new Error(event.message || "parquet-wasm"));
    });
  }

  /**
   * @param {"start" | "read" | "write"} task
   * @param {any} given
   * @param {Transferable[]} transfer
   * @returns {Promise<any>}
   */
  async ask(task, given, transfer) {
    await this.ready;
    this.count += 1;
    const id = this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, task, given }, transfer);
    });
  }
}

export class Engine {
  /**
   * @param {any} arrow the module apache-arrow
   * @param {any} database
   * @param {any} connection
   * @param {Parquet} parquet
   */
  constructor(arrow, database, connection, parquet) {
    this.arrow = arrow;
    this.database = database;
    this.connection = connection;
    this.parquet = parquet;
  }

  /**
   * Load and start both.
   * @param {Addresses} addresses
   * @param {AbortSignal} signal
   * @param {(received: number) => void} progress is told how many bytes have come so far
   * @returns {Promise<Engine>}
   */
  static async start(addresses, signal, progress) {
    const parquet = new Parquet(addresses.parquetWorker);
    /** @type {Worker | null} */
    let worker = null;
    try {
      const received = [0, 0];
      const fetched = (/** @type {string} */ address, /** @type {number} */ position) =>
        bytesOf(address, signal, (count) => {
          received[position] = count;
          progress(received[0] + received[1]);
        });
      const [duckdb, arrow, program, reading] = await Promise.all([
        import(`${addresses.duckdb}duckdb.js`),
        import(`${addresses.duckdb}arrow.js`),
        fetched(`${addresses.duckdb}${PROGRAM}.packed`, 0),
        fetched(`${addresses.parquet}parquet_wasm_bg.wasm.packed`, 1),
      ]);
      const module = `${addresses.parquet}parquet_wasm.js`;
      await parquet.ask("start", { module, packed: reading }, [/** @type {Transferable} */ (reading.buffer)]);
      worker = workerOf(BOOT);
      const database = await Engine.#open(duckdb, worker, addresses, program);
      const connection = await database.connect();
      for (const setting of SETTINGS) await connection.query(setting);
      signal.throwIfAborted();
      return new Engine(arrow, database, connection, parquet);
    } catch (problem) {
      worker?.terminate();
      parquet.worker.terminate();
      throw problem;
    }
  }

  /**
   * @param {any} duckdb
   * @param {Worker} worker
   * @param {Addresses} addresses
   * @param {Uint8Array} packed
   */
  static async #open(duckdb, worker, addresses, packed) {
    const program = `${addresses.duckdb}${PROGRAM}`;
    const script = `${addresses.duckdb}duckdb-eh.worker.js`;
    const failed = new Promise((_, reject) => {
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        reject(new Error(event.message || "duckdb-wasm"));
      });
    });
    worker.postMessage({ guard: addresses.guard, script, program, packed }, [
      /** @type {Transferable} */ (packed.buffer),
    ]);
    const database = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), worker);
    const started = async () => {
      await database.instantiate(program);
      await database.open({ path: ":memory:", query: { castBigIntToDouble: false, castDecimalToDouble: false } });
    };
    await Promise.race([started(), failed]);
    return database;
  }

  /**
   * Put the rows of a Parquet file into a table.
   * @param {Uint8Array} bytes which are taken
   * @param {string} table
   * @param {boolean} isNew whether the table is made
   */
  async insert(bytes, table, isNew) {
    const rows = await this.parquet.ask("read", { bytes }, [/** @type {Transferable} */ (bytes.buffer)]);
    await this.connection.insertArrowFromIPCStream(rows, { name: table, create: isNew });
  }

  /**
   * Run a statement that gives no rows.
   * @param {string} sql
   */
  async run(sql) {
    await this.connection.query(sql);
  }

  /**
   * The record batches that statements give, as they come.
   * @param {string} sql
   * @returns {Promise<AsyncIterable<any> & { schema: any }>}
   */
  async ask(sql) {
    const batches = await this.connection.send(sql, true);
    return batches;
  }

  /**
   * A Parquet file of record batches.
   * @param {any[]} batches
   * @returns {Promise<Uint8Array>}
   */
  async parquetOf(batches) {
    const bytes = this.arrow.tableToIPC(new this.arrow.Table(batches), "stream");
    return this.parquet.ask("write", { bytes }, []);
  }

  /** End everything at once, whatever it does; its tables are gone. */
  stop() {
    void this.database.terminate();
    this.parquet.worker.terminate();
  }
}
