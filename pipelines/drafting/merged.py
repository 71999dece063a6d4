"""Groups that are written once, into cells merged over their rows: proof that the rows below belong to them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pipelines.drafting.choosing import Table
from pipelines.ingest.detection.cells import is_figure


def merged_groups(tables: Sequence[Table]) -> Mapping[int, int]:
    """Per column of labels, how many cells below the first one its merges over several rows take in.

    A figure in merged cells stands for all its rows together: it is no group.
    """
    covered: Counter[int] = Counter()
    figures: set[int] = set()
    for table in tables:
        header = table.guess.header
        tops: defaultdict[int, list[int]] = defaultdict(list)
        for (top, left), (bottom, right) in table.grid.merges:
            if left == right and bottom > top >= header.row + header.rows - 1:
                covered[left] += bottom - top
                tops[top].append(left)
        figures.update(_figures(table, tops))
    return {place: cells for place, cells in covered.items() if place not in figures}


def _figures(table: Table, tops: Mapping[int, Sequence[int]]) -> Iterator[int]:
    """Columns with a figure in any of those cells: rows beyond the sample are read for that."""
    head = table.sample.head
    beyond = max(tops, default=-1) >= (head[-1].number if head else 0)
    for row in table.grid.rows() if beyond else head:
        for place in tops.get(row.number - 1, ()):
            if place < len(row.cells) and is_figure(row.cells[place] or ""):
                yield place
