"""Rows are found again by their keys: also where part of a key is absent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from small_tables import Row, corrected, decided, plan, select

from pipelines.core.databases import private_database
from pipelines.disclose.small_cells import RowsNotSuppressed, require_hidden

#: The last row is alone in its place, and part of its key is absent.
ROWS: list[Row] = [*((number, f"p{number}", "person", "a1", 3, "food") for number in range(9)),
                   (9, "p9", "person", "b1", 3, None)]  # fmt: skip
MADE = replace(plan(3), key=("key", "matter"))


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with private_database(None, threads=1) as connection:
        yield connection


def test_a_row_whose_key_is_absent_in_part_loses_its_quasi_identifiers(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    decision, shown, earlier = decided(database, ROWS, tmp_path, 0, made=MADE)
    assert decision.hidden == 1 and decision.suppressed == {"place": 1, "day": 1}
    assert shown[-1] == (9, "p9", "person", None, None, None)
    again, as_before, _ = decided(database, ROWS, tmp_path, 1, made=MADE, earlier=[earlier])
    assert (again, as_before) == (decision, shown)  # It is not taken for a row that is new.


def test_rows_that_would_be_shown_against_the_decision_are_refused(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    decision, _, _ = decided(database, ROWS, tmp_path, 0, made=MADE)
    others = [corrected(row, "rent") for row in ROWS]
    with pytest.raises(RowsNotSuppressed) as refused:
        require_hidden(database, MADE, decision, select(database, others), tmp_path / "keys0.parquet")
    assert refused.value.message.params == {"rows": 1}
