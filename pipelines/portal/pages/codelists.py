"""The pages of code lists: all codes with their names, what lies above each, and which datasets use the list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.catalog.metadata.texts import Texts, short
from pipelines.core.errors import CorruptStore
from pipelines.portal.cards import Card
from pipelines.portal.dictionary import code_name
from pipelines.portal.pages.putting import are_made, digest_of, put_pages
from pipelines.portal.places import CODELISTS, codelist_place
from pipelines.portal.rendering import Site
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter
from pipelines.publish import Store, load_codelist
from pipelines.publish.store import codelist_path

#: Codes on a page, and datasets that are named there; how deep codes are indented.
MOST_CODES, _DATASETS, _DEEPEST = 2000, 50, 6


@dataclass(frozen=True)
class Code:
    """A code: its name, the one above it (empty: none), from when to when it holds, and how many lie above it."""

    code: str
    name: Texts
    parent: str
    valid_from: str
    valid_to: str
    depth: int


@dataclass
class _Used:
    """A code list as the dataset with the newest version has it, and who uses it."""

    sha256: str = ""
    released: str = ""
    datasets: dict[str, Texts] = field(default_factory=dict)
    count: int = 0

    def add(self, card: Card, sha256: str) -> None:
        self.count += 1
        if len(self.datasets) < _DATASETS:
            self.datasets[card.id] = card.title
        if card.released > self.released:
            self.sha256, self.released = sha256, card.released

    def digest(self) -> str:
        return digest_of([self.sha256, self.datasets, self.count])


def codelist_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the page of each code list that a dataset of the catalog uses, and the list of them.

    One that cannot be read holds no other back.

    Raises:
        CorruptStore: when a code list cannot be read.
        OSError: when the store cannot be read or written.
    """
    used: dict[str, _Used] = {}
    for _, card in source.shelf():
        for name, sha256 in card.codelists.items():
            used.setdefault(name, _Used()).add(card, sha256)
    context = {"codelists": {name: each.count for name, each in sorted(used.items())}}
    put_pages(site, pages, "codelists.html.j2", CODELISTS, context)
    problem: CorruptStore | None = None
    for name, each in sorted(used.items()):
        try:
            _codelist(site, source.store, name, each, pages)
        except CorruptStore as found:
            problem = found
    if problem is not None:
        raise problem


def _codelist(site: Site, store: Store, name: str, used: _Used, pages: PageWriter) -> None:
    place, digest = codelist_place(name), used.digest()
    if are_made(pages, place, digest):
        return
    rows = load_codelist(store, used.sha256)
    codes = list(in_order(rows))
    context = {
        "name": name, "codes": codes[:MOST_CODES], "count": len(codes), "path": codelist_path(used.sha256),
        "sha256": used.sha256, "datasets": used.datasets, "dataset_count": used.count,
        "has_parents": any(code.parent for code in codes),
        "has_validity": any(code.valid_from or code.valid_to for code in codes),
    }  # fmt: skip
    put_pages(site, pages, "codelist.html.j2", place, context, digest)


def in_order(rows: Sequence[Mapping[str, str]]) -> Iterator[Code]:
    """Codes of a list, each after the one above it, else in the list's order. What lies above itself comes last."""
    known = {row["code"]: row for row in rows}
    below: dict[str, list[str]] = {}
    for code, row in known.items():
        below.setdefault(row["parent"] if row["parent"] in known else "", []).append(code)
    left = dict.fromkeys(known)
    waiting = [(code, 0) for code in reversed(below.get("", []))]
    while waiting or left:
        code, depth = waiting.pop() if waiting else (next(iter(left)), 0)
        if code not in left:
            continue
        del left[code]
        yield _code(known[code], depth)
        waiting += [(each, depth + 1) for each in reversed(below.get(code, []))]


def _code(row: Mapping[str, str], depth: int) -> Code:
    code, *rest = (short(row[column]) for column in ("code", "parent", "valid_from", "valid_to"))
    parent, valid_from, valid_to = rest
    return Code(code, code_name(row), parent, valid_from, valid_to, min(depth, _DEEPEST))
