"""Rows after empty rows that begin another table: they must not be read as rows of the table above them."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.ingest.detection.cells import is_figure, is_note, sums_up
from pipelines.ingest.detection.lines import holds_figures
from pipelines.ingest.detection.samples import filled_places
from pipelines.ingest.grids import GridRow

#: Rows of a table that show in which columns it has figures.
_BODY = 50
#: Rows without a figure that may stand between the empty ones and the first row with one: a title, the header, units.
_MOST_ABOVE = 6
#: Signs that label a column by themselves, and words for "no value", which may be the only ones in their row.
_SIGNS = frozenset("%％‰#№")
_NO_VALUE = frozenset({"n/a", "na", "none", "nil", "null", "无", "暂无", "不详", "未知"})


class TablesBelow:
    """Looks at the rows of a table as they come, for the header of another one below empty rows.

    A header is a row of different words above figures, all of which it labels, where the table had figures as well; a
    row of the table has figures there, or a mark or word for "no value", the same in several places, or a word that
    its column had before. ``looking`` says whether the next row is of interest unless it stands below empty ones.
    """

    def __init__(self) -> None:
        self.looking = True
        self._body: list[GridRow] = []
        self._figures: set[int] | None = None
        self._above: list[GridRow] | None = None

    def see(self, row: GridRow, after_gap: bool) -> GridRow | None:
        """Take the next row that is not empty; the header of another table, once the row below it is known.

        ``after_gap``: empty rows stand above it.
        """
        if after_gap and self._body:
            self._above = []
        found = None
        if self._above is None:
            self._body.append(row)
        elif any(is_figure(row.cells[place] or "") for place in filled_places(row)):
            found = self._header(self._above, row)
            self._above = None
        else:
            self._above.append(row)
            if len(self._above) > _MOST_ABOVE:
                self._above = None
        self.looking = self._above is not None or len(self._body) < _BODY
        return found

    def _header(self, above: Sequence[GridRow], first: GridRow) -> GridRow | None:
        if self._figures is None:
            width = max(len(row.cells) for row in self._body)
            self._figures = {place for place in range(width) if holds_figures(self._body, place)}
        figures = self._figures
        below = {place for place in filled_places(first) if is_figure(first.cells[place] or "")}
        lines = [row for row in above if len(filled_places(row)) > 1]
        if not figures or not below <= {place for row in lines for place in filled_places(row)}:
            return None
        # Words stand where the table has figures; or the figures are all where it has none.
        elsewhere = figures.isdisjoint(below)
        labels = (row for row in lines if elsewhere or not figures.isdisjoint(filled_places(row)))
        return next((row for row in labels if _are_labels(row) and not self._repeats(row)), None)

    def _repeats(self, row: GridRow) -> bool:
        """Whether a row has a word that its column had in the table."""
        return any(
            row.cells[place] == known.cells[place]
            for known in self._body
            for place in filled_places(row)
            if place < len(known.cells)
        )


def _are_labels(row: GridRow) -> bool:
    texts = [(row.cells[place] or "").strip() for place in filled_places(row)]
    words = [text for text in texts if any(map(str.isalpha, text))]
    return (
        len(set(texts)) == len(texts)
        and len(words) > 1
        and not any(is_figure(text) or is_note(text) or sums_up(text) or _is_mark(text) for text in texts)
    )


def _is_mark(text: str) -> bool:
    """Whether a text stands for no value: it says so, or has neither letter nor digit."""
    return text.lower() in _NO_VALUE or not (any(map(str.isalnum, text)) or text in _SIGNS)
