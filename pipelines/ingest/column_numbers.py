"""Rows below a header that number its columns (栏次 1 2 3): they are part of the header and label nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.ingest.grids import Cell

#: What such a row calls itself, and how columns of words are counted where those of figures have numbers.
_CALLED = re.compile(r"[栏行列]\s*次|栏目")
_COUNTED = re.compile("[甲乙丙丁戊己A-F]")
#: ``3``, ``(3)``, and ``3=1+2``.
_NUMBER = re.compile(r"[(（]?([0-9]{1,3})[)）]?(?:\s*[=＝][0-9+\-－＋×*/()（）\s]+)?")
_FEWEST = 3


def calls_itself_numbers(cells: Sequence[Cell]) -> bool:
    """Tell whether a row says of itself that it numbers columns, and holds nothing else."""
    texts = [cell.strip() for cell in cells if cell and cell.strip()]
    words = [text for text in texts if not _NUMBER.fullmatch(text)]
    if any(map(_CALLED.fullmatch, words)):
        fewest = 1
    elif words[:1] in (["甲"], ["A"]) and _first_number(texts) == 1:
        # A letter before another figure, or A before a single one, may name a row.
        fewest = 1 if words[0] == "甲" else 2
    else:
        return False
    return all(_CALLED.fullmatch(word) or _COUNTED.fullmatch(word) for word in words) and _counts(texts, fewest)


def are_column_numbers(cells: Sequence[Cell]) -> bool:
    """Tell whether a row can number columns: it says so, or holds nothing but 1, 2, 3 and so on."""
    texts = [cell.strip() for cell in cells if cell and cell.strip()]
    return calls_itself_numbers(cells) or (all(map(_NUMBER.fullmatch, texts)) and _counts(texts, _FEWEST))


def _first_number(texts: Sequence[str]) -> int | None:
    return next((int(match[1]) for match in map(_NUMBER.fullmatch, texts) if match is not None), None)


def _counts(texts: Sequence[str], fewest: int) -> bool:
    numbers = [int(match[1]) for match in map(_NUMBER.fullmatch, texts) if match is not None]
    return len(numbers) >= fewest and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] < 10
