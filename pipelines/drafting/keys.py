"""Which columns tell the rows of a table apart: the smallest combination of up to three that holds over all of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from pipelines.core.databases import private_database
from pipelines.core.sql import identifier, literal
from pipelines.drafting.fields import FieldDraft

_MOST_COLUMNS, _LARGEST = 12, 3
#: Rows of a first trial: what repeats there is not tried on all rows.
_TRIAL_ROWS = 20_000
_NAMING = ("string", "integer", "date", "year", "yearmonth", "datetime")


def find_key(
    parquet: Path, columns: Sequence[tuple[FieldDraft, str]], work: Path, within: Sequence[str] = ()
) -> tuple[str, ...]:  # fmt: skip
    """Names of the fields that make up the key; empty when no combination holds.

    Args:
        parquet: the table as its fields will have it.
        columns: the fields, each with its column in the file.
        work: where DuckDB may spill to.
        within: columns that belong to the key whatever else does: those of the rows' places.
    """
    candidates = [(draft, column) for draft, column in columns if _may_name(draft)]
    # Names before figures; else in their order: departments begin with what names a row.
    candidates = sorted(candidates, key=lambda entry: entry[0].is_measure)[:_MOST_COLUMNS]
    with private_database(work, threads=2) as connection:
        filled = " OR ".join(f"coalesce({identifier(column)}, '') <> ''" for _, column in columns)
        connection.execute(f"CREATE VIEW whole AS FROM read_parquet({literal(str(parquet))}) WHERE {filled}")
        connection.execute(f"CREATE TABLE trial AS FROM whole LIMIT {_TRIAL_ROWS}")
        for group in _combinations(candidates):
            names = [*within, *(column for _, column in group)]
            if _is_unique(connection, "trial", names) and _is_unique(connection, "whole", names):
                named = {draft.name for draft, _ in group}
                return tuple(draft.name for draft, _ in columns if draft.name in named)
    return ()


def is_key(parquet: Path, columns: Sequence[str], work: Path) -> bool:
    """Whether all rows have values in these columns, and different ones."""
    empty = " OR ".join(f"coalesce({identifier(column)}, '') = ''" for column in columns)
    with private_database(work, threads=2) as connection:
        connection.execute(f"CREATE VIEW whole AS FROM read_parquet({literal(str(parquet))})")
        gap = connection.execute(f"FROM whole WHERE {empty} LIMIT 1").fetchone()
        return gap is None and _is_unique(connection, "whole", columns)


def _may_name(draft: FieldDraft) -> bool:
    complete = draft.profile.filled == draft.profile.rows > 0 and not draft.marks
    return complete and draft.suspected is None and draft.type in _NAMING and draft.profile.longest <= 200


def _combinations(
    candidates: Sequence[tuple[FieldDraft, str]],
) -> Iterator[tuple[tuple[FieldDraft, str], ...]]:
    """Combinations by size; those with one figure only after all others, since figures differ by chance."""
    naming = [entry for entry in candidates if not entry[0].is_measure]
    for size in range(1, _LARGEST + 1):
        yield from itertools.combinations(naming, size)
    for size in range(2, _LARGEST + 1):
        for group in itertools.combinations(candidates, size):
            if sum(draft.is_measure for draft, _ in group) == 1:
                yield group


def _is_unique(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> bool:
    listed = ", ".join(map(identifier, columns))
    row = connection.execute(f"SELECT count(*) = count(DISTINCT ({listed})) FROM {table}").fetchone()
    return row is not None and bool(row[0])
