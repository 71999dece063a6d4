"""What a chart is before it is drawn: its texts, its figure and the table of all its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipelines.catalog.metadata.texts import LANGUAGES, Texts
from pipelines.core.messages import translate
from pipelines.portal.numbers import Scale

#: How amounts are told, by language.
Scales = Mapping[str, Scale]


def said(message: str, /, **params: Texts | str | int) -> Texts:
    """A sentence in both languages; parameters that are texts are given in each."""
    return {
        language: translate(
            message, language, **{name: each if isinstance(each, str | int) else each[language]
                                  for name, each in params.items()}
        )
        for language in LANGUAGES
    }  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """A bar. ``amount`` is ``None`` where nothing is known; ``share`` is of the whole; ``depth``: levels above it."""

    label: Texts
    amount: Decimal | None
    share: Decimal | None = None
    depth: int = 0


@dataclass(frozen=True)
class Bars:
    """Horizontal bars from a common zero, in the order in which they are drawn."""

    bars: tuple[Bar, ...]
    scales: Scales


@dataclass(frozen=True)
class Stack:
    """A bar of parts, one per series; ``None`` where nothing is known. ``is_partial``: something of it is not known."""

    label: Texts
    parts: tuple[Decimal | None, ...]
    is_partial: bool = False

    @property
    def total(self) -> Decimal | None:
        """All that is known of it; ``None``: nothing is."""
        known = [part for part in self.parts if part is not None]
        return sum(known, Decimal(0)) if known else None


@dataclass(frozen=True)
class Stacks:
    """Horizontal bars divided by series, in the order in which they are drawn. ``series``: what the parts are."""

    series: tuple[Texts, ...]
    stacks: tuple[Stack, ...]
    scales: Scales


@dataclass(frozen=True)
class Line:
    """A line: its amount at each point; ``None`` where nothing is known."""

    label: Texts
    amounts: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class Lines:
    """Lines over the same points, which lie evenly: one or more."""

    points: tuple[str, ...]
    lines: tuple[Line, ...]
    scales: Scales


Figure = Bars | Stacks | Lines


@dataclass(frozen=True)
class Table:
    """All figures of a chart, exactly: a header, and rows of as many cells. ``labels``: how many columns, from the
    first on, are texts; the others are numbers."""

    header: tuple[Texts, ...]
    rows: tuple[tuple[Texts, ...], ...]
    labels: int = 1


@dataclass(frozen=True)
class Chart:
    """A chart of a dataset. ``id`` is its own on the dataset's page.

    ``subtitle``: rows of which periods it counts, in which unit; ``description``: what it shows, for those who do not
    see it; ``notes``: what it leaves out.
    """

    id: str
    kind: str
    title: Texts
    subtitle: Texts
    description: Texts
    notes: tuple[Texts, ...]
    figure: Figure
    table: Table
