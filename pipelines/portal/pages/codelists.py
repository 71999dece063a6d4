"""The pages of code lists: all codes with their names, what lies above each, and which datasets use the list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.catalog.metadata.texts import Texts, short
from pipelines.portal.dictionary import code_name
from pipelines.portal.pages.putting import put_pages
from pipelines.portal.places import CODELISTS, codelist_place
from pipelines.portal.rendering import Site
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter
from pipelines.publish import load_codelist
from pipelines.publish.store import codelist_path

#: Codes on a page, and how deep they are indented.
MOST_CODES, _DEEPEST = 2000, 6


@dataclass(frozen=True)
class Code:
    """A code: its name, the one above it (empty: none), from when to when it holds, and how many lie above it."""

    code: str
    name: Texts
    parent: str
    valid_from: str
    valid_to: str
    depth: int


def codelists_page(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the list of all code lists that a dataset of the catalog uses."""
    put_pages(site, pages, "codelists.html.j2", CODELISTS, {"codelists": codelist_counts(source)})


def codelist_counts(source: SiteSource) -> dict[str, int]:
    """How many datasets use each code list, by its name."""
    return {name: used.count for name, used in sorted(source.groups.codelists.items())}


def codelist_depends(source: SiteSource, name: str) -> object:
    """What the page of a code list depends on."""
    used = source.groups.codelists[name]
    return [used.sha256, used.datasets, used.count]


def codelist_page(site: Site, source: SiteSource, pages: PageWriter, name: str) -> None:
    """Make the page of a code list.

    Raises:
        CorruptStore: when it cannot be read.
    """
    used = source.groups.codelists[name]
    codes = list(in_order(load_codelist(source.store, used.sha256)))
    context = {
        "name": name, "codes": codes[:MOST_CODES], "count": len(codes), "path": codelist_path(used.sha256),
        "sha256": used.sha256, "datasets": used.datasets, "dataset_count": used.count,
        "has_parents": any(code.parent for code in codes),
        "has_validity": any(code.valid_from or code.valid_to for code in codes),
    }  # fmt: skip
    put_pages(site, pages, "codelist.html.j2", codelist_place(name), context)


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
