"""What a row near the header is: units, numbers of columns, labels in another language, or a row of the table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.ingest.column_numbers import are_column_numbers, calls_itself_numbers
from pipelines.ingest.detection.cells import is_figure, is_note, sums_up
from pipelines.ingest.detection.samples import filled_places
from pipelines.ingest.grids import GridRow
from pipelines.ingest.units import known_unit

_HAN = re.compile("[\u3400-\u9fff]")
#: What columns of words are counted with, and rows are named by.
_LETTER = re.compile("[甲乙丙丁戊己庚辛壬癸A-Z]")
_LETTERS = re.compile("[A-Za-z]{2}")
#: Texts among figures: so many columns of them in one row are no chance.
_SURELY_LABELS = 3
#: Rows that are half as wide as the table are rows of it when there are so many of them.
_SEVERAL = 3


def holds_figures(body: Sequence[GridRow], place: int) -> bool:
    """Tell whether most cells of a column are figures."""
    filled = _column(body, place)
    return bool(filled) and 2 * sum(map(is_figure, filled)) > len(filled)


def number_columns(row: GridRow, body: Sequence[GridRow]) -> bool:
    """Tell whether a row numbers the columns: it says so, or counts them where the first column holds words."""
    places = filled_places(row)
    if calls_itself_numbers(row.cells):
        # A, 1 above B, 2 is a row of the table, and so is its like: 甲 above 乙.
        letters = [place for place in places if _LETTER.fullmatch((row.cells[place] or "").strip())]
        return not any(_LETTER.fullmatch(cell.strip()) for place in letters for cell in _column(body, place))
    if not are_column_numbers(row.cells) or not places:
        return False
    words = [place for place in range(max(places)) if _column(body, place) and not holds_figures(body, place)]
    if 0 in places:
        return 0 in words
    return words[:1] == [0] and all(place in words for place in range(places[0]))


def are_units(row: GridRow, body: Sequence[GridRow]) -> bool:
    """Tell whether a row says in what each column of figures is measured."""
    places = filled_places(row)
    units = [place for place in places if known_unit(row.cells[place] or "") is not None]
    others = [place for place in places if place not in units]
    return (
        any(holds_figures(body, place) for place in units)
        and not any(holds_figures(body, place) for place in others)
        and len(others) <= 1
    )


def are_translated(above: GridRow, below: GridRow, body: Sequence[GridRow]) -> bool:
    """Tell whether two rows above figures are labels in two languages, one in Chinese characters."""
    for first, second in ((above, below), (below, above)):
        chinese = [first.cells[place] or "" for place in filled_places(first)]
        places = filled_places(second)
        others = [second.cells[place] or "" for place in places]
        if (
            len(set(chinese)) > 1
            and 3 * min(len(chinese), len(others)) >= 2 * max(len(chinese), len(others))
            and all(map(_HAN.search, chinese))
            and all(map(_LETTERS.search, others))
            and not all(map(_HAN.search, others))
            and sum(holds_figures(body, place) for place in places) >= (1 if first is above else 2)
        ):
            return True
    return False


def are_further_labels(row: GridRow, body: Sequence[GridRow]) -> bool:
    """Tell whether a row has different words in each column of figures, several, and in those of words as well."""
    places = filled_places(row)
    figures = [place for place in range(max(places, default=-1) + 1) if holds_figures(body, place)]
    texts = [(row.cells[place] or "").strip() for place in places]
    return (
        len(figures) >= _SURELY_LABELS
        and set(figures) <= set(places)
        and len(set(texts)) == len(texts)
        and not any(is_note(text) or sums_up(text) for text in texts)
    )


def are_rows(rows: Sequence[GridRow], body: Sequence[GridRow], width: int) -> bool:
    """Tell whether rows above a supposed header are rows of the table: they have figures where its columns have."""
    figures = {place for place in range(max(width, 1) * 2) if holds_figures(body, place)}
    whole = several = 0
    for row in rows:
        places = filled_places(row)
        of_figures = [place for place in places if place in figures and is_figure(row.cells[place] or "")]
        if of_figures and len(places) > 1:
            whole += 5 * len(places) >= 4 * width
            several += 2 * len(places) >= width
    return whole > 0 or several >= _SEVERAL


def _column(body: Sequence[GridRow], place: int) -> list[str]:
    cells = [row.cells[place] for row in body if place < len(row.cells)]
    return [cell for cell in cells if cell and cell.strip()]
