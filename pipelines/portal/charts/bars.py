"""Bars: a quantity by a code list, by levels or flat, and how a quantity's values are distributed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pipelines.catalog.metadata.texts import LANGUAGES, Texts, same
from pipelines.portal.charts.classes import class_bounds, class_labels
from pipelines.portal.charts.queries import Cell
from pipelines.portal.charts.records import Bar, Bars, Chart, Table, said
from pipelines.portal.charts.telling import (
    Asked,
    cell,
    described,
    missing_note,
    scales_of,
    share_cell,
    with_amount,
)
from pipelines.registry.charts import CodesChart, DistributionChart, TreeChart

#: Bars of the outermost level, others not counted; children of one of them, and the part of the whole they begin at.
MOST_TOP, MOST_CHILDREN = 9, 3
_SHOWN_FROM = Decimal("0.02")
#: Bars of a flat list.
MOST_FLAT = 12
#: Bars that a description names.
_NAMED = 3


@dataclass
class _Node:
    """A code with everything below it. ``label``: of the code itself."""

    label: Texts
    rows: int = 0
    present: int = 0
    total: Decimal | None = None
    below: dict[Any, _Node] = field(default_factory=dict)

    def add(self, figures: Cell) -> None:
        self.rows, self.present = self.rows + figures.rows, self.present + figures.present
        if figures.total is not None:
            self.total = figures.total + (self.total or 0)

    @property
    def children(self) -> list[_Node]:
        """What lies directly below it, the largest first."""
        return sorted(self.below.values(), key=_size, reverse=True)


def _size(node: _Node) -> tuple[bool, Decimal, int, str]:
    return node.total is not None, abs(node.total or Decimal(0)), node.rows, node.label["zh"]


def tree(asked: Asked, chart: TreeChart | CodesChart) -> Chart:
    """A quantity by the codes of a field: the largest, under each the largest of its parts, and all else as others."""
    found, whole = asked.rows.grouped(chart.by, chart.value)
    root = _Node(same(""))
    for code, figures in found:
        _place(asked, chart, root, code, figures)
    root.rows, root.present, root.total = whole.rows, whole.present, whole.total
    ratio = _shares(root)
    most = MOST_TOP if isinstance(chart, TreeChart) else MOST_FLAT
    top = root.children
    most += len(top) == most + 1
    bars = [bar for node in top[:most] for bar in _bars(node, 0, ratio)]
    others = _others(whole, top[:most])
    if others.rows:
        label = said("charts-others")
        bars.append(Bar(label, others.total, ratio(others.total)))
    value = chart.value
    scales = scales_of([bar.amount for bar in bars], asked.names.unit(value))
    parts = [with_amount(node.label, node.total, scales) for node in top[:_NAMED]]
    title = said("charts-title-by", value=asked.names.title(value), by=asked.names.title(chart.by))
    return asked.made(
        chart.kind,
        title,
        Bars(tuple(bars), scales),
        described("charts-described-bars", parts, max(0, len(top) - _NAMED)),
        _table(asked, chart, root, ratio),
        missing_note(whole.rows - whole.present if value else 0),
    )


def _place(asked: Asked, chart: TreeChart | CodesChart, root: _Node, code: Any, figures: Cell) -> None:
    """Add figures to the nodes that they belong to, of as many levels as are wanted."""
    path = [code]
    if isinstance(chart, TreeChart) and code is not None:
        path = _path(asked.names.codes(chart.by), str(code))[: chart.levels]
    node = root
    for each in path:
        node = node.below.setdefault(each, _Node(asked.names.label(chart.by, each)))
        node.add(figures)


def _path(codes: Mapping[str, Mapping[str, str]], code: str) -> list[str]:
    """A code after those above it; one that leads in a circle, or out of the list, is the outermost."""
    path = [code]
    while (parent := codes.get(path[-1], {}).get("parent")) and parent in codes and parent not in path:
        path.append(parent)
    return path[::-1]


@dataclass(frozen=True)
class _Ratio:
    """Parts of the whole, where it has any: all of one sign, and not nothing."""

    whole: Decimal | None

    def __call__(self, amount: Decimal | None) -> Decimal | None:
        return None if self.whole is None or amount is None else amount / self.whole


def _shares(root: _Node) -> _Ratio:
    has_parts = root.total is not None and root.total > 0 and all((node.total or 0) >= 0 for node in _nodes(root))
    return _Ratio(root.total if has_parts else None)


def _nodes(node: _Node) -> Iterator[_Node]:
    for each in node.children:
        yield each
        yield from _nodes(each)


def _bars(node: _Node, depth: int, ratio: _Ratio) -> Iterator[Bar]:
    yield Bar(node.label, node.total, ratio(node.total), depth)
    for child in node.children[:MOST_CHILDREN] if depth == 0 and len(node.below) > 1 else ():
        part = ratio(child.total)
        if part is None or part >= _SHOWN_FROM:
            yield Bar(child.label, child.total, part, depth + 1)


def _others(whole: Cell, shown: Sequence[_Node]) -> Cell:
    """What is left of all rows without the nodes that are shown."""
    known = [node.total for node in shown if node.total is not None]
    rows, present = sum(node.rows for node in shown), sum(node.present for node in shown)
    left = whole.present - present
    total = None if whole.total is None or not left else whole.total - sum(known, Decimal(0))
    return Cell(whole.rows - rows, left, total)


def _table(asked: Asked, chart: TreeChart | CodesChart, root: _Node, ratio: _Ratio) -> Table:
    names, counts = asked.names, chart.value is None
    header = [names.title(chart.by), *([] if counts else [names.with_unit(chart.value)])]
    header += [said("charts-share"), names.counted]
    is_missing = not counts and root.rows > root.present
    header += [said("charts-without-value")] if is_missing else []
    lines = []
    for path, node in [((), root), *_paths(root, ())]:
        label = said("charts-total") if node is root else _joined(path)
        line = [label, *([] if counts else [cell(node.total)]), share_cell(ratio(node.total)), cell(node.rows)]
        lines.append((*line, *([cell(node.rows - node.present)] if is_missing else [])))
    return Table(tuple(header), tuple(lines))


def _paths(node: _Node, above: tuple[Texts, ...]) -> Iterator[tuple[tuple[Texts, ...], _Node]]:
    for each in node.children:
        path = (*above, each.label)
        yield path, each
        yield from _paths(each, path)


def _joined(path: tuple[Texts, ...]) -> Texts:
    return {language: " › ".join(label[language] for label in path) for language in LANGUAGES}


def distribution(asked: Asked, chart: DistributionChart) -> Chart | None:
    """How many rows have values of each class; ``None`` where none has any."""
    spread = asked.rows.spread(chart.value)
    bounds = class_bounds(spread, is_whole=asked.names.is_whole(chart.value))
    if not bounds:
        return None
    counts = asked.rows.classes(chart.value, bounds)
    unit = asked.names.unit(chart.value)
    kept = [
        (label, count)
        for place, (label, count) in enumerate(zip(class_labels(bounds, unit), counts, strict=True))
        if count or 0 < place < len(bounds)
    ]
    present = Decimal(spread.present)
    bars = tuple(Bar(label, Decimal(count), count / present) for label, count in kept)
    scales = scales_of([bar.amount for bar in bars], None)
    largest = sorted(bars, key=lambda bar: bar.amount or 0, reverse=True)[:_NAMED]
    title = asked.names.title(chart.value)
    return asked.made(
        "distribution",
        said("charts-title-distribution", value=title),
        Bars(bars, scales),
        described("charts-described-bars", [with_amount(bar.label, bar.amount, scales) for bar in largest],
                  len(bars) - len(largest)),
        Table(
            (asked.names.with_unit(chart.value), asked.names.counted, said("charts-share")),
            tuple((bar.label, cell(bar.amount), share_cell(bar.share)) for bar in bars),
        ),
        missing_note(spread.rows - spread.present),
    )  # fmt: skip
