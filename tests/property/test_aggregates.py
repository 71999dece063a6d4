"""Suppressed tables against an intruder who solves the equations exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tabulating import Contribution, tabulate

from pipelines.disclose.aggregates import (
    Dimension,
    Quantity,
    Rules,
    Suppressed,
    Table,
    intervals,
    primary_cells,
    suppress,
)
from pipelines.disclose.aggregates.remainders import small_remainders
from pipelines.disclose.aggregates.table import Cell, Coordinates
from pipelines.registry.aggregates import TOTAL

PLACES = Dimension(
    "place", {"north": TOTAL, "south": TOTAL, "n1": "north", "n2": "north", "s1": "south", "s2": "south"}
)
KINDS = Dimension.flat("kind", ["food", "rent", "care"])
AGES = Dimension.flat("age", ["young", "old"])


def determined(table: Table, hidden: frozenset[Coordinates]) -> set[Coordinates]:
    """Hidden cells that have one value only: Gauss-Jordan elimination over fractions of the equations in them."""
    unknown = [at for at in table.cells if at in hidden]
    rows = []
    for equation in table.equations:
        signs: Mapping[Coordinates, int] = {equation.total: 1} | dict.fromkeys(equation.parts, -1)
        row = [Fraction(signs.get(at, 0)) for at in unknown]
        if any(row):
            rows.append(row)
    pivot = 0
    for column in range(len(unknown)):
        found = next((place for place in range(pivot, len(rows)) if rows[place][column]), None)
        if found is None:
            continue
        rows[pivot], rows[found] = rows[found], rows[pivot]
        rows[pivot] = [value / rows[pivot][column] for value in rows[pivot]]
        for place, row in enumerate(rows):
            if place != pivot and row[column]:
                rows[place] = [value - row[column] * of for value, of in zip(row, rows[pivot], strict=True)]
        pivot += 1
    return {unknown[row.index(next(filter(None, row)))] for row in rows if sum(map(bool, row)) == 1}


def contributions(dimensions: Sequence[Dimension]) -> st.SearchStrategy[list[Contribution]]:
    leaves = [[code for code in each.parents if code not in each.children] for each in dimensions]
    one = st.builds(
        Contribution, st.tuples(*map(st.sampled_from, leaves)), st.sampled_from("abcdefghij"),
        st.integers(0, 500).map(Decimal),
    )  # fmt: skip
    return st.lists(one, max_size=40)


def look_at(table: Table, rules: Rules) -> Suppressed:
    done = suppress(table, rules)
    assert done.primary == primary_cells(table, rules)
    assert determined(table, done.cells) == set()
    assert not list(small_remainders(table, rules, done.cells))
    for quantity in Quantity:
        found = intervals(table, done.cells, quantity=quantity)
        for at in done.primary:
            value = quantity.of(table.cells[at])
            away = value * float(rules.protection)
            assert found[at].most >= value + away - 1e-4 and found[at].most > value
            assert found[at].least <= value - away + 1e-4
    return done


@settings(max_examples=8)
@given(rows=contributions([PLACES, KINDS]), least=st.integers(2, 4), percent=st.sampled_from([None, 20]),
       dominance=st.sampled_from([None, (1, 80), (2, 90)]))  # fmt: skip
def test_nothing_suppressed_can_be_worked_out_of_a_table_with_a_hierarchy(
    rows: list[Contribution], least: int, percent: int | None, dominance: tuple[int, int] | None
) -> None:
    rules = Rules(least, dominance, percent)
    table = tabulate([PLACES, KINDS], rows, largest=rules.largest)
    done = look_at(table, rules)
    assert suppress(table, rules) == done


@settings(max_examples=4)
@given(rows=contributions([KINDS, AGES, Dimension.flat("sex", ["f", "m"])]))
def test_nor_of_one_of_three_dimensions(rows: list[Contribution]) -> None:
    look_at(tabulate([KINDS, AGES, Dimension.flat("sex", ["f", "m"])], rows), Rules(3))


def counted(values: Mapping[tuple[str, str], int]) -> Table:
    people = [Contribution(at, f"{at}{number}", Decimal(1)) for at, count in values.items() for number in range(count)]
    return tabulate([KINDS, AGES], people)


def test_three_more_cells_hide_one_and_empty_ones_do_not_help() -> None:
    full = {("food", "young"): 2, ("food", "old"): 30, ("rent", "young"): 20, ("rent", "old"): 10,
            ("care", "young"): 50, ("care", "old"): 60}  # fmt: skip
    done = suppress(counted(full), Rules(5))
    assert done.primary == (("food", "young"),) and len(done.secondary) == 3
    assert all(TOTAL not in at for at in done.secondary)
    empty = suppress(counted({**full, ("rent", "young"): 0, ("rent", "old"): 0}), Rules(5))
    assert not {("rent", "young"), ("rent", "old")} & empty.cells


def test_who_dominates_and_who_can_be_worked_out_is_sensitive() -> None:
    cell = Cell(Decimal(100), 10, (Decimal(85), Decimal(10)))
    assert Rules(dominance=(1, 80)).is_sensitive(cell) and not Rules(dominance=(1, 90)).is_sensitive(cell)
    assert Rules(percent=10).is_sensitive(cell) and not Rules(percent=5).is_sensitive(cell)
    assert not Rules().is_sensitive(cell) and not Rules().is_sensitive(Cell(Decimal(0), 0))


def test_tables_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="total"):
        Dimension("place", {"a": "b", "b": "a"})
    with pytest.raises(ValueError, match="negative"):
        suppress(tabulate([AGES], [Contribution(("old",), "a", Decimal(-1))]), Rules())
