// @ts-check
// The list of datasets beside the console: find one, see its columns, take an example.

import { jsonOf, toldOf } from "./files.js";
import { grouped } from "./texts.js";

const MOST_LISTED = 30;

/**
 * @typedef {import("./tables.js").Tables} Tables
 * @typedef {(id: string, params?: Record<string, string | number>) => string} Text
 */

/**
 * Fill the list of datasets.
 * @param {HTMLElement} into
 * @param {Tables} tables
 * @param {Text} text
 * @param {(sql: string) => void} take puts a statement into the editor
 */
export function browse(into, tables, text, take) {
  const search = document.createElement("input");
  search.type = "search";
  search.autocomplete = "off";
  const label = document.createElement("label");
  label.append(text("find"), search);
  const list = document.createElement("ul");
  list.className = "datasets";
  const count = document.createElement("p");
  count.className = "facts";
  count.setAttribute("role", "status");
  const fill = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [...tables.datasets].filter(([name, { title }]) =>
      words.every((word) => name.includes(word) || title.toLowerCase().includes(word)),
    );
    list.replaceChildren(...found.slice(0, MOST_LISTED).map(([name]) => entry(name, tables, text, take)));
    count.textContent = text("found", { shown: Math.min(found.length, MOST_LISTED), found: found.length });
  };
  search.addEventListener("input", fill);
  fill();
  into.append(label, count, list);
}

/**
 * @param {string} name
 * @param {Tables} tables
 * @param {Text} text
 * @param {(sql: string) => void} take
 */
function entry(name, tables, text, take) {
  const known = /** @type {import("./tables.js").Known} */ (tables.datasets.get(name));
  const item = document.createElement("li");
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  const code = document.createElement("code");
  code.textContent = name;
  summary.append(known.title, document.createElement("br"), code);
  const inside = document.createElement("div");
  details.append(summary, inside);
  details.addEventListener("toggle", async () => {
    if (!details.open || inside.childElementCount) return;
    inside.textContent = "…";
    try {
      inside.replaceChildren(...(await about(name, tables, text, take)));
    } catch (problem) {
      inside.textContent = toldOf(problem, text) ?? String(problem);
    }
  });
  item.append(details);
  return item;
}

/**
 * @param {string} name
 * @param {Tables} tables
 * @param {Text} text
 * @param {(sql: string) => void} take
 */
async function about(name, tables, text, take) {
  const version = await tables.version(name, null);
  const facts = document.createElement("p");
  facts.className = "facts";
  facts.textContent = text("about", { version: version.version, rows: grouped(version.rows), theme: version.theme });
  const examples = await jsonOf(new URL(`datasets/${name}/queries.json`, tables.root).href);
  const buttons = document.createElement("ul");
  buttons.className = "examples";
  for (const { title, sql } of examples[tables.language]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = title;
    button.addEventListener("click", () => take(sql));
    const item = document.createElement("li");
    item.append(button);
    buttons.append(item);
  }
  const columns = document.createElement("ul");
  columns.className = "columns";
  for (const field of version.fields) {
    const item = document.createElement("li");
    const code = document.createElement("code");
    code.textContent = field.name;
    const list = field.codelist ? ` codelists.${field.codelist}` : "";
    item.append(code, ` ${field.title}${field.unit ? ` (${field.unit})` : ""}`, list);
    columns.append(item);
  }
  return [facts, buttons, columns];
}
