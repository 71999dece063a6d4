"""``small_cells`` in ``dataset.yaml``: how people are kept from being told apart by what others know of them.

A combination of quasi-identifiers (T. Dalenius, Finding a needle in a haystack, 1986) is published only if at least
``k`` persons share it (k-anonymity: P. Samarati, IEEE TKDE 13(6), 2001; L. Sweeney, 2002).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from pipelines.registry.base import Descriptor, Identifier, Text

#: Levels that dates are shortened by, finest first.
DATE_LEVELS = ("month", "quarter", "year")
#: Every generalisation is looked at, or ruled out by another; so many take no time.
MOST_NODES = 10_000


class CodeListLevel(Descriptor):
    """The codes above, level by level up to the root of a code list other than the field's own."""

    codelist: Identifier


class Band(Descriptor):
    """Numbers by bands of that width; a band is told by its lower end."""

    band: Annotated[int, Field(ge=2, le=10**12)]


class Prefix(Descriptor):
    """The first characters of a text."""

    prefix: Annotated[int, Field(ge=1, le=100)]


Level = Literal["codelist", "month", "quarter", "year", "all"] | CodeListLevel | Band | Prefix


class SmallCells(Descriptor):
    """Which fields tell people apart, and how far each may be generalised. All fields are named as published."""

    k: Annotated[int, Field(ge=2, le=10_000)] = 5
    """No combination of quasi-identifiers is shown of fewer persons, nor does a version change one of fewer."""
    applies_to: dict[Identifier, Annotated[tuple[Text, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """Field and values of rows about people; other rows are not counted and not touched."""
    person: Identifier | None = None
    """The field that tells persons apart; absent: each row is a person."""
    quasi_identifiers: dict[Identifier, Annotated[tuple[Level, ...], Field(min_length=1, max_length=6)]] = Field(
        min_length=1, max_length=20
    )
    """Field → its generalisations, finest first. ``all``: the field is absent in all rows about people."""
    weights: dict[Identifier, Annotated[float, Field(gt=0, le=1000)]] = Field(default_factory=dict)
    """Quasi-identifier → how much what it loses counts (default 1): what readers need most is generalised last."""
    sensitive: dict[Identifier, Annotated[int, Field(ge=2, le=100)]] = Field(default_factory=dict)
    """Field → how many of its values each combination has at least (distinct l-diversity: A. Machanavajjhala et al.,
    ACM TKDD 1(1), 2007)."""
    max_suppressed_share: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Rather than generalising further, so many of the rows lose their quasi-identifiers."""


def kind_of(level: Level) -> str:
    """Levels of one kind nest: ``codelist``, ``date``, ``band``, ``prefix`` or ``all``."""
    match level:
        case CodeListLevel():
            return "codelist"
        case Band():
            return "band"
        case Prefix():
            return "prefix"
        case _:
            return "date" if level in DATE_LEVELS else level


def name_of(level: Level) -> str:
    """As people read it, and as receipts have it: ``month``, ``band 10``."""
    match level:
        case CodeListLevel(codelist=name):
            return f"codelist {name}"
        case Band(band=width):
            return f"band {width}"
        case Prefix(prefix=length):
            return f"prefix {length}"
        case _:
            return level


def nest(levels: tuple[Level, ...]) -> bool:
    """Whether each level is coarser than the one before, whatever the values: all of one kind, ``all`` last."""
    inner = levels[:-1] if levels[-1] == "all" else levels
    if len({kind_of(level) for level in inner}) > 1 or any(kind_of(level) == "all" for level in inner):
        return False
    return all(_is_coarser(finer, coarser) for finer, coarser in pairwise(inner))


def _is_coarser(finer: Level, coarser: Level) -> bool:
    match finer, coarser:
        case Band(band=width), Band(band=wider):
            return wider > width and wider % width == 0
        case Prefix(prefix=length), Prefix(prefix=shorter):
            return shorter < length
        case str(), str() if finer in DATE_LEVELS:
            return DATE_LEVELS.index(coarser) > DATE_LEVELS.index(finer)
        case _:
            return False  # All levels of a code list are named once.
