"""What follows a header: rows, a footer, blank rows at the end. Counts everything that is left out."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from pipelines.ingest.batches import BATCH_ROWS, Batch, is_empty
from pipelines.ingest.detection.cells import is_signature
from pipelines.ingest.grids import Cell, GridRow
from pipelines.ingest.headers import HeaderLine
from pipelines.ingest.tables_below import TablesBelow
from pipelines.ingest.unread import UnreadColumn

#: Characters that the rows of one batch may come to before it is passed on.
_BATCH_CHARACTERS = 16 << 20
#: Rows that are turned into columns at once. A row has up to a million characters; and so few rows never make Python's
#: garbage collector look for circles among them, which was a third of the cost.
_CHUNK_ROWS = 64
#: Cells that make a line below the footer a row whatever the table's width, and the footer's own line: compilers,
#: auditors and dates are put beside each other there.
_FILLED, _FILLED_FOOTER = 2, 4


@dataclass
class Tally:
    """Rows of the files, counted as they are read, and those left out, by reason.

    Afterwards ``rows in the table + sum(excluded) == in_files``. Where a step makes several rows of one, each of
    them counts in ``in_files`` too; ``gained`` are those that were not delivered.
    """

    in_files: int = 0
    gained: int = 0
    excluded: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Body:
    """How to cut the rows below a header.

    ``keep`` are the positions of the columns that are read; ``blanks`` says that empty rows inside the table
    are rows. ``totals`` are the positions and patterns by which totals are known. ``unread`` are columns that are
    only looked at. ``report`` is told, as (rule, first row, rows), what must not be in a table.
    """

    width: int
    keep: Sequence[int]
    footer: re.Pattern[str] | None
    blanks: bool
    header: Sequence[HeaderLine]
    totals: Sequence[tuple[int, re.Pattern[str]]]
    report: Callable[[str, int, int], None]
    unread: Sequence[UnreadColumn] = ()

    def batches(self, rows: Iterator[GridRow], tally: Tally) -> Iterator[Batch]:
        """Yield the table's rows. Blank rows inside the table are rows; those at its end are not.

        The footer ends the table. Below it stand totals, which are read, and remarks, which are counted; rows and
        further headers are reported, because a table that goes on there would be published in part.
        """
        faults = _Faults()
        pending, characters = self._batch([], []), 0
        for chunk, blank in self._chunks(rows, tally, faults):
            pending.append(self._batch(chunk, blank))
            for column in self.unread:
                column.see(chunk)
            characters += sum(map(len, filter(None, itertools.chain.from_iterable(row.cells for row in chunk))))
            if len(pending) >= BATCH_ROWS or characters >= _BATCH_CHARACTERS:
                yield pending
                pending, characters = self._batch([], []), 0
        if len(pending):
            yield pending
        for rule, (first, count) in faults.found.items():
            self.report(rule, first, count)

    def _chunks(
        self, rows: Iterator[GridRow], tally: Tally, faults: _Faults
    ) -> Iterator[tuple[list[GridRow], list[bool]]]:  # fmt: skip
        """The rows that belong to the table, and whether they are blank; most are plain and need no closer look."""
        seen = _Seen(tally, faults)
        while chunk := list(itertools.islice(rows, _CHUNK_ROWS)):
            if not seen.waiting and not seen.others.looking and self._are_plain(chunk):
                tally.in_files += len(chunk)
                yield chunk, [False] * len(chunk)
                continue
            looked = self._rows(iter(chunk), rows, seen)
            while told := list(itertools.islice(looked, _CHUNK_ROWS)):
                yield [row for row, _ in told], [blank for _, blank in told]
        if seen.waiting:
            tally.excluded["blank"] += len(seen.waiting)

    def _are_plain(self, rows: Sequence[GridRow]) -> bool:
        """Whether all of some rows begin with a text, none with the footer's, a signature or any of the header's."""
        try:
            firsts = [row.cells[0] for row in rows]
        except IndexError:
            return False
        texts = cast("list[str]", firsts)
        if not all(firsts) or any(map(str.isspace, texts)) or any(map(self._is_footer, texts if self.footer else ())):
            return False
        if any(map(is_signature, texts)):
            return False
        return all(line.texts.isdisjoint(itertools.chain.from_iterable(row.cells for row in rows))
                   for line in self.header)  # fmt: skip

    def _rows(
        self, chunk: Iterator[GridRow], more: Iterator[GridRow], seen: _Seen
    ) -> Iterator[tuple[GridRow, bool]]:  # fmt: skip
        """Those of some rows that belong to the table; of the rows below, ``more``, too, where the table ends here."""
        tally, faults, waiting, others = seen.tally, seen.faults, seen.waiting, seen.others
        for row in chunk:
            tally.in_files += 1
            first = _first(row)
            if first is None:
                waiting.append(row)
                continue
            if self._is_footer(first):
                tally.excluded["footer"] += 1
                if self._is_filled(row, _FILLED_FOOTER):
                    faults.add("rows-after-footer", row)
                yield from self._below_footer(itertools.chain(chunk, more), tally, faults)
                break
            other = others.see(row, after_gap=bool(waiting)) if waiting or others.looking else None
            if self.blanks:
                for empty in waiting:
                    yield empty, True
            elif waiting:
                tally.excluded["blank"] += len(waiting)
            waiting.clear()
            if self._is_header(row):
                faults.add("header-repeated", row)
            elif other is not None and not self._is_header(other):
                faults.add("table-below", other)
            if is_signature(first):
                faults.add("signature-in-table", row)
            yield row, False

    def _below_footer(self, rows: Iterator[GridRow], tally: Tally, faults: _Faults) -> Iterator[tuple[GridRow, bool]]:
        for row in rows:
            tally.in_files += 1
            if self._is_total(row):
                yield row, False
                continue
            tally.excluded["footer"] += 1
            first = _first(row)
            if first is None:
                continue
            if self._is_header(row):
                faults.add("header-repeated", row)
            elif not self._is_footer(first) and self._is_filled(row, _FILLED):
                faults.add("rows-after-footer", row)

    def _is_footer(self, first: str) -> bool:
        # Anchored: a footer ends the table for good, so a word somewhere inside a cell must not.
        return self.footer is not None and self.footer.match(first.strip()) is not None

    def _is_header(self, row: GridRow) -> bool:
        return any(line.is_repeated_by(row.cells) for line in self.header if not line.texts.isdisjoint(row.cells))

    def _is_total(self, row: GridRow) -> bool:
        return any(
            place < len(row.cells) and pattern.search((row.cells[place] or "").strip())
            for place, pattern in self.totals
        )  # fmt: skip

    def _is_filled(self, row: GridRow, least: int) -> bool:
        """Tell whether a row has as many cells as rows of the table have: at least half as many as columns."""
        filled = sum(1 for cell in row.cells if not is_empty(cell))
        return filled >= max(least, (self.width + 1) // 2)

    def _batch(self, rows: Sequence[GridRow], blank: list[bool]) -> Batch:
        cells = [row.cells for row in rows]
        kept = len(self.keep)
        numbers = [row.number for row in rows]
        if set(map(len, cells)) == {self.width}:
            turned = list(zip(*cells, strict=True))
            columns = [list(turned[place]) for place in self.keep]
            return Batch(numbers, [kept] * len(rows), [None] * len(rows), blank, columns)
        return Batch(
            numbers,
            [kept if len(row) >= self.width else sum(1 for place in self.keep if place < len(row)) for row in cells],
            [self._beyond(row) if len(row) > self.width else None for row in cells],
            blank,
            [[row[place] if place < len(row) else None for row in cells] for place in self.keep],
        )

    def _beyond(self, cells: list[Cell]) -> list[Cell] | None:
        extra = cells[self.width :]
        while extra and is_empty(extra[-1]):
            extra.pop()
        return extra or None


class _Faults:
    """What must not be in a table, by rule: the first row and how many there are."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[int, int]] = {}

    def add(self, rule: str, row: GridRow) -> None:
        first, count = self.found.get(rule, (row.number, 0))
        self.found[rule] = (first, count + 1)


@dataclass(frozen=True)
class _Seen:
    """What the rows so far have shown. ``waiting`` are empty ones that belong to the table if rows come below them."""

    tally: Tally
    faults: _Faults
    waiting: list[GridRow] = field(default_factory=list)
    others: TablesBelow = field(default_factory=TablesBelow)


def _first(row: GridRow) -> Cell:
    if row.cells and (cell := row.cells[0]) and not cell.isspace():
        return cell
    return next((cell for cell in row.cells if not is_empty(cell)), None)
