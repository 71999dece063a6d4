"""What keys tell of two versions: a newcomer is not hidden by corrections beside it, nor by coarser levels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from small_tables import DAY, PLACE, Row, corrected, decided, moved

from pipelines.core.databases import private_database

BASE: list[Row] = [(number, f"p{number}", "person", "a1", 3, "food") for number in range(20)]


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with private_database(None, threads=1) as connection:
        yield connection


def newcomers(count: int, matter: str = "care") -> list[Row]:
    return [(100 + number, f"q{number}", "person", "a1", 3, matter) for number in range(count)]


def shown_of(rows: list[Row], keys: set[int]) -> set[tuple[object, object]]:
    return {(row[PLACE], row[DAY]) for row in rows if row[0] in keys}


def test_corrections_do_not_hide_a_newcomer(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    _, _, first = decided(database, BASE, tmp_path, 0, k=5, share=0.5)
    mended = [corrected(row, "rent") if row[0] < 4 else row for row in BASE]
    decision, shown, _ = decided(database, [*mended, *newcomers(1)], tmp_path, 1, k=5, share=0.5, earlier=[first])
    assert shown_of(shown, {100}) == {(None, None)} and decision.levels["place"] == "exact"
    many, shown, _ = decided(database, [*BASE, *newcomers(5)], tmp_path, 2, k=5, share=0.5, earlier=[first])
    assert many.hidden == 0 and shown_of(shown, {*range(100, 105)}) == {("a1", 3)}


def test_nor_do_coarser_levels(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    spread: list[Row] = [moved(row, "a2" if row[0] < 10 else "a1") for row in BASE]
    _, _, first = decided(database, spread, tmp_path, 0, k=5, share=0.0)
    # Two persons at another place make the levels coarser; they and the third are all that is new.
    more: list[Row] = [
        *spread,
        *newcomers(1),
        (200, "r0", "person", "b1", 3, "care"),
        (201, "r1", "person", "b1", 3, "care"),
    ]
    decision, shown, _ = decided(database, more, tmp_path, 1, k=5, share=0.0, earlier=[first])
    assert decision.levels["place"] != "exact"
    assert shown_of(shown, {100, 200, 201}) == {(None, None)}
    assert (None, None) not in shown_of(shown, {*range(20)})


def test_who_is_shown_again_is_not_hidden_by_others(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """One was suppressed; once five others are at that place, it still is the one whose place is shown only now."""
    alone: Row = (50, "s", "person", "b1", 3, "food")
    _, shown, first = decided(database, [*BASE, alone], tmp_path, 0, k=5, share=0.5)
    assert shown_of(shown, {50}) == {(None, None)}
    others: list[Row] = [moved(row, "b1") for row in newcomers(5)]
    _, shown, _ = decided(database, [*BASE, alone, *others], tmp_path, 1, k=5, share=0.5, earlier=[first])
    assert shown_of(shown, {50}) == {(None, None)} and shown_of(shown, {*range(100, 105)}) == {("b1", 3)}


def test_who_moves_is_not_hidden_by_newcomers(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    there: list[Row] = [(300 + number, f"t{number}", "person", "b1", 3, "food") for number in range(6)]
    _, _, first = decided(database, [*BASE, *there], tmp_path, 0, k=5, share=0.9)
    rest = [moved(row, "b1") if row[0] == 0 else row for row in BASE]
    others: list[Row] = [moved(row, "b1") for row in newcomers(5)]
    rows = [*rest, *there, *others]
    decision, shown, _ = decided(database, rows, tmp_path, 1, k=5, share=0.9, earlier=[first])
    assert decision.levels["place"] == "exact"
    assert shown_of(shown, {0}) == {(None, None)} and shown_of(shown, {*range(100, 105)}) == {("b1", 3)}


def test_newcomers_have_as_many_sensitive_values_as_a_class(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    mixed = [corrected(row, "rent") if row[0] % 2 else row for row in BASE]
    _, _, first = decided(database, mixed, tmp_path, 0, k=5, diverse=2, share=0.5)
    for number, (arriving, shown_as) in enumerate([
        (newcomers(5), (None, None)), ([*newcomers(4), *newcomers(5, "rent")[4:]], ("a1", 3)),
    ], 1):  # fmt: skip
        rows = [*mixed, *arriving]
        _, shown, _ = decided(database, rows, tmp_path, number, k=5, diverse=2, share=0.5, earlier=[first])
        assert shown_of(shown, {*range(100, 105)}) == {shown_as}
