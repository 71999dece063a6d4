"""The header of a part of a grid, and what it shows about the rows below."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.ingest.detection.cells import is_note
from pipelines.ingest.detection.filled import Filled, Part
from pipelines.ingest.detection.headers import detect_header
from pipelines.ingest.detection.lines import holds_figures
from pipelines.ingest.detection.samples import filled_places, first_text
from pipelines.ingest.grids import GridRow
from pipelines.ingest.headers import header_labels

_BODY = 50
_COLONS = (":", "：")


@dataclass(frozen=True)
class Head:
    """A header: ``row`` and ``rows`` of the sheet; ``first`` and ``after``, its place among rows that hold anything.

    ``figures`` are columns of figures below it, ``words`` others that hold anything; ``named`` says that it has words
    above all figures. Places are those of the part.
    """

    row: int
    rows: int
    first: int
    after: int
    labels: tuple[str, ...]
    figures: frozenset[int]
    words: frozenset[int]
    named: bool

    @classmethod
    def of(cls, filled: Filled, part: Part) -> Head | None:
        """The header of a table of several columns with at least one row; ``None`` where a part has none."""
        sample = filled.sample(part)
        guess = detect_header(sample)
        if guess is None:
            return None
        begin = next(place for place, row in enumerate(sample.head) if row.number == guess.row)
        rows, body = sample.head[begin : begin + guess.rows], sample.head[begin + guess.rows :][:_BODY]
        labelled = {place for row in rows for place in filled_places(row)}
        filled_below = {place for row in body for place in filled_places(row)}
        figures = frozenset(place for place in filled_below if holds_figures(body, place))
        if len(labelled) < 2 or not body or (not figures and _are_entries(sample.head)):
            return None
        texts = [rows[-1].cells[place] or "" for place in filled_places(rows[-1])]
        lettered = all(any(map(str.isalpha, text)) or text.strip().isdigit() for text in texts)
        last = rows[-1].number
        return cls(
            guess.row,
            last - guess.row + 1,
            bisect_left(filled.numbers, guess.row),
            bisect_right(filled.numbers, last),
            header_labels(rows, filled.grid),
            figures,
            frozenset(filled_below - figures),
            bool(figures) and figures <= labelled and lettered,
        )


def _are_entries(rows: Sequence[GridRow]) -> bool:
    """Whether rows say what something is, such as ``Period: 2025``, and make up no table."""
    firsts = [first_text(row) for row in rows]
    return any(text.endswith(_COLONS) or is_note(text) for text in firsts)
