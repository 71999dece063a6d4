// The search box: results and facets in place of the list, both in the address of the page. The index is loaded when the
// reader comes to the box or opens a facet, tables of facets when these are open or chosen.

import { Engine, Gone, fold, runs } from "./search_engine.js";

const DELAY = 80;
const PAGE = 20;
const LANGUAGE = document.documentElement.lang.startsWith("zh") ? "zh" : "en";

const form = document.querySelector("[data-search]");
const box = form.elements.q;
const status = document.querySelector("[data-status]");

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  box.focus();
  box.select();
});

class Finder {
  #list = document.querySelector("[data-list]");
  #results = document.querySelector("[data-results]");
  #cards = document.querySelector("[data-cards]");
  #more = document.querySelector("[data-more]");
  #filters = document.querySelector("[data-filters]");
  #reset = document.querySelector("[data-reset]");
  #facets = [...document.querySelectorAll("[data-facet]")];
  #chosen = new Map(this.#facets.map((facet) => [facet.dataset.facet, new Set()]));
  #offered = new Map();
  #counted = new Map();
  #loading = null;
  #asked = 0;
  #timer = 0;
  #composing = false;
  #typing = false;
  #found = [];
  #tokens = [];

  start() {
    this.#filters.open = matchMedia("(min-width: 56rem)").matches;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask({ now: true });
    });
    box.addEventListener("focus", () => this.#engine().catch(() => {}));
    box.addEventListener("input", () => this.#composing || this.#ask({}));
    box.addEventListener("compositionstart", () => (this.#composing = true));
    box.addEventListener("compositionend", () => {
      this.#composing = false;
      this.#ask({});
    });
    box.addEventListener("blur", () => (this.#typing = false));
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.#composing || !box.value) return;
      event.preventDefault();
      box.value = "";
      this.#ask({ now: true });
    });
    for (const facet of this.#facets) {
      facet.addEventListener("toggle", () => {
        if (facet.open && this.#counted.get(facet) !== this.#asked) this.#run();
      });
      facet.addEventListener("change", ({ target }) => this.#choose(facet.dataset.facet, target));
    }
    this.#reset.addEventListener("click", () => {
      for (const values of this.#chosen.values()) values.clear();
      this.#tick();
      this.#ask({ now: true, step: true });
      this.#filters.querySelector("summary").focus();
    });
    this.#more.addEventListener("click", () => this.#showMore());
    addEventListener("popstate", () => this.#follow());
    this.#follow();
    // Pages wait for this script before they are painted: nobody is to see the list for a moment and then results.
    this.#list.hidden = this.#active;
  }

  // Take the query and the facets from the address.
  #follow() {
    const said = new URLSearchParams(location.search);
    box.value = said.get("q") ?? "";
    for (const [facet, values] of this.#chosen) {
      values.clear();
      for (const value of said.getAll(facet)) values.add(value);
    }
    this.#typing = false;
    this.#tick();
    this.#run();
  }

  #choose(facet, { value, checked }) {
    const values = this.#chosen.get(facet);
    if (checked) values.add(value);
    else values.delete(value);
    this.#ask({ now: true, step: true });
  }

  // Ask a little later, since letters come fast; each query or choice is one step back in the browser's history.
  #ask({ now = false, step = false }) {
    clearTimeout(this.#timer);
    const ask = () => {
      const said = new URLSearchParams();
      if (box.value.trim()) said.set("q", box.value.trim());
      for (const [facet, values] of this.#chosen) for (const value of values) said.append(facet, value);
      const address = `${location.pathname}${said.size ? `?${said}` : ""}`;
      if (address !== location.pathname + location.search) {
        if (this.#typing && !step) history.replaceState(null, "", address);
        else history.pushState(null, "", address);
      }
      this.#typing = !step && !now;
      this.#run();
    };
    if (now) ask();
    else this.#timer = setTimeout(ask, DELAY);
  }

  #engine() {
    this.#loading ??= new Engine(new URL(form.dataset.index, document.baseURI), LANGUAGE).open();
    this.#loading.catch(() => (this.#loading = null));
    return this.#loading;
  }

  get #active() {
    return box.value.trim() !== "" || [...this.#chosen.values()].some((values) => values.size > 0);
  }

  async #run() {
    this.#asked += 1;
    const asked = this.#asked;
    this.#reset.hidden = ![...this.#chosen.values()].some((values) => values.size > 0);
    if (!this.#active) this.#close();
    if (!this.#active && !this.#facets.some((facet) => facet.open)) return;
    const query = box.value;
    try {
      const answer = await this.#answered(query);
      if (asked !== this.#asked) return;
      this.#count(answer);
      if (this.#active) this.#show(answer);
    } catch {
      if (asked !== this.#asked) return;
      this.#close();
      status.textContent = status.dataset.failed;
    }
  }

  // All datasets that a query finds, those that the facets leave, and the first cards of these. A release may have
  // taken the place of the index that was loaded: then the new one is asked.
  async #answered(query) {
    for (let tries = 2; ; tries -= 1) {
      const engine = await this.#engine();
      try {
        const used = this.#facets.filter((facet) => facet.open || this.#chosen.get(facet.dataset.facet).size > 0);
        const loading = Promise.all(used.map((facet) => engine.facet(facet.dataset.facet)));
        const [all, facets] = await Promise.all([engine.find(query), loading]);
        const found = all.filter((document) => facets.every((facet) => this.#passes(facet, document)));
        return { query, all, facets, found, cards: this.#active ? await engine.cards(found.slice(0, PAGE)) : [] };
      } catch (error) {
        if (!(error instanceof Gone) || tries === 1) throw error;
        this.#loading = null;
      }
    }
  }

  #passes({ id, of, values }, document) {
    const chosen = this.#chosen.get(id);
    return chosen.size === 0 || of[document].some((value) => chosen.has(values[value].id));
  }

  #close() {
    this.#results.hidden = true;
    this.#list.hidden = false;
    status.textContent = "";
    this.#cards.replaceChildren();
  }

  #show({ query, found, cards }) {
    this.#found = found;
    this.#tokens = runs(query);
    this.#cards.replaceChildren(...cards.map((card) => this.#card(card)));
    this.#more.hidden = found.length <= cards.length;
    this.#list.hidden = true;
    this.#results.hidden = false;
    const plural = new Intl.PluralRules(LANGUAGE).select(found.length) === "one" ? "one" : "other";
    status.textContent = found.length
      ? status.dataset[plural].replace("{count}", found.length)
      : status.dataset.none;
  }

  async #showMore() {
    const asked = this.#asked;
    const shown = this.#cards.childElementCount;
    try {
      const cards = await (await this.#engine()).cards(this.#found.slice(shown, shown + PAGE));
      if (asked !== this.#asked) return;
      const made = cards.map((card) => this.#card(card));
      this.#cards.append(...made);
      this.#more.hidden = this.#found.length <= this.#cards.childElementCount;
      made[0]?.querySelector("a").focus();
    } catch {
      // The numbers of an index that is gone mean nothing in the new one.
      this.#loading = null;
      this.#run();
    }
  }

  // The markup of `card` in templates/parts.html.j2.
  #card({ place, title, summary, theme, facts, released }) {
    const link = made("a", this.#marked(title), { href: form.dataset.pages + place });
    const spans = [
      made("span", this.#marked(theme), { class: "tag" }),
      ...facts.map((fact) => made("span", this.#marked(fact))),
    ];
    // Catalogs elsewhere need not say when.
    if (released) {
      const time = made("time", [released.slice(0, 10)], { datetime: released });
      spans.push(made("span", [`${this.#results.dataset.updated} `, time]));
    }
    const line = made("p", spans.flatMap((span) => [span, " "]), { class: "facts" });
    return made("article", [made("h3", [link]), made("p", this.#marked(summary)), line], { class: "card" });
  }

  // A text with what was searched for in <mark>.
  #marked(text) {
    const letters = [...text];
    const folded = letters.map((letter) => fold(letter));
    const starts = [];
    folded.forEach((letter, place) => starts.push(...Array(letter.length).fill(place)));
    const whole = folded.join("");
    const hit = Array(letters.length).fill(false);
    for (const { han, letters: typed } of this.#tokens) {
      for (const part of han ? pieces(typed) : [typed.join("")]) {
        for (let at = whole.indexOf(part); at >= 0; at = whole.indexOf(part, at + 1)) {
          // Words are found by their beginning.
          if (!han && at > 0 && /[\p{L}\p{N}]/u.test(whole[at - 1]) && !/\p{Script=Han}/u.test(whole[at - 1])) continue;
          hit.fill(true, starts[at], starts[at + part.length - 1] + 1);
        }
      }
    }
    const nodes = [];
    for (let at = 0, end = 0; at < letters.length; at = end) {
      while (end < letters.length && hit[end] === hit[at]) end += 1;
      const said = letters.slice(at, end).join("");
      nodes.push(hit[at] ? made("mark", [said]) : said);
    }
    return nodes;
  }

  // Per value how many datasets it would leave, by the query and the other facets.
  #count({ facets, all }) {
    for (const facet of facets) {
      const element = this.#facets.find(({ dataset }) => dataset.facet === facet.id);
      const others = facets.filter((other) => other !== facet);
      const counts = facet.values.map(() => 0);
      for (const document of all) {
        if (!others.every((other) => this.#passes(other, document))) continue;
        for (const value of facet.of[document]) counts[value] += 1;
      }
      const list = element.querySelector("ul");
      if (this.#offered.get(list) !== facet.values) this.#offer(list, facet);
      [...list.children].forEach((entry, value) => {
        entry.querySelector(".count").textContent = counts[value];
        entry.hidden = counts[value] === 0 && !this.#chosen.get(facet.id).has(facet.values[value].id);
      });
      this.#counted.set(element, this.#asked);
      if (this.#chosen.get(facet.id).size > 0) element.open = true;
    }
    this.#tick();
  }

  #offer(list, facet) {
    this.#offered.set(list, facet.values);
    list.replaceChildren(
      ...facet.values.map(({ id, name }) => {
        const input = made("input", [], { type: "checkbox", name: facet.id, value: id });
        const label = made("label", [input, made("span", [name]), " ", made("span", ["0"], { class: "count" })]);
        return made("li", [label]);
      }),
    );
  }

  // Have the boxes say what is chosen.
  #tick() {
    for (const facet of this.#facets) {
      for (const input of facet.querySelectorAll("input")) {
        input.checked = this.#chosen.get(facet.dataset.facet).has(input.value);
      }
    }
  }
}

const made = (name, children, attributes = {}) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

// Parts of what was typed that are marked: single characters only by themselves.
const pieces = (typed) =>
  typed.length === 1 ? typed : typed.slice(1).map((letter, place) => typed[place] + letter);

if (document.querySelector("[data-list]")) new Finder().start();
