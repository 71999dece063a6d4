// @ts-check
// Which of the catalog's tables a statement names: read from its words, so that only those are loaded.

/**
 * @typedef {{ dataset: string, version: string | null, labelled: boolean }} Named without a version: the latest
 * @typedef {{ kind: "name" | "text" | "sign", value: string, quoted?: boolean }} Token
 */

const TOKENS = /--[^\n]*|\/\*[^]*?(?:\*\/|$)|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([\p{L}_][\p{L}\p{N}_]*)|(\S)/gu;

/**
 * Names, texts and signs of a statement; comments are left out.
 * @param {string} sql
 * @returns {Token[]}
 */
function tokens(sql) {
  /** @type {Token[]} */
  const found = [];
  for (const [, text, quoted, word, sign] of sql.matchAll(TOKENS)) {
    if (text !== undefined) found.push({ kind: "text", value: text.replaceAll("''", "'") });
    else if (quoted !== undefined)
      found.push({ kind: "name", value: quoted.replaceAll('""', '"').toLowerCase(), quoted: true });
    else if (word !== undefined) found.push({ kind: "name", value: word.toLowerCase() });
    else if (sign !== undefined) found.push({ kind: "sign", value: sign });
  }
  return found;
}

/**
 * The datasets and code lists that a statement may mean.
 *
 * A dataset is `name`, `theme.name`, `labelled.name`, `"name@1.0.0"` or `name('1.0.0')`; a code list is
 * `codelists.name`. A column of that name counts too: then one table more is loaded.
 * @param {string} sql
 * @param {Iterable<string>} known names of datasets
 * @returns {{ datasets: Named[], codelists: string[] }}
 */
export function named(sql, known) {
  const names = new Set(known);
  const all = tokens(sql);
  /** @type {Map<string, Named>} */
  const datasets = new Map();
  /** @type {Set<string>} */
  const codelists = new Set();
  all.forEach((token, position) => {
    if (token.kind !== "name") return;
    const within = all[position - 1]?.value === "." ? all[position - 2]?.value : "";
    const at = token.value.lastIndexOf("@");
    const dataset = at > 0 ? token.value.slice(0, at) : token.value;
    if (within === "codelists") codelists.add(token.value);
    else if (names.has(dataset)) {
      const version = at > 0 ? token.value.slice(at + 1) : argument(all, position + 1);
      const labelled = within === "labelled";
      const key = `${dataset}@${version ?? ""}`;
      datasets.set(key, { dataset, version, labelled: labelled || datasets.get(key)?.labelled === true });
    }
  });
  return { datasets: [...datasets.values()], codelists: [...codelists] };
}

/**
 * The text in `('…')` that begins at a position.
 * @param {Token[]} all
 * @param {number} position
 */
function argument(all, position) {
  const [open, text, close] = all.slice(position, position + 3);
  return open?.value === "(" && text?.kind === "text" && close?.value === ")" ? text.value : null;
}

/**
 * A name as SQL has it.
 * @param {string} name
 */
export function identifier(name) {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A text as SQL has it.
 * @param {string | null} text
 */
export function literal(text) {
  return text === null ? "NULL" : `'${text.replaceAll("'", "''")}'`;
}
