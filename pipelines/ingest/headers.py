"""Finding the header of a grid and the labels it gives, whatever stands above it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipelines.ingest.column_numbers import are_column_numbers, calls_itself_numbers
from pipelines.ingest.grids import Cell, Grid, GridRow, Merge
from pipelines.registry import Dataset
from pipelines.registry.layouts import Layout
from pipelines.registry.steps import Compose, Constant, FromDelivery, Indent, Lookup, Scale, Split, Unpivot

#: Rows, from the first one of a sheet or range, in which a header is looked for when it is not where the layout says.
SEARCH_ROWS = 30
_JOIN = "/"


@dataclass(frozen=True)
class HeaderLine:
    """One row of a header, to know it again: its labels by place, and how many of them make a repetition."""

    texts: frozenset[Cell]
    labels: Mapping[int, str]
    enough: int

    @classmethod
    def of(cls, row: GridRow, width: int) -> HeaderLine:
        """The line of a header of ``width`` columns. Numbers of columns (栏次) are no labels: rows have them too."""
        labels = {place: matching(cell) for place, cell in enumerate(row.cells) if cell and cell.strip()}
        labels = {place: label for place, label in labels.items() if not label.isdigit()}
        enough = max(min(2, width), (len(labels) + 1) // 2)
        return cls(frozenset(row.cells[place] for place in labels), labels, enough)

    def is_repeated_by(self, cells: Sequence[Cell]) -> bool:
        """Tell whether a row, which has one of ``texts``, says what this line of the header says."""
        same = sum(
            1 for place, label in self.labels.items()
            if place < len(cells) and matching(cells[place] or "") == label
        )  # fmt: skip
        return same >= self.enough


@dataclass(frozen=True)
class Header:
    """A header: ``preamble`` rows stand above it; ``row`` is the row number of its first row."""

    preamble: int
    row: int
    labels: tuple[str, ...]
    lines: tuple[HeaderLine, ...] = ()


@dataclass(frozen=True)
class ExpectedLabels:
    """What a header of a layout may say: per name, the labels that ``columns`` gives it; and the names of fields.

    ``delivered`` are the fields' names as they are written, in their order.
    """

    columns: tuple[frozenset[str], ...]
    fields: tuple[frozenset[str], ...]
    delivered: tuple[str, ...]

    @classmethod
    def of(cls, layout: Layout, dataset: Dataset) -> ExpectedLabels:
        """The labels that files of this layout come with: columns that steps make are not among them."""
        made: set[str] = set()
        used: set[str] = set()
        for step in layout.steps:
            if isinstance(step, (Constant, FromDelivery, Lookup, Compose)):
                made.add(step.field)
            elif isinstance(step, Unpivot):
                made |= {step.name_field, step.value_field}
                used |= set(step.columns)
            elif isinstance(step, Indent):
                made |= set(step.made)
            elif isinstance(step, Split):
                made |= set(step.parts)
                used.add(step.field)
            elif isinstance(step, Scale) and step.unit_field is not None:
                made.add(step.unit_field)
        fields = dict.fromkeys([*(spec.name for spec in dataset.fields if spec.name not in made), *sorted(used)])
        by_name: dict[str, set[str]] = {}
        for label, name in layout.columns.items():
            by_name.setdefault(name or f"null {label}", set()).add(matching(label))
        columns = tuple(frozenset(alternatives) for alternatives in by_name.values())
        return cls(columns, tuple(frozenset({matching(name)}) for name in fields), tuple(fields))

    def fit(self, labels: Sequence[str]) -> int:
        """How many names of ``columns``, or of the delivered fields, have one of ``labels``; 0 for less than half.

        A name that several labels stand for is there once: files of this year have one of them, older ones another.
        """
        found = {matching(label) for label in labels}
        named = found | {name for name in label_keys(labels) if name.startswith("#")}
        known = [
            (expected, sum(1 for alternatives in expected if alternatives & named))
            for expected in (self.columns, self.fields)
            if any(alternatives & found for alternatives in expected)
        ]
        return max((count for expected, count in known if 2 * count >= len(expected)), default=0)


def matching(label: str) -> str:
    """The form in which labels are compared: without any white space (line breaks, U+3000 padding)."""
    return "".join(label.split())


def trimmed(label: Cell) -> str:
    """A label as it is kept: white space at its ends gone, inside it one space."""
    return " ".join((label or "").split())


def head_size(layout: Layout) -> int:
    """How many rows of a grid must be looked at to find its header."""
    return max(layout.header_row, SEARCH_ROWS) + layout.header_rows - 1


def find_header(head: Sequence[GridRow], grid: Grid, layout: Layout, expected: ExpectedLabels) -> Header | None:
    """The header where most labels fit: of equals the one at the declared row, then the first; ``None`` without any.

    Half a header of two rows fits as well as a whole one that was renamed in part, so the first to fit will not do.
    """
    declared = [index for index, row in enumerate(head) if row.number == layout.header_row]
    near = head[0].number + SEARCH_ROWS if head else 0
    others = [index for index, row in enumerate(head) if row.number < near and index not in declared]
    best, most = None, 0
    for index in [*declared, *others]:
        rows = head[index : index + layout.header_rows]
        labels = header_labels(rows, grid) if len(rows) == layout.header_rows else ()
        fit = expected.fit(labels)
        if fit > most:
            lines = tuple(HeaderLine.of(row, len(labels)) for row in rows)
            best, most = Header(index, rows[0].number, labels, lines), fit
    return best


def renamed(labels: Sequence[str], layout: Layout) -> list[str | None]:
    """The field name of each label, the label itself where the layout names none, ``None`` for columns left out.

    A column without a label, or with one that other columns have too, is named by its position: ``#2`` is the second.
    """
    names = {matching(label): name for label, name in layout.columns.items()}
    return [
        names.get(key, names.get(matching(label), label)) for key, label in zip(label_keys(labels), labels, strict=True)
    ]  # fmt: skip


def label_keys(labels: Sequence[str]) -> list[str]:
    """What names each column in a layout: its label, or its position where that does not tell it from others."""
    plain = [matching(label) for label in labels]
    counts = Counter(plain)
    return [
        label if label and counts[label] == 1 else f"#{position}" for position, label in enumerate(plain, start=1)
    ]  # fmt: skip


def header_labels(rows: Sequence[GridRow], grid: Grid) -> tuple[str, ...]:
    """The label of each column that header rows give: merged cells filled, the parts joined by ``/``.

    A last row that only numbers the columns labels nothing, unless nothing else tells them apart.
    """
    labels = _labels(rows, grid)
    if len(rows) > 1 and are_column_numbers(rows[-1].cells):
        plain = _labels(rows[:-1], grid)
        if calls_itself_numbers(rows[-1].cells) or len(set(plain)) == len(set(labels)):
            return plain
    return labels


def _labels(rows: Sequence[GridRow], grid: Grid) -> tuple[str, ...]:
    width = max(len(row.cells) for row in rows)
    parts = [[trimmed(cell) for cell in row.cells] + [""] * (width - len(row.cells)) for row in rows]
    if len(parts) > 1:
        if grid.merges:
            _fill_merged(dict(zip((row.number - 1 for row in rows), parts, strict=True)), grid.merges)
        else:
            _fill_left(parts)
    labels = [_joined(column) for column in zip(*parts, strict=True)]
    while grid.padded and labels and not labels[-1]:
        labels.pop()
    return tuple(labels)


def _fill_merged(parts: Mapping[int, list[str]], merges: Collection[Merge]) -> None:
    """``parts``: by row, from 0; hidden rows between them may be left out."""
    for (top, left), (bottom, right) in merges:
        if top in parts:
            for row in parts:
                if top <= row <= bottom:
                    for column in range(left, min(right, len(parts[row]) - 1) + 1):
                        parts[row][column] = parts[top][left]


def _fill_left(parts: list[list[str]]) -> None:
    """Without merged cells to go by, an empty upper cell continues its neighbour where a lower cell is filled."""
    for level, row in enumerate(parts[:-1]):
        for column in range(1, len(row)):
            if not row[column] and any(below[column] for below in parts[level + 1 :]):
                row[column] = row[column - 1]


def _joined(parts: Sequence[str]) -> str:
    kept: list[str] = []
    for part in parts:
        if part and (not kept or kept[-1] != part):
            kept.append(part)
    return _JOIN.join(kept)
