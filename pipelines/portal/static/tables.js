// @ts-check
// The catalog's tables in DuckDB: found by the names in a statement, loaded once, from the files that a version has.

import { parse } from "./csv.js";
import { bytesOf, isUnaltered, jsonOf, Missing } from "./files.js";
import { identifier, literal, named } from "./names.js";
import { Told } from "./texts.js";

/**
 * @typedef {{ theme: string, version: string, manifest: string, rows: number, bytes: number, title: string,
 *   withdrawn?: string[] }} Known
 * @typedef {{ sha256: string, bytes: number, rows: number }} Part
 * @typedef {{ name: string, type: string, decimals?: number, codelist?: string, title: string, unit?: string }} Field
 * @typedef {{ fields: Field[], parts: Part[] }} Written parts that have the same fields
 * @typedef {{ dataset: string, version: string, theme: string, rows: number, bytes: number, isLatest: boolean,
 *   fields: Field[], written: Written[], codelists: Record<string, string> }} Version
 * @typedef {{ versions: Version[], labelled: Version[], codelists: Map<string, string>, bytes: number, rows: number,
 *   named: Version[] }} Plan what is still to be loaded, and all that is named
 */

const VERSION = /^[0-9]+\.[0-9]+\.[0-9]+$/;
const SHA256 = /^[0-9a-f]{64}$/;
const CODELIST_COLUMNS = ["code", "name_zh", "name_en", "parent", "valid_from", "valid_to"];
/** How DuckDB stores types of Table Schema, as in the catalog's index. */
/** @type {Record<string, string>} */
const SQL_TYPES = {
  integer: "BIGINT",
  boolean: "BOOLEAN",
  date: "DATE",
  time: "TIME",
  datetime: "TIMESTAMP",
  year: "INTEGER",
};

/** @param {Field} field */
function sqlType({ type, decimals }) {
  if (type === "number") return decimals === undefined ? "DOUBLE" : `DECIMAL(18, ${Number(decimals)})`;
  return SQL_TYPES[type] ?? "VARCHAR";
}

/** @param {string} folder @param {string} sha256 @param {string} suffix */
function byHash(folder, sha256, suffix) {
  if (!SHA256.test(sha256)) throw new Error("not a hash");
  return `${folder}/${sha256.slice(0, 2)}/${sha256}.${suffix}`;
}

export class Tables {
  /**
   * @param {string} root the catalog's folder, absolute
   * @param {string} language
   * @param {{ bytes: number, rows: number }} most that may be loaded: bytes of Parquet, rows
   * @param {(id: string, params?: Record<string, string | number>) => string} text
   */
  constructor(root, language, most, text) {
    this.most = most;
    this.root = root;
    this.language = language;
    this.text = text;
    /** @type {Map<string, Known>} */
    this.datasets = new Map();
    /** @type {Map<string, string>} */
    this.codelists = new Map();
    /** @type {Map<string, Promise<Version>>} */
    this.versions = new Map();
    /** Tables that DuckDB has. @type {Set<string>} */
    this.loaded = new Set();
    this.loadedBytes = 0;
    this.loadedRows = 0;
  }

  /** Take up that nothing is loaded. */
  forget() {
    this.loaded.clear();
    this.loadedBytes = 0;
    this.loadedRows = 0;
  }

  /** Read which datasets there are. */
  async open() {
    const { datasets, codelists } = await jsonOf(new URL("console/tables.json", this.root).href);
    const title = this.language === "zh" ? "title_zh" : "title_en";
    for (const [name, known] of Object.entries(datasets)) this.datasets.set(name, { ...known, title: known[title] });
    for (const [name, sha256] of Object.entries(codelists)) this.codelists.set(name, /** @type {string} */ (sha256));
  }

  /**
   * What a statement needs.
   * @param {string} sql
   * @param {AbortSignal} [signal]
   * @returns {Promise<Plan>}
   */
  async plan(sql, signal) {
    const found = named(sql, this.datasets.keys());
    const versions = new Map();
    const labelled = [];
    /** @type {Map<string, string>} */
    const codelists = new Map();
    for (const { dataset, version, labelled: isLabelled } of found.datasets) {
      const one = await this.version(dataset, version, signal);
      versions.set(tableOf(one), one);
      if (isLabelled) labelled.push(one);
      const lists = Object.entries(one.codelists);
      for (const [name, sha256] of lists) if (isLabelled || found.codelists.includes(name)) codelists.set(name, sha256);
    }
    for (const name of found.codelists) {
      const sha256 = this.codelists.get(name);
      if (sha256 !== undefined && !codelists.has(name)) codelists.set(name, sha256);
    }
    const missing = [...versions.values()].filter((one) => !this.loaded.has(tableOf(one)));
    const rows = missing.reduce((sum, one) => sum + one.rows, 0);
    const bytes = missing.reduce((sum, one) => sum + one.bytes, 0);
    for (const name of codelists.keys()) if (this.loaded.has(`codelists.${name}`)) codelists.delete(name);
    return { versions: missing, labelled, codelists, rows, bytes, named: [...versions.values()] };
  }

  /**
   * Whether what a plan needs is more than a browser can hold.
   * @param {Plan} plan
   */
  isTooMuch(plan) {
    return this.loadedBytes + plan.bytes > this.most.bytes || this.loadedRows + plan.rows > this.most.rows;
  }

  /**
   * A version of a dataset; without a number: the latest.
   * @param {string} dataset
   * @param {string | null} number
   * @param {AbortSignal} [signal]
   * @returns {Promise<Version>}
   */
  version(dataset, number, signal) {
    const latest = /** @type {Known} */ (this.datasets.get(dataset));
    const wanted = number ?? latest.version;
    const key = `${dataset}@${wanted}`;
    let reading = this.versions.get(key);
    if (reading === undefined) {
      reading = this.#read(dataset, wanted, wanted === latest.version ? latest.manifest : null, signal);
      this.versions.set(key, reading);
      reading.catch(() => this.versions.delete(key));
    }
    return reading;
  }

  /**
   * @param {string} dataset
   * @param {string} version
   * @param {string | null} sha256 of its manifest, where it is known
   * @param {AbortSignal} [signal]
   * @returns {Promise<Version>}
   */
  async #read(dataset, version, sha256, signal) {
    const named = sha256 ?? (await this.#manifestOf(dataset, version, signal));
    const bytes = await this.#verified(byHash("manifests", named, "json"), named, signal);
    const { schema, segments, metadata } = JSON.parse(new TextDecoder().decode(bytes));
    /** @type {Map<string, Written>} */
    const written = new Map();
    for (const segment of segments) {
      const fields = this.#fields(segment.schema ?? schema);
      const key = JSON.stringify(fields.map((field) => [field.name, sqlType(field)]));
      if (!written.has(key)) written.set(key, { fields, parts: [] });
      written.get(key)?.parts.push(...segment.parts);
    }
    const parts = [...written.values()].flatMap((one) => one.parts);
    return {
      dataset,
      version,
      theme: metadata.theme,
      isLatest: version === this.datasets.get(dataset)?.version,
      rows: parts.reduce((sum, part) => sum + part.rows, 0),
      bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
      fields: this.#fields(schema),
      written: [...written.values()],
      codelists: metadata.codelists ?? {},
    };
  }

  /** @param {any} schema @returns {Field[]} */
  #fields(schema) {
    return schema.fields.map((/** @type {any} */ { name, type, decimals, codelist, titles, title, unit }) => ({
      name,
      type,
      decimals,
      codelist,
      unit,
      title: titles?.[this.language] ?? title ?? name,
    }));
  }

  /**
   * The manifest of a version, of the list of its files.
   * @param {string} dataset
   * @param {string} version
   * @param {AbortSignal} [signal]
   */
  async #manifestOf(dataset, version, signal) {
    const unknown = () => new Told(this.text("unknown-version", { dataset, version }));
    if (!VERSION.test(version) || this.datasets.get(dataset)?.withdrawn?.includes(version)) throw unknown();
    const address = new URL(`sums/${dataset}/${version}.SHA256SUMS`, this.root).href;
    const bytes = await bytesOf(address, signal).catch((problem) => {
      throw problem instanceof Missing && [404, 410].includes(problem.status) ? unknown() : problem;
    });
    const line = /^([0-9a-f]{64}) {2}manifests\//m.exec(new TextDecoder().decode(bytes));
    if (line === null) throw unknown();
    return line[1];
  }

  /**
   * @param {string} path
   * @param {string} sha256
   * @param {AbortSignal} [signal]
   * @param {import("./files.js").Progress} [progress]
   */
  async #verified(path, sha256, signal, progress) {
    const bytes = await bytesOf(new URL(path, this.root).href, signal, progress);
    if (!(await isUnaltered(bytes, sha256))) throw new Told(this.text("altered", { path }));
    return bytes;
  }

  /**
   * Load what is missing.
   * @param {import("./engine.js").Engine} engine
   * @param {Plan} plan
   * @param {AbortSignal} signal
   * @param {(received: number, version: Version | null) => void} progress is told the bytes so far
   */
  async load(engine, plan, signal, progress) {
    let before = 0;
    for (const [name, sha256] of plan.codelists) {
      await this.#loadCodelist(engine, name, sha256, signal);
      this.loaded.add(`codelists.${name}`);
    }
    for (const version of plan.versions) {
      await this.#loadVersion(engine, version, signal, (received) => progress(before + received, version));
      before += version.bytes;
      this.loaded.add(tableOf(version));
      this.loadedBytes += version.bytes;
      this.loadedRows += version.rows;
    }
    for (const version of plan.labelled) await engine.run(labelledView(version));
  }

  /**
   * @param {import("./engine.js").Engine} engine
   * @param {Version} version
   * @param {AbortSignal} signal
   * @param {(received: number) => void} progress
   */
  async #loadVersion(engine, version, signal, progress) {
    const staged = [];
    let before = 0;
    for (const [position, { fields, parts }] of version.written.entries()) {
      const table = `~${position}`;
      await engine.run(`DROP TABLE IF EXISTS ${identifier(table)}`);
      for (const [number, part] of parts.entries()) {
        const reached = before;
        const path = byHash("objects", part.sha256, "parquet");
        const bytes = await this.#verified(path, part.sha256, signal, (received) => progress(reached + received));
        await engine.insert(bytes, table, number === 0);
        before += part.bytes;
      }
      if (parts.length) staged.push({ table, columns: new Set(fields.map((field) => field.name)) });
    }
    const rows = staged.map(({ table, columns }) => `SELECT ${selected(version, columns)} FROM ${identifier(table)}`);
    const none = `SELECT ${selected(version, new Set())} LIMIT 0`;
    await engine.run(`CREATE OR REPLACE TABLE ${identifier(tableOf(version))} AS ${rows.join(" UNION ALL ") || none}`);
    for (const { table } of staged) await engine.run(`DROP TABLE ${identifier(table)}`);
    for (const statement of names(version)) await engine.run(statement);
  }

  /**
   * @param {import("./engine.js").Engine} engine
   * @param {string} name
   * @param {string} sha256
   * @param {AbortSignal} signal
   */
  async #loadCodelist(engine, name, sha256, signal) {
    const bytes = await this.#verified(byHash("codelists", sha256, "csv"), sha256, signal);
    const rows = parse(new TextDecoder().decode(bytes)).slice(1);
    const table = `codelists.${identifier(name)}`;
    await engine.run("CREATE SCHEMA IF NOT EXISTS codelists");
    await engine.run(
      `CREATE OR REPLACE TABLE ${table} (${CODELIST_COLUMNS.map((column) => `${column} VARCHAR`).join(", ")})`,
    );
    for (let first = 0; first < rows.length; first += 500) {
      const values = rows.slice(first, first + 500).map((row) => `(${row.map(literal).join(", ")})`);
      await engine.run(`INSERT INTO ${table} VALUES ${values.join(", ")}`);
    }
  }
}

/** @param {{ dataset: string, version: string }} version */
export function tableOf({ dataset, version }) {
  return `${dataset}@${version}`;
}

/**
 * @param {Version} version
 * @param {Set<string>} columns that are there
 */
function selected({ fields }, columns) {
  const one = (/** @type {Field} */ field) => {
    const name = identifier(field.name);
    return `CAST(${columns.has(field.name) ? name : "NULL"} AS ${sqlType(field)}) AS ${name}`;
  };
  return fields.map(one).join(", ");
}

/**
 * The names that the catalog's index has for a dataset: views of the latest version, macros of any.
 * @param {Version} version
 */
function names(version) {
  const { dataset, theme, isLatest } = version;
  const places = ["main", theme].map((schema) => `${identifier(schema)}.${identifier(dataset)}`);
  const any = `query('FROM "${dataset}@' || replace(CAST(version AS VARCHAR), '"', '') || '"')`;
  const statements = [`CREATE SCHEMA IF NOT EXISTS ${identifier(theme)}`];
  for (const place of places) {
    statements.push(`CREATE OR REPLACE MACRO ${place}(version) AS TABLE FROM ${any}`);
    if (isLatest) statements.push(`CREATE OR REPLACE VIEW ${place} AS FROM main.${identifier(tableOf(version))}`);
  }
  return statements;
}

/** The view that adds names of codes, as the catalog's index has it. @param {Version} version */
function labelledView(version) {
  const taken = new Set(version.fields.map((field) => field.name));
  const columns = ["d.*"];
  const joins = [`main.${identifier(tableOf(version))} d`];
  version.fields.forEach(({ name, codelist }, position) => {
    const added = ["name_zh", "name_en"].filter((column) => !taken.has(`${name}_${column}`));
    if (codelist === undefined || !(codelist in version.codelists) || added.length < 2) return;
    columns.push(...added.map((column) => `c${position}.${column} AS ${identifier(`${name}_${column}`)}`));
    const list = `codelists.${identifier(codelist)} c${position}`;
    joins.push(`LEFT JOIN ${list} ON c${position}.code = CAST(d.${identifier(name)} AS VARCHAR)`);
  });
  const place = `labelled.${identifier(version.dataset)}`;
  const rows = `SELECT ${columns.join(", ")} FROM ${joins.join(" ")}`;
  return `CREATE SCHEMA IF NOT EXISTS labelled; CREATE OR REPLACE VIEW ${place} AS ${rows}`;
}
