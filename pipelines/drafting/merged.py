"""Groups that are written once, into cells merged over their rows: proof that the rows below belong to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

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
        cells = {row.number - 1: row.cells for row in table.sample.head}
        for (top, left), (bottom, right) in table.grid.merges:
            if left == right and bottom > top >= header.row + header.rows - 1:
                covered[left] += bottom - top
                row = cells.get(top, [])
                if left < len(row) and is_figure(row[left] or ""):
                    figures.add(left)
    return {place: cells for place, cells in covered.items() if place not in figures}
