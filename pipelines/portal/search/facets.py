"""What results can be narrowed by, and the tables of it: one character per dataset and facet."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pipelines.catalog.metadata.texts import LANGUAGES
from pipelines.core.messages import translate
from pipelines.portal.cards import Card

#: Facets in the order of the page; each is a parameter of its address.
FACETS = ("catalog", "theme", "department", "period", "class", "disclosure", "format")
#: The value of the first of them that datasets of this catalog have: no identifier, as those of other catalogs are.
_OWN = "-"

_Had = TypeVar("_Had", bound=Hashable)
#: The table that has no facet, but the order of days.
RELEASED = "released"
#: Characters of a day, and code points of the first character, of the first one after the surrogates, and how many
#: characters there are before these.
_DAY, _SPACE, _ASTRAL = 10, 0x20, 0x10000
_BELOW = 0xD800 - _SPACE

#: A value of a facet: identifier, and its name in each of ``LANGUAGES``.
Value = Sequence[str]


def facets_of(card: Card) -> dict[str, list[Value]]:
    """What a dataset of ours has of each facet."""
    return {
        "catalog": [[_OWN, *(translate("search-catalog-own", language) for language in LANGUAGES)]],
        "theme": [[card.theme, *(card.theme_title[language] for language in LANGUAGES)]],
        "department": [[id_, *(name[language] for language in LANGUAGES)] for id_, name in card.publishers.items()],
        "period": _told("portal-period-", card.period),
        "class": _told("site-class-", card.disclosure_class),
        "disclosure": _told("search-disclosure-", card.attribute),
        "format": format_values(card.formats),
    }


def format_values(names: Iterable[str]) -> list[Value]:
    """Types of files, which are called the same in all languages."""
    return [[name, *(name for _ in LANGUAGES)] for name in names]


def facet_tables(datasets: Iterable[tuple[Mapping[str, Sequence[Value]], str]]) -> dict[str, Any]:
    """The tables for datasets in the order of their numbers.

    Args:
        datasets: facets as :func:`facets_of` gives them, and when the newest version was released.

    Returns:
        Of each facet its ``values``, those of most datasets first, the ``sets`` of their positions that datasets have,
        and ``of``: per dataset its set. ``released``: per dataset how late its day is among all days. Per dataset means
        a character each (:func:`_characters`): a list of numbers would be a half larger when compressed.
    """
    had: dict[str, list[tuple[str, ...]]] = {facet: [] for facet in FACETS}
    names: dict[str, dict[str, Sequence[str]]] = {facet: {} for facet in FACETS}
    days = []
    for facets, released in datasets:
        days.append(released[:_DAY])
        for facet in FACETS:
            names[facet].update((id_, told) for id_, *told in facets[facet])
            had[facet].append(tuple(sys.intern(value[0]) for value in facets[facet]))
    tables: dict[str, Any] = {facet: _facet(names[facet], had[facet]) for facet in FACETS}
    return {**tables, RELEASED: _characters(days, sorted(set(days)))}


def _facet(names: Mapping[str, Sequence[str]], had: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    counts = Counter(id_ for identifiers in had for id_ in identifiers)
    order = sorted(names, key=lambda id_: (-counts[id_], id_))
    positions = {id_: position for position, id_ in enumerate(order)}
    sets = [identifiers for identifiers, _ in sorted(Counter(had).items(), key=lambda each: (-each[1], each[0]))]
    return {
        "values": [{"id": id_, **dict(zip(LANGUAGES, names[id_], strict=True))} for id_ in order],
        "sets": [[positions[id_] for id_ in identifiers] for identifiers in sets],
        "of": _characters(had, sets),
    }


def _characters(had: Iterable[_Had], order: Sequence[_Had]) -> str:
    """Positions in ``order`` as characters from the space on, surrogates left out."""
    positions = {each: position for position, each in enumerate(order)}
    return "".join(
        chr(_SPACE + place if place < _BELOW else _ASTRAL + place - _BELOW) for place in map(positions.__getitem__, had)
    )


def _told(prefix: str, value: str) -> list[Value]:
    """A value that messages name; none where a dataset has none."""
    return [[value, *(translate(f"{prefix}{value}", language) for language in LANGUAGES)]] if value else []


def dumped(content: object) -> bytes:
    """JSON without spaces, the same bytes for the same content."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
