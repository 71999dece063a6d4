"""Which cells of a sheet become the dataset, where it holds more than one table, or something beside the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.core.messages import Message
from pipelines.drafting.answers import Answers
from pipelines.drafting.choosing import Choice, Table
from pipelines.drafting.refusals import CannotDraft
from pipelines.ingest.detection.regions import TableFound, TablesFound
from pipelines.ingest.names import shown_label
from pipelines.registry.layouts import WITH_CELLS, Layout
from pipelines.registry.selections import CellRange

_MOST_LABELS, _MOST_RANGES = 8, 10


class SeveralTables(CannotDraft):
    """A sheet holds several tables, and nobody has said which one is meant: ``ranges``, in the order of the reasons.

    They are empty where the format's layouts know no ranges.
    """

    def __init__(self, table: Table, layout: Layout) -> None:
        found = table.found.tables
        self.ranges = tuple(each.range for each in found) if layout.format in WITH_CELLS else ()
        remedy = "draft-several-tables-remedy" if self.ranges else "draft-several-tables-file-remedy"
        place = table.grid.sheet or table.grid.file
        reasons = [
            (
                Message(
                    "draft-several-tables",
                    {"place": place, "number": number, "tables": len(found), "range": each.range,
                     "row": each.header_row, "labels": _shown(each.labels), "rows": each.rows},
                ),
                Message(remedy, {"range": each.range, "row": each.header_row}),
            )
            for number, each in enumerate(found, start=1)
        ]  # fmt: skip
        alike = [str(number) for number, each in enumerate(found, start=1) if _is_repeated(each, found)]
        if alike:
            told = {"numbers": ", ".join(alike)}
            reasons.append((Message("draft-tables-alike", told), Message("draft-tables-alike-remedy", told)))
        super().__init__(reasons)


def wanted_range(choice: Choice, layout: Layout, answers: Answers) -> str | None:
    """The range that the layout needs; ``None`` where the whole sheet is read.

    Raises:
        SeveralTables: a sheet that is taken holds several, and no answer says which one is meant.
    """
    wanted: set[str | None] = set()
    for table in choice.tables:
        found = table.found
        named = [each for each in found.tables if each.header_row == answers.header_row]
        meant = named[0] if len(named) == 1 else None
        if len(found.tables) > 1 and layout.format not in WITH_CELLS:
            # Text is read to its end: of several tables only the last can be named by its header.
            if meant is not found.tables[-1]:
                raise SeveralTables(table, layout)
        elif len(found.tables) > 1:
            if meant is None:
                raise SeveralTables(table, layout)
            wanted.add(meant.range)
        else:
            wanted.add(found.tables[0].range if found.tables and found.beside else None)
    # Sheets whose tables lie in different columns have no range in common.
    return wanted.pop() if len(wanted) == 1 and layout.format in WITH_CELLS else None


def left_outside(choice: Choice, chosen: str) -> Iterator[Message]:
    """What stands outside the range that was taken."""
    cells = CellRange.of(chosen)
    ranges = dict.fromkeys(text for table in choice.tables for text in _ranges(table.found))
    outside = [text for text in ranges if not CellRange.of(text).overlaps(cells)]
    if outside:
        shown = ", ".join(outside[:_MOST_RANGES]) + (" …" if len(outside) > _MOST_RANGES else "")
        yield Message("draft-range", {"range": chosen, "outside": shown})


def _ranges(found: TablesFound) -> Iterator[str]:
    yield from (table.range for table in found.tables)
    yield from found.beside


def _is_repeated(table: TableFound, among: Sequence[TableFound]) -> bool:
    return sum(table.labels == each.labels for each in among) > 1


def _shown(labels: Sequence[str]) -> str:
    shown = [shown_label(label, place) or f"#{place}" for place, label in enumerate(labels, start=1)]
    return ", ".join(shown[:_MOST_LABELS]) + (" …" if len(shown) > _MOST_LABELS else "")
