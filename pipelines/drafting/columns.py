"""Columns that are no fields: empty ones without a label, and numbers that only count the rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow.parquet as pq

from pipelines.core.messages import Message
from pipelines.core.records import RawTable
from pipelines.drafting.profiles import Profile
from pipelines.drafting.totals import TotalsPlan
from pipelines.ingest.row_numbers import RunningNumbers

_NUMBERED = re.compile(
    r"|序\s*号|行\s*[号次]|顺序号?|排序号?|no\.?|nr\.?|n[°º]\.?|№|#|s\.?\s?/?\s?no\.?|s\.?n\.?|s[lr]\.?\s?no\.?|lfd\.?\s?nr\.?|row(?:\s?no\.?)?|"
    r"row\s?number|serial\s?(?:no\.?|number)|index",
    re.IGNORECASE,
)
#: Fewer rows than this count on by chance.
_FEWEST_ROWS = 3
#: Parts of labels that name a time: columns that differ in nothing else are one quantity.
_TIMES = re.compile(
    r"(?:19|20)[0-9]{2}(?:\s*[-/]\s*[0-9]{2,4})?|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|"
    r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])(?=月|季)|\b(?:q|week|month|quarter)\s?[0-9]{1,2}\b",
    re.IGNORECASE,
)
_FEWEST_TIMES = 3


@dataclass(frozen=True)
class LeftOut:
    """Places of columns: without label and content, and of running numbers."""

    empty: frozenset[int] = frozenset()
    numbers: frozenset[int] = frozenset()

    def remarks(self, labels: Sequence[str], left: frozenset[int]) -> Iterator[Message]:
        """What became of columns; ``left``: those of them that are in fact left out."""
        if self.empty:
            yield Message("draft-columns-empty", {"columns": _listed(self.empty)})
        for place in sorted(self.numbers):
            told = "draft-number-left" if place in left else "draft-number-kept"
            yield Message(told, {"column": labels[place] or str(place + 1)})
        unnamed = frozenset(place for place, label in enumerate(labels) if not label) - left
        if unnamed:
            yield Message("draft-columns-unnamed", {"columns": _listed(unnamed)})


def columns_left_out(
    raw: RawTable, labels: Sequence[str], bare: Sequence[int], profiles: Sequence[Profile], plan: TotalsPlan | None
) -> LeftOut:
    """Columns of a plain table that are proposed to be left out.

    Args:
        raw: the plain table.
        labels: its delivered labels.
        bare: places of columns without a label of their own.
        profiles: what the columns hold.
        plan: how its totals are known, which count no rows.
    """
    empty = frozenset(place for place in bare if profiles[place].filled == 0)
    named = [place for place, label in enumerate(labels) if place not in empty and _is_number_label(label)]
    numbers = frozenset(place for place in named if _only_counts(raw, place, plan))
    return LeftOut(empty if len(empty) < len(labels) else frozenset(), numbers if len(labels) > 1 else frozenset())


def columns_by_time(labels: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Labels that differ in nothing but a year, a quarter or a month, several of them."""
    groups: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        plain = _TIMES.sub("*", label)
        if "*" in plain:
            groups[plain].append(label)
    yield from (tuple(group) for group in groups.values() if len(group) >= _FEWEST_TIMES)


def _is_number_label(label: str) -> bool:
    return all(_NUMBERED.fullmatch(part.strip()) for part in re.split("[/／]", label)) or bool(
        _NUMBERED.fullmatch(label)
    )


def _only_counts(raw: RawTable, place: int, plan: TotalsPlan | None) -> bool:
    """Whether a column counts the rows from 0 or 1, perhaps anew in each part of the table."""
    counted = RunningNumbers()
    with pq.ParquetFile(raw.parquet) as stored:
        for batch in stored.iter_batches():
            rows = batch if plan is None else batch.filter(plan.keeps(batch))
            if not all(counted.goes_on(cell) for cell in rows.column(f"c{place}").to_pylist() if cell):
                return False
    return counted.rows >= _FEWEST_ROWS


def _listed(places: frozenset[int]) -> str:
    return ", ".join(str(place + 1) for place in sorted(places))
