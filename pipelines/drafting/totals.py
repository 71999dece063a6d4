"""Ways of telling totals and parent rows from the others: proposed here by how rows look, proved by their sums."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.databases import private_database
from pipelines.core.sql import literal
from pipelines.ingest.detection.cells import SUBTOTALS, TOTALS

#: Labels of totals and codes of parents stand in one of the first columns.
_FIRST_COLUMNS = 4
_BOTH = f"(?i)(?:{TOTALS.removeprefix('(?i)')}|{SUBTOTALS.removeprefix('(?i)')})"
_CODE, _FIRST_ROWS = "[A-Za-z]?[0-9]{1,20}", 1_000
#: Codes grow by two digits or more from parent to child: numbers from 1 to 99 are no codes.
_DIGITS = 2


@dataclass(frozen=True)
class TotalsPlan:
    """How rows that sum up others are known. All columns are places.

    ``label`` with ``pattern``: totals over everything. ``part`` with ``within``: totals over the rows that have the
    same in that column, whose gaps are filled from above where ``fill`` says so. ``code`` with ``leaf_length``, or
    ``indent``: parent rows.
    """

    label: int | None = None
    pattern: str = TOTALS
    part: int | None = None
    within: int | None = None
    fill: bool = False
    code: int | None = None
    leaf_length: int = 0
    indent: int | None = None

    @property
    def parents(self) -> int | None:
        """The column by which parent rows are known."""
        return self.code if self.code is not None else self.indent

    @property
    def labels(self) -> frozenset[int]:
        """Columns that the layout has to have, so that these rows are known."""
        return frozenset(
            place for place in (self.label, self.part, self.within, self.code, self.indent) if place is not None
        )

    def steps(
        self, names: Sequence[str | None], sums: Sequence[str], tolerance: Decimal = Decimal(0)
    ) -> Iterator[dict[str, Any]]:  # fmt: skip
        """The tidy steps, except the one for indents, which comes first of all."""
        summed = {"sums": list(sums), **({"tolerance": float(tolerance)} if tolerance else {})}
        if self.fill and self.within is not None:
            yield {"step": "fill_down", "fields": [names[self.within]]}
        if self.part is not None and self.within is not None:
            yield {"step": "exclude_totals", "label": names[self.part], "pattern": SUBTOTALS,
                   "within": [names[self.within]], **summed}  # fmt: skip
        step: dict[str, Any] = {"step": "exclude_totals"}
        if self.code is not None:
            step |= {"code": names[self.code], "leaf_length": self.leaf_length}
        if self.indent is not None:
            step |= {"level": level_name(str(names[self.indent]))}
        if self.label is not None:
            step |= {"label": names[self.label], "pattern": self.pattern}
        if len(step) > 1:
            yield {**step, **summed}

    def keeps(self, batch: pa.RecordBatch) -> pa.Array:
        """Which rows of a plain table are none of those, as far as each row by itself shows it."""
        keep = pa.array([True] * batch.num_rows)
        for place, pattern in ((self.label, self.pattern), (self.part, SUBTOTALS)):
            if place is not None:
                known, cells = re.compile(pattern), batch.column(f"c{place}").to_pylist()
                keep = pc.and_(keep, pa.array([cell is None or known.search(cell) is None for cell in cells]))
        if self.code is not None:
            lengths = pc.utf8_length(batch.column(f"c{self.code}").fill_null(""))
            keep = pc.and_(keep, pc.or_(pc.equal(lengths, 0), pc.greater_equal(lengths, self.leaf_length)))
        return keep


def level_name(name: str) -> str:
    """The field for the levels that indents of a field show."""
    return f"{name}_level"


def path_name(name: str) -> str:
    """The field for a row's own label with those of its parents."""
    return f"{name}_path"


def totals_plans(
    parquet: Path, columns: int, indented: Sequence[int]
) -> tuple[list[TotalsPlan], list[TotalsPlan]]:  # fmt: skip
    """The ways to try, the most telling first; and those that rows speak for, but that no layout can express.

    Args:
        parquet: the plain table.
        columns: how many columns it has.
        indented: places of columns whose labels are indented.
    """
    places = range(min(columns, _FIRST_COLUMNS))
    with private_database(None, threads=2) as connection:
        connection.execute(f"CREATE VIEW plain AS FROM read_parquet({literal(str(parquet))})")
        either = [place for place in places if _first_matching(connection, [place], _BOTH) is not None]
        label = _first_matching(connection, either, TOTALS)
        part = _first_matching(connection, either, SUBTOTALS)
        overall = TotalsPlan(label=label)
        plans: list[TotalsPlan] = []
        kept: list[TotalsPlan] = []
        for place, length, childless in _codes(connection, places):
            (kept if childless else plans).append(replace(overall, code=place, leaf_length=length))
        plans += [replace(overall, indent=place) for place in indented]
        if part is not None:
            groups = _groups(connection, places, part)
            plans.append(TotalsPlan(label=part, pattern=_BOTH))
            plans += [replace(overall, part=part, within=place, fill=fill) for place, fill in groups]
        return [*plans, overall] if label is not None else plans, kept


def _first_matching(connection: duckdb.DuckDBPyConnection, places: Sequence[int], pattern: str) -> int | None:
    for place in places:
        if connection.execute(f"FROM plain WHERE regexp_matches(c{place}, ?) LIMIT 1", [pattern]).fetchone():
            return place
    return None


def _codes(connection: duckdb.DuckDBPyConnection, places: Sequence[int]) -> Iterator[tuple[int, int, bool]]:
    """Columns of codes of several lengths, of which shorter ones begin longer ones.

    With each: the longest length, and whether some shorter code begins none of that length.
    """
    for place in places:
        if not _begins_with_codes(connection, place):
            continue
        codes = (
            f"(SELECT DISTINCT c{place} AS code FROM plain WHERE c{place} <> '' AND NOT regexp_matches(c{place}, ?))"
        )
        found = connection.execute(
            f"SELECT bool_and(regexp_full_match(code, '{_CODE}')), "
            f"list(DISTINCT len(code) ORDER BY len(code)) FROM {codes}",
            [_BOTH],
        ).fetchone()
        if found is None or not found[0] or len(found[1]) < 2:
            continue
        lengths = found[1]
        if any(longer - shorter < _DIGITS for shorter, longer in itertools.pairwise(lengths)):
            continue
        counted = connection.execute(
            f"WITH codes AS {codes} SELECT count(*) FILTER (WHERE EXISTS (FROM codes l WHERE len(l.code) > len(s.code) "
            f"AND l.code[:len(s.code)] = s.code)), count(*) FILTER (WHERE NOT EXISTS (FROM codes l "
            f"WHERE len(l.code) = {lengths[-1]} AND l.code[:len(s.code)] = s.code)) "
            f"FROM codes s WHERE len(s.code) < {lengths[-1]}",
            [_BOTH],
        ).fetchone()
        if counted is not None and counted[0]:
            yield place, lengths[-1], counted[1] > 0


def _begins_with_codes(connection: duckdb.DuckDBPyConnection, place: int) -> bool:
    """Whether the first rows of a column hold nothing but codes and totals, as all of them would have to."""
    row = connection.execute(
        f"SELECT bool_and(regexp_full_match(code, '{_CODE}') OR regexp_matches(code, ?)) "
        f"FROM (SELECT c{place} AS code FROM plain WHERE c{place} <> '' LIMIT {_FIRST_ROWS})",
        [_BOTH],
    ).fetchone()
    return row is None or row[0] is not False


def _groups(connection: duckdb.DuckDBPyConnection, places: Sequence[int], part: int) -> list[tuple[int, bool]]:
    """Columns that subtotals may be within, and whether their gaps would have to be filled from above."""
    found = []
    for place in places:
        filled = f"nullif(c{place}, '')"
        row = connection.execute(f"SELECT count(DISTINCT {filled}), count({filled}), count(*) FROM plain").fetchone()
        if place != part and row is not None and 1 < row[0] < row[2]:
            found.append((place, row[1] < row[2]))
    return sorted(found, key=lambda group: group[1])
