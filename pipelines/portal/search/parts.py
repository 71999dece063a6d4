"""The index as files of a few kilobytes each: terms in their order, cut into parts, and cards in blocks.

Where terms are cut is decided by the terms themselves (as rsync's and other content-defined chunking do), so that a
dataset which changes leaves the parts alone that have none of its terms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from zlib import crc32

from pipelines.catalog.metadata.texts import LANGUAGES
from pipelines.portal.search.facets import FACETS, RELEASED, dumped, facet_tables
from pipelines.portal.search.index import TERMS, Part, SearchIndex
from pipelines.portal.search.terms import Level
from pipelines.portal.writing import PageWriter

FOLDER = "search"
#: Datasets in a block of cards. A page of results lies in up to as many blocks as it has results: larger blocks would
#: be loaded for one card each, smaller ones have to be named in the manifest one by one.
BLOCK = 5
#: Bytes of a part of terms: from the least on it ends before one term in so many, and at the most before any.
_LEAST, _MOST, _ONE_IN = 6_000, 16_000, 24
#: Hexadecimal digits of SHA-256 in names: names have to differ among the few contents that one part has had.
DIGITS = 10
#: Terms are kept apart as they change, so parts need no digest of their source, but one that is not empty.
_KEPT_APART = "terms"
_CARDS, _FACETS = "cards", "facets"


def term_parts(index: SearchIndex, pages: PageWriter) -> Iterator[tuple[str, str]]:
    """Write the parts with terms; the first term of each and its hash.

    A part is an object of terms, each with a list of numbers: the difference to the dataset before, times five, plus
    the level of the term there.
    """
    numbers = index.numbers()
    first: str | None = ""
    while first is not None:
        part = index.part(TERMS, first)
        if part is None or not pages.is_made(terms_path(part.name), _KEPT_APART):
            content, following = _cut(index.postings(first, numbers))
            part = Part(_hash(content), following, _KEPT_APART)
            pages.put(terms_path(part.name), content, _KEPT_APART)
            index.keep_part(TERMS, first, part)
        yield first, part.name
        first = part.following


def terms_path(name: str) -> str:
    """The file of a part with terms."""
    return f"{FOLDER}/terms/{name}.json"


def _cut(postings: Iterable[tuple[str, list[tuple[int, int]]]]) -> tuple[bytes, str | None]:
    """A part from the first of these terms on, and the term that the next one begins with."""
    lines: list[bytes] = []
    size = 0
    following = None
    for term, found in postings:
        if size >= _MOST or (size >= _LEAST and crc32(term.encode()) % _ONE_IN == 0):
            following = term
            break
        lines.append(dumped(term) + b":" + dumped(list(_differences(found))))
        size += len(lines[-1])
    return b"{" + b",\n".join(lines) + b"}", following


def _differences(found: Iterable[tuple[int, int]]) -> Iterator[int]:
    last = 0
    for number, level in found:
        yield (number - last) * len(Level) + level
        last = number


def card_blocks(index: SearchIndex, pages: PageWriter) -> Iterator[str]:
    """Write blocks of cards, one file per block and language; the hash of both, :data:`DIGITS` long."""
    made_of = index.made_of()
    for number, first in enumerate(range(0, len(made_of), BLOCK)):
        digest = _hash(dumped(made_of[first : first + BLOCK]))
        part = index.part(_CARDS, str(number))
        known = part.name if part is not None and part.made_of == digest else ""
        if not known or not all(pages.is_made(block_path(language, number, known), digest) for language in LANGUAGES):
            block = list(index.shown(first, BLOCK))
            contents = {language: dumped([shown.cards[language] for shown in block]) for language in LANGUAGES}
            known = _hash(b"\n".join(contents.values()))
            for language in LANGUAGES:
                pages.put(block_path(language, number, known), contents[language], digest)
            index.keep_part(_CARDS, str(number), Part(known, None, digest))
        yield known


def block_path(language: str, number: int, name: str) -> str:
    """The file of a block of cards."""
    return f"{FOLDER}/cards/{language}/{number}.{name}.json"


def facet_parts(index: SearchIndex, pages: PageWriter) -> dict[str, str]:
    """Write a table per facet, and the order of days; their hashes."""
    digest = _hash(dumped(index.made_of()))
    known = {name: index.part(_FACETS, name) for name in (*FACETS, RELEASED)}
    names = {name: part.name for name, part in known.items() if part is not None and part.made_of == digest}
    if known.keys() == names.keys() and all(pages.is_made(facet_path(*each), digest) for each in names.items()):
        return names
    for name, table in facet_tables((shown.facets, shown.released) for shown in index.shown()).items():
        content = dumped(table)
        names[name] = _hash(content)
        pages.put(facet_path(name, names[name]), content, digest)
        index.keep_part(_FACETS, name, Part(names[name], None, digest))
    return names


def facet_path(facet: str, name: str) -> str:
    """The file of a facet's table."""
    return f"{FOLDER}/facets/{facet}.{name}.json"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGITS]
