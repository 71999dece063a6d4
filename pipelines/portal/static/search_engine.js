// Queries over the search index: which parts of it a query needs, which datasets have all of its words, in which order.
// Texts are folded as pipelines/portal/search/folding.py does.

const HAN = "\\u3005\\u3007\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const RUN = new RegExp(`([${HAN}]+)|(?:(?![${HAN}])[\\p{L}\\p{N}])+`, "gu");
const LEVELS = 5;
const LONGEST = { han: 24, other: 64 };
const LAST = "\u{10ffff}";
// A cost is the level of the worst term that a match needs, twice, and 1 more where a word goes on after what was typed;
// below it counts at how many places the match is put together of terms that do not overlap.
const SEAMS = 128;

export const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().normalize("NFC");

export const runs = (text) =>
  [...fold(text).matchAll(RUN)].map(([run, han]) => ({
    han: han !== undefined,
    letters: [...run].slice(0, han === undefined ? LONGEST.other : LONGEST.han),
  }));

// Terms are in the order of code points; JavaScript compares UTF-16.
const before = (one, other) => {
  const [first, second] = [[...one], [...other]];
  const at = first.findIndex((letter, position) => letter !== second[position]);
  if (at < 0) return first.length < second.length;
  return at < second.length && first[at].codePointAt(0) < second[at].codePointAt(0);
};

const bestOf = (found, document, cost) => {
  const known = found.get(document);
  if (known === undefined || cost < known) found.set(document, cost);
};

// Numbers that are written as characters from the space on, without surrogates.
const numbers = (text) =>
  [...text].map((character) => {
    const code = character.codePointAt(0);
    return code < 0x10000 ? code - 0x20 : code - 0x10000 + 0xd800 - 0x20;
  });

export class Gone extends Error {}

export class Engine {
  #address;
  #language;
  #parts = new Map();
  #facets = new Map();

  constructor(address, language) {
    this.#address = address;
    this.#language = language;
  }

  // Load what every query needs: the manifest and the order of days.
  async open() {
    this.manifest = await this.#fetched("index.json", { cache: "no-cache" });
    this.common = new Set(this.manifest.common);
    this.released = numbers(await this.#table("released"));
    return this;
  }

  // A facet: its values, and the places of those that each dataset has.
  async facet(id) {
    if (!this.#facets.has(id)) {
      const { values, sets, of } = await this.#table(id);
      const named = values.map((value) => ({ id: value.id, name: value[this.#language] }));
      this.#facets.set(id, { id, values: named, of: numbers(of).map((number) => sets[number]) });
    }
    return this.#facets.get(id);
  }

  // Numbers of the datasets that have all words of a query, best first; of all datasets, newest first, without one.
  async find(query) {
    const tokens = runs(query);
    const telling = tokens.filter(({ letters }) => !this.common.has(letters.join("")));
    const needed = telling.length > 0 ? telling : tokens;
    const found = await Promise.all(needed.map((token) => this.#matching(token)));
    const [first, ...others] = found.sort((one, other) => one.size - other.size);
    const costs = new Map();
    if (first) {
      for (const [document, cost] of first) {
        if (!others.every((other) => other.has(document))) continue;
        costs.set(document, others.reduce((sum, other) => sum + other.get(document), cost));
      }
    } else if (!query.trim()) this.released.forEach((_, document) => costs.set(document, 0));
    const order = (one, other) =>
      costs.get(one) - costs.get(other) || this.released[other] - this.released[one] || one - other;
    return [...costs.keys()].sort(order);
  }

  // What is shown of datasets, by their numbers.
  async cards(documents) {
    const { block, digits, cards } = this.manifest;
    return Promise.all(
      documents.map(async (document) => {
        const number = Math.floor(document / block);
        const loaded = await this.#part(`cards/${this.#language}/${number}.${cards.slice(number * digits, (number + 1) * digits)}.json`);
        return loaded[document % block];
      }),
    );
  }

  async #matching({ han, letters }) {
    if (han) return this.#covered(letters, 1);
    const found = await this.#beginning(letters.join(""));
    if (found.size > 0) return found;
    // Several words without a space between them, as syllables are typed.
    return this.#covered(letters, 2);
  }

  // Datasets with a word that begins as this does, which may be a plural.
  async #beginning(word) {
    const found = new Map();
    const collect = async (from, to, exact) => {
      for (const [term, postings] of await this.#terms(from, to)) {
        for (const [document, level] of postings) bestOf(found, document, (2 * level + (term === exact ? 0 : 1)) * SEAMS);
      }
    };
    await collect(word, word + LAST, word);
    if (word.length > 3 && word.endsWith("s")) await collect(word.slice(0, -1), word.slice(0, -1), "");
    return found;
  }

  // Datasets whose terms cover a run from its beginning to its end; the last of them may go on after it.
  async #covered(letters, shortest) {
    const spans = new Map();
    const add = (document, span) => {
      if (!spans.has(document)) spans.set(document, []);
      spans.get(document).push(span);
    };
    const reached = new Set([0]);
    const from = async (start) => {
      const rest = letters.slice(start).join("");
      for (const [term, postings] of await this.#terms(letters.slice(start, start + shortest).join(""), rest + LAST)) {
        const goesOn = term.startsWith(rest) && term !== rest;
        if (!goesOn && !rest.startsWith(term)) continue;
        const end = goesOn ? letters.length : start + [...term].length;
        if (!goesOn && end - start < shortest) continue;
        reached.add(end);
        for (const [document, level] of postings) add(document, { start, end, cost: 2 * level + (goesOn ? 1 : 0) });
      }
    };
    const starts = letters.map((_, start) => start);
    if (shortest === 1) await Promise.all(starts.map(from));
    else for (const start of starts) if (reached.has(start)) await from(start);
    const found = new Map();
    for (const [document, its] of spans) {
      const cost = this.#cheapest(letters, its);
      if (cost < Infinity) found.set(document, cost);
    }
    return found;
  }

  // What the best cover of a run costs: the worst of its terms, then the places where terms only stand side by side.
  #cheapest(letters, spans) {
    const best = Array(letters.length + 1).fill(Infinity);
    best[0] = 0;
    spans.sort((one, other) => one.end - other.end || one.start - other.start);
    let last = 0;
    for (let end = 1; end <= letters.length; end += 1) {
      if (this.common.has(letters[end - 1]) && letters.length > 1) best[end] = best[end - 1];
      for (; last < spans.length && spans[last].end === end; last += 1) {
        const { start, cost } = spans[last];
        for (let at = start; at < end; at += 1) {
          if (best[at] === Infinity) continue;
          const seam = at === start && start > 0 ? 1 : 0;
          const worst = Math.max(Math.floor(best[at] / SEAMS), cost) * SEAMS;
          best[end] = Math.min(best[end], worst + (best[at] % SEAMS) + seam);
        }
      }
    }
    return best.at(-1);
  }

  // Terms from one to another, with pairs of dataset and level.
  async #terms(from, to) {
    const { terms } = this.manifest;
    const needed = terms.filter(([first], place) => {
      const following = terms[place + 1]?.[0];
      return !before(to, first) && (following === undefined || before(from, following));
    });
    const parts = await Promise.all(needed.map(([, name]) => this.#part(`terms/${name}.json`)));
    return parts
      .flatMap((part) => Object.entries(part))
      .filter(([term]) => !before(term, from) && !before(to, term))
      .map(([term, numbers]) => [term, this.#postings(numbers)]);
  }

  #postings(numbers) {
    let document = 0;
    return numbers.map((number) => {
      document += Math.floor(number / LEVELS);
      return [document, number % LEVELS];
    });
  }

  #table(name) {
    return this.#part(`facets/${name}.${this.manifest.facets[name]}.json`);
  }

  #part(path) {
    if (!this.#parts.has(path)) {
      const loading = this.#fetched(path, {});
      // What failed is tried again the next time.
      loading.catch(() => this.#parts.delete(path));
      this.#parts.set(path, loading);
    }
    return this.#parts.get(path);
  }

  async #fetched(path, options) {
    const answer = await fetch(new URL(path, this.#address), options);
    if (!answer.ok) throw new Gone(path);
    return answer.json();
  }
}
