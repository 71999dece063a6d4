"""What follows a header: rows, a footer, blank rows at the end. Counts everything that is left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipelines.ingest.batches import BATCH_ROWS, Batch, is_empty
from pipelines.ingest.grids import Cell, GridRow


@dataclass
class Tally:
    """Rows of the files, counted as they are read, and those left out, by reason.

    Afterwards ``rows in the table + sum(excluded) == in_files``. Where a step makes several rows of one, each of
    them counts in ``in_files`` too.
    """

    in_files: int = 0
    excluded: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Body:
    """How to cut the rows below a header. ``keep`` are the positions of the columns that are read."""

    width: int
    keep: Sequence[int]
    footer: str | None
    padded: bool

    def batches(self, rows: Iterator[GridRow], tally: Tally) -> Iterator[Batch]:
        """Yield the table's rows. Blank rows inside the table are rows; those at its end are not."""
        footer = re.compile(self.footer) if self.footer is not None else None
        waiting: list[GridRow] = []
        pending: list[tuple[GridRow, bool]] = []
        for row in rows:
            tally.in_files += 1
            first = next((cell for cell in row.cells if not is_empty(cell)), None)
            if first is None:
                waiting.append(row)
                continue
            # Anchored: a footer ends the table for good, so a word somewhere inside a cell must not.
            if footer is not None and footer.match(first.strip()):
                following = sum(1 for _ in rows)
                tally.in_files += following
                tally.excluded["footer"] += 1 + following
                break
            pending.extend((blank, True) for blank in waiting)
            waiting.clear()
            pending.append((row, False))
            while len(pending) >= BATCH_ROWS:
                yield self._batch(pending[:BATCH_ROWS])
                del pending[:BATCH_ROWS]
        if waiting:
            tally.excluded["blank"] += len(waiting)
        if pending:
            yield self._batch(pending)

    def _batch(self, rows: Sequence[tuple[GridRow, bool]]) -> Batch:
        cells = [row.cells for row, _ in rows]
        kept = len(self.keep)
        return Batch(
            [row.number for row, _ in rows],
            [kept if len(row) >= self.width else sum(1 for place in self.keep if place < len(row)) for row in cells],
            [self._beyond(row) if len(row) > self.width else None for row in cells],
            [blank for _, blank in rows],
            [[row[place] if place < len(row) else None for row in cells] for place in self.keep],
        )

    def _beyond(self, cells: list[Cell]) -> list[Cell] | None:
        extra = cells[self.width :]
        while self.padded and extra and is_empty(extra[-1]):
            extra.pop()
        return extra or None
