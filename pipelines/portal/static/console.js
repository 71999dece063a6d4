// @ts-check
// The SQL console: an editor, DuckDB in this browser, and the catalog's files.
// Nothing is loaded before the reader asks.

import { csv } from "./csv.js";
import { browse } from "./dataset_list.js";
import { Engine } from "./engine.js";
import { toldOf } from "./files.js";
import { offerChart } from "./plot.js";
import { MOST_SHOWN, Results, tableOf } from "./results.js";
import { Tables, tableOf as nameOf } from "./tables.js";
import { grouped, settings, size, textsOf, Told } from "./texts.js";

const page = settings("console-settings");
const text = textsOf(page.texts);
const absolute = (/** @type {string} */ address) => new URL(address, document.baseURI).href;
const element = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const [editor, runButton, cancelButton, linkButton] = ["sql", "run", "cancel", "link"].map(element);
const [status, problemBox, needs, progress] = ["status", "problem", "needs", "progress"].map(element);
const [resultsPart, resultBox, chartBox, exportBox] = ["results", "result", "chart", "exports"].map(element);

const addresses = {
  duckdb: absolute(page.duckdb),
  parquet: absolute(page.parquet),
  guard: absolute(page.guard),
  parquetWorker: absolute(page.parquet_worker),
};
const tables = new Tables(absolute(page.root), page.language, { bytes: page.most_bytes, rows: page.most_rows }, text);
/** @type {Engine | null} */
let engine = null;
/** @type {AbortController | null} what is running */
let running = null;
/** Statements that the reader has run: these may be run again when going back. @type {Set<string>} */
const confirmed = new Set();
const opened = tables.open();
opened.catch((problem) => tell(problem));

/** @param {number} [done] @param {number} [all] */
function showProgress(done, all) {
  progress.hidden = all === undefined;
  if (all !== undefined) Object.assign(progress, { max: Math.max(all, 1), value: Math.min(done ?? 0, all) });
}

/** Buttons that do nothing now say so; they keep the focus, which disabled ones lose. @param {boolean} isRunning */
function showRunning(isRunning) {
  runButton.setAttribute("aria-disabled", String(isRunning));
  cancelButton.setAttribute("aria-disabled", String(!isRunning));
}

/** Say what went wrong, DuckDB's own words as text. @param {unknown} problem */
function tell(problem) {
  const own = toldOf(problem, text);
  problemBox.hidden = false;
  problemBox.replaceChildren();
  const told = document.createElement("p");
  told.textContent = own ?? text("failed");
  problemBox.append(told);
  if (own === null) {
    const words = document.createElement("pre");
    words.textContent = wordsOf(problem);
    problemBox.append(words);
  }
  status.textContent = "";
  resultsPart.hidden = true;
}

/** What DuckDB says, which it may say as JSON. @param {unknown} problem */
function wordsOf(problem) {
  const words = String(problem instanceof Error ? problem.message : problem);
  try {
    const { exception_type: type, exception_message: message } = JSON.parse(words);
    return `${type} Error: ${message}`;
  } catch {
    return words;
  }
}

async function start(/** @type {AbortSignal} */ signal) {
  if (engine) return engine;
  status.textContent = text("starting", { size: size(page.bytes) });
  try {
    const started = await Engine.start(addresses, signal, (received) => showProgress(received, page.bytes));
    tables.forget();
    engine = started;
    return started;
  } catch (problem) {
    if (toldOf(problem, text) !== null) throw problem;
    throw new Told(text("not-started", { problem: wordsOf(problem) }));
  }
}

/** What a statement needs, before anything is loaded. */
async function sayNeeds() {
  const sql = editor.value;
  try {
    await opened;
    const plan = await tables.plan(sql);
    if (sql !== editor.value) return;
    const parts = plan.versions.map((version) =>
      text("need", { table: nameOf(version), rows: grouped(version.rows), size: size(version.bytes) }),
    );
    needs.textContent = parts.length
      ? text("needs", { tables: parts.join(text("semicolon")), size: size(plan.bytes) })
      : "";
    if (tables.isTooMuch(plan)) needs.textContent += ` ${tooMuch()}`;
  } catch (problem) {
    if (sql === editor.value) needs.textContent = toldOf(problem, text) ?? "";
  }
}

function tooMuch() {
  return text("too-much", { rows: grouped(page.most_rows), size: size(page.most_bytes) });
}

/** @param {string} sql @param {AbortSignal} signal @returns {Promise<Results>} */
async function answer(sql, signal) {
  await opened;
  const plan = await tables.plan(sql, signal);
  if (tables.isTooMuch(plan)) throw new Told(tooMuch());
  const database = await start(signal);
  // What was loaded may be gone if DuckDB was stopped since.
  const wanted = await tables.plan(sql, signal);
  await tables.load(database, wanted, signal, (received, version) => {
    if (version) status.textContent = text("loading", { table: nameOf(version), size: size(wanted.bytes) });
    showProgress(received, wanted.bytes);
  });
  showProgress();
  status.textContent = text("running");
  const batches = await database.ask(sql);
  /** @type {Results | null} */
  let results = null;
  for await (const batch of batches) {
    signal.throwIfAborted();
    results ??= new Results(batch.schema, text);
    results.add(batch);
    status.textContent = text("reading", { rows: grouped(results.rows) });
  }
  return results ?? new Results(batches.schema ?? { fields: [] }, text);
}

/** @param {boolean} isNew whether the browser's history gets an entry */
async function run(isNew = true) {
  const sql = editor.value.trim();
  if (running) return;
  if (sql === "") {
    status.textContent = text("empty");
    return;
  }
  const control = new AbortController();
  running = control;
  confirmed.add(sql);
  const address = `#sql=${encodeURIComponent(sql)}`;
  if (isNew && address !== location.hash) history.pushState(null, "", address);
  problemBox.hidden = true;
  showRunning(true);
  const began = performance.now();
  try {
    const stopped = new Promise((_, reject) =>
      control.signal.addEventListener("abort", () => reject(new Told(text("cancelled")))),
    );
    const results = await Promise.race([answer(sql, control.signal), stopped]);
    show(/** @type {Results} */ (results), (performance.now() - began) / 1000);
  } catch (problem) {
    tell(control.signal.aborted ? new Told(text("cancelled")) : problem);
  } finally {
    running = null;
    showRunning(false);
    showProgress();
    void sayNeeds();
  }
}

/** End what is running: DuckDB is stopped whole, so that nothing goes on; it starts anew with the next statement. */
function cancel() {
  if (!running) return;
  running.abort();
  engine?.stop();
  engine = null;
  tables.forget();
}

/** @param {Results} results @param {number} seconds */
function show(results, seconds) {
  const rows = grouped(results.rows);
  const shown =
    results.rows > MOST_SHOWN ? text("result-cut", { rows, shown: grouped(MOST_SHOWN) }) : text("result", { rows });
  status.textContent = `${shown} ${text("took", { seconds: seconds.toFixed(1) })}`;
  resultBox.replaceChildren(tableOf(results, shown, text("missing-value")));
  resultsPart.hidden = false;
  offerChart(chartBox, results, text);
  offerFiles(results);
}

/** @param {Results} results */
function offerFiles(results) {
  exportBox.replaceChildren();
  if (results.columns.length === 0) return;
  if (!results.isWhole) {
    exportBox.textContent = text("too-large-for-files");
    return;
  }
  const names = results.columns.map(({ name }) => name);
  const isText = results.columns.map(({ numeric }) => !numeric);
  exportBox.append(
    fileButton(
      text("save-csv"),
      "result.csv",
      async () => new Blob([...csv(names, isText, results.texts())], { type: "text/csv" }),
    ),
    fileButton(text("save-parquet"), "result.parquet", async () => {
      const database = await start(new AbortController().signal);
      return new Blob([/** @type {BlobPart} */ (await database.parquetOf(results.batches))]);
    }),
  );
}

/** @param {string} title @param {string} name @param {() => Promise<Blob>} make */
function fileButton(title, name, make) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = title;
  button.addEventListener("click", async () => {
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await make());
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (problem) {
      tell(problem);
    }
  });
  return button;
}

/** Put the statement of the address into the editor: it is run only if it has been before. */
function takeAddress() {
  // Only from what follows "#": the rest of an address goes to the server.
  const given = new URLSearchParams(location.hash.slice(1)).get("sql");
  if (given === null) return;
  editor.value = given;
  void sayNeeds();
  if (confirmed.has(given.trim())) void run(false);
  else status.textContent = text("shared");
}

/** @param {string} sql */
function take(sql) {
  editor.value = sql;
  editor.focus();
  void sayNeeds();
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;
editor.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(sayNeeds, 400);
});
editor.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    void run();
  }
});
runButton.addEventListener("click", () => run());
cancelButton.addEventListener("click", cancel);
linkButton.addEventListener("click", async () => {
  const address = new URL(`#sql=${encodeURIComponent(editor.value.trim())}`, location.href.split("#")[0].split("?")[0])
    .href;
  try {
    await navigator.clipboard.writeText(address);
    status.textContent = text("link-copied");
  } catch {
    history.replaceState(null, "", address);
    status.textContent = text("link-in-address");
  }
});
window.addEventListener("popstate", takeAddress);
void opened.then(
  () => browse(element("datasets"), tables, text, take),
  () => {},
);
takeAddress();
element("console").hidden = false;
