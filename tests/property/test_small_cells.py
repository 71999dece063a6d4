"""Small cells against the plain count: optimal levels, no small class, no small difference between any two versions."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_tables import (
    Row,
    apart,
    at,
    decided,
    difference,
    keys_in,
    losses,
    nodes,
    plan,
    too_small,
)

from pipelines.core.databases import private_database
from pipelines.disclose.small_cells import Earlier


def examples(number: int) -> settings:
    return settings(max_examples=number, suppress_health_check=[HealthCheck.function_scoped_fixture])


bodies = st.tuples(
    st.sampled_from([None, *"pqrstuvwxyz"]), st.sampled_from(["person", "person", "person", "body"]),
    st.sampled_from(["a1", "a2", "b1", "b2", "b", "unknown", None]), st.none() | st.integers(-12, 12),
    st.sampled_from(["food", "rent", "care"]),
)  # fmt: skip


def table(values: list[tuple[Any, ...]]) -> list[Row]:
    return [(number, *value) for number, value in enumerate(values)]


tables = st.lists(bodies, max_size=28).map(table)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with private_database(None, threads=1) as connection:
        yield connection


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


@examples(14)
@given(rows=tables, k=st.integers(2, 4), diverse=st.sampled_from([0, 2]), share=st.sampled_from([0.0, 0.1, 0.5]))
def test_levels_are_the_best_of_all_and_no_class_is_too_small(
    database: duckdb.DuckDBPyConnection, folder: Path, rows: list[Row], k: int, diverse: int, share: float
) -> None:
    made = plan(k, diverse, share)
    decision, shown, _ = decided(database, rows, folder, 0, k=k, diverse=diverse, share=share)
    about = [row for row in rows if row[2] != "body"]
    loss = losses(rows)
    _, node = decision.node(made)
    fitting = [
        each for each in nodes()
        if sum(map(len, too_small(at(rows, each), k, diverse))) <= int(len(about) * share)
    ]  # fmt: skip
    best = min(fitting, key=lambda each: (round(sum(loss[p][level] for p, level in enumerate(each)), 9), each),
               default=made.tops)  # fmt: skip
    assert node == best
    assert too_small(shown, k, diverse) == []
    general = {row[0]: row for row in at(rows, node)}
    hidden = set(keys_in(folder / "keys0.parquet"))
    assert len(hidden) == decision.hidden and decision.rows == len(about)
    for row in shown:
        expected = general[row[0]]
        assert row == ((*expected[:3], None, None, expected[5]) if row[0] in hidden else expected)
    if not diverse:
        small = [row for group in too_small(general.values(), k) for row in group]
        assert hidden == {row[0] for row in small}
    place_hidden = sum(row[0] in hidden and row[3] is not None for row in about)
    everywhere = decision.levels["place"] == "all"
    assert decision.suppressed["place"] == (0 if everywhere else place_hidden)
    there = sum(row[3] is not None for row in about)
    assert decision.generalised["place"] == (
        there if everywhere else 0 if decision.levels["place"] == "exact" else there - place_hidden
    )


changes = st.lists(
    st.tuples(st.sampled_from(["remove", "replace", "add", "amount"]), st.integers(0, 40), bodies), max_size=6
)


@examples(10)
@given(
    rows=tables, history=st.lists(changes, min_size=1, max_size=4), k=st.integers(2, 3),
    diverse=st.sampled_from([0, 2]), lasting=st.booleans(),
)  # fmt: skip
def test_no_difference_between_any_two_versions_has_a_small_group(
    database: duckdb.DuckDBPyConnection, folder: Path, rows: list[Row], history: list[Any], k: int, diverse: int,
    lasting: bool,
) -> None:  # fmt: skip
    current = {row[0]: row for row in rows}
    versions: list[list[Row]] = []
    earlier: list[Earlier] = []
    for number, edits in enumerate([[], *history]):
        for kind, key, value in edits:
            if kind == "remove":
                current.pop(key, None)
            elif kind == "amount" and key in current:
                current[key] = (*current[key][:5], value[4])
            elif kind == "add" or key in current:
                current[key if kind == "replace" else 100 + key] = (key if kind == "replace" else 100 + key, *value)
        decision, shown, made = decided(database, sorted(current.values()), folder, number, k=k, diverse=diverse,
                                        earlier=earlier[::-1], lasting=lasting)  # fmt: skip
        assert too_small(shown, k, diverse) == []
        _, node = decision.node(plan(k))
        for before in versions:
            step = difference(before, shown)
            assert too_small(step.gone, k) == [] and too_small(step.come, k) == []
            assert [group for rows in apart(before, shown, node) for group in too_small(rows, k, diverse)] == []
        last = {row[0]: row for before in versions for row in before}
        for row in shown if lasting else []:
            before_that = last.get(row[0])
            if row[2] != "body" and before_that is not None and before_that[2] != "body":
                assert before_that[3:5] != (None, None) or row[3:5] == (None, None)
        for known in earlier:
            for each in plan(k).hierarchies:
                assert each.steps[each.level(decision.levels[each.name]) or 0].covers(known.shown[each.name])
        versions.append(shown)
        earlier.append(made)


@examples(5)
@given(rows=tables, k=st.integers(2, 4))
def test_the_same_rows_in_another_order_are_decided_alike(
    database: duckdb.DuckDBPyConnection, folder: Path, rows: list[Row], k: int
) -> None:
    one, first, earlier = decided(database, rows, folder, 0, k=k)
    other, second, _ = decided(database, rows[::-1], folder, 1, k=k)
    again, third, _ = decided(database, rows, folder, 2, k=k, earlier=[earlier])
    assert (one, first) == (other, second) == (again, third)
    assert all(math.isfinite(sum(loss)) for loss in losses(rows) if rows)
