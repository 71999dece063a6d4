"""Which column of a header is which expected one, under another label."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.core.identifiers import is_identifier
from pipelines.ingest.headers import ExpectedLabels, label_keys, matching
from pipelines.ingest.units import YUAN
from pipelines.registry import Dataset
from pipelines.registry.layouts import Layout

#: How alike two labels have to be (difflib ratio) to be told as one that was renamed, and to be taken for it.
_LIKE, _NEARLY = 0.6, 0.75
_SIGNS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
_UNIT = re.compile("|".join(sorted(YUAN, key=len, reverse=True)))
#: Words that turn a label into its opposite.
_NEGATIONS = frozenset("非不未无")
#: Words that say nothing more about what a column holds.
_FILLERS = frozenset({"名称", "名", "必填", "选填", "填报"})
_PARTS = "/"


@dataclass(frozen=True)
class Expected:
    """A column that files of a layout come with. ``field`` is what it is named, ``None`` where it is left out.

    ``labels`` are those it is known by; ``aliases`` are what its field is called in other places.
    """

    field: str | None
    labels: tuple[str, ...]
    aliases: tuple[str, ...] = ()

    @property
    def storable(self) -> bool:
        """Whether a layout can name another label for it."""
        return self.field is None or is_identifier(self.field)


@dataclass(frozen=True)
class Renamed:
    """``label``, in column ``place`` from 0, seems to be an expected column's. ``certain``: it says the same."""

    expected: Expected
    label: str
    place: int
    certain: bool


@dataclass(frozen=True)
class Comparison:
    """How the labels of a header answer what is expected: ``new`` are the places of labels that nothing expects."""

    known: int
    renamed: tuple[Renamed, ...]
    missing: tuple[Expected, ...]
    new: tuple[int, ...]

    @property
    def fits(self) -> bool:
        """Whether at least half of the expected columns are there."""
        return self.rank[0] >= max(1, len(self.missing))

    @property
    def rank(self) -> tuple[int, int]:
        """The more, the better the labels answer."""
        return self.known + len(self.renamed), self.known


def expected_columns(layout: Layout, dataset: Dataset) -> list[Expected]:
    """The columns of ``columns``, and the fields that are delivered under their own names."""
    by_field: dict[str, list[str]] = {}
    found: list[Expected] = []
    for label, name in layout.columns.items():
        if name is None:
            found.append(Expected(None, (label,)))
        else:
            by_field.setdefault(name, []).append(label)
    titles = {spec.name: (spec.titles.zh, spec.titles.en) for spec in dataset.fields}
    found += [Expected(name, (*labels, name), titles.get(name, ())) for name, labels in by_field.items()]
    delivered = ExpectedLabels.of(layout, dataset).delivered
    found += [Expected(name, (name,), titles.get(name, ())) for name in delivered if name not in by_field]
    return found


def compare(labels: Sequence[str], expected: Sequence[Expected]) -> Comparison:
    """Match the labels of a header with the columns that are expected; each is the other's only likely partner."""
    keys = {key: place for place, key in enumerate(label_keys(labels))}
    plain = {matching(label) for label in labels}
    absent = [column for column in expected
              if not any(matching(label) in plain or label in keys for label in column.labels)]  # fmt: skip
    named = {matching(label) for column in expected for label in column.labels}
    places = [place for place, label in enumerate(labels) if label and matching(label) not in named]
    likeness = {(place, index): _likeness(labels[place], column)
                for place in places for index, column in enumerate(absent)}  # fmt: skip
    renamed = []
    for (place, index), alike in likeness.items():
        rivals = (other for pair, other in likeness.items()
                  if pair != (place, index) and (pair[0] == place or pair[1] == index))  # fmt: skip
        if alike >= _LIKE and all(other < alike for other in rivals):
            column = absent[index]
            certain = column.storable and any(_says_the_same(labels[place], told) for told in _texts(column))
            renamed.append(Renamed(column, labels[place], place, certain))
    taken = {entry.place for entry in renamed}
    answered = {id(entry.expected) for entry in renamed}
    missing = tuple(column for column in absent if id(column) not in answered and column.field is not None)
    return Comparison(len(expected) - len(absent), tuple(renamed), missing,
                      tuple(place for place in places if place not in taken))  # fmt: skip


def unit_of(label: str) -> str | None:
    """The unit of amounts that a label names."""
    found = _UNIT.search(unicodedata.normalize("NFKC", label))
    return found[0] if found else None


def _texts(column: Expected) -> tuple[str, ...]:
    return (*column.labels, *column.aliases)


def _likeness(label: str, column: Expected) -> float:
    return max(_alike(label, told) for told in _texts(column))


def _alike(one: str, other: str) -> float:
    first, second = _plain(one), _plain(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    if _plain(one.rpartition(_PARTS)[2]) == _plain(other.rpartition(_PARTS)[2]):
        return 0.95
    return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio()


def _says_the_same(one: str, other: str) -> bool:
    """Whether one label is the other written otherwise, or with something added: 上年 is no 本年, 万元 no 元."""
    if _DIGITS.findall(_plain(one)) != _DIGITS.findall(_plain(other)) or unit_of(one) != unit_of(other):
        return False
    if _alike(one, other) >= 0.95:
        return True
    first, second = _plain(one), _plain(other)
    changed = ""
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    for kind, begin, end, start, stop in matcher.get_opcodes():
        if kind == "replace":
            return False
        changed += "" if kind == "equal" else first[begin:end] + second[start:stop]
    return changed in _FILLERS or (matcher.ratio() >= _NEARLY and _NEGATIONS.isdisjoint(changed))


def _plain(label: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", label)).casefold()
