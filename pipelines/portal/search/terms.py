"""By which terms a dataset is found, and how much each of them tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum

from pipelines.catalog.metadata.texts import LANGUAGES, SHORT, Texts
from pipelines.core.digests import json_digest
from pipelines.portal.cards import Card
from pipelines.portal.search.folding import COMMON, runs
from pipelines.portal.search.words import Words, pieces

#: Changes when the same card is found by other terms than before.
REVISION = 1
#: Texts at most of a kind in a language: a table of a thousand fields is found by its first ones.
_TEXTS = 200


class Level(IntEnum):
    """Where a term is: results are in this order."""

    TITLE = 0
    KEYWORD = 1
    NAME = 2
    FIELD = 3
    SUMMARY = 4


#: Texts that a dataset is found by, and where they are.
FoundBy = Sequence[tuple[Level, Sequence[str]]]


def texts_of(card: Card) -> FoundBy:
    """The texts that a dataset of ours is found by."""
    return found_by({
        Level.TITLE: [*_both([card.title]), card.id],
        Level.KEYWORD: _all(card.keywords),
        Level.NAME: _both([card.theme_title, *card.publishers.values()]),
        Level.FIELD: _all(card.fields),
        Level.SUMMARY: _both([card.summary]),
    })  # fmt: skip


def found_by(texts: Mapping[Level, Iterable[str]]) -> FoundBy:
    """Texts by where they stand, most telling ones first, each cut to what can be typed for."""
    return [(level, [text[:SHORT] for text in said]) for level, said in texts.items()]


def texts_digest(texts: FoundBy) -> str:
    """Changes when a dataset is found by other terms."""
    return json_digest([REVISION, texts])


def terms_of(texts: FoundBy, words: Words) -> dict[str, int]:
    """Term → the best :class:`Level` that it is found at."""
    found: dict[str, int] = {}
    for level, said in texts:
        for text in said:
            for term, lower in _terms(text, words, named=level <= Level.NAME):
                # Typed sounds mean many words, so what is written as typed comes first.
                found[term] = min(found.get(term, level + lower), level + lower)
    return found


def _terms(text: str, words: Words, *, named: bool) -> Iterator[tuple[str, int]]:
    """The terms of a text, and how many levels lower they count. ``named``: any part of it is searched for."""
    for run, chinese in runs(text):
        if not chinese:
            yield from ((run, 0),) if run not in COMMON else ()
            continue
        yield from ((word, 0) for word in words.words(run))
        if named:
            yield from ((piece, 0) for piece in pieces(run))
            yield from ((sound, 1) for sound in words.pinyin(run))


def _all(texts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    return (text for language in LANGUAGES for text in texts[language][:_TEXTS])


def _both(texts: Iterable[Texts]) -> Iterator[str]:
    return (text[language] for text in texts for language in LANGUAGES)
