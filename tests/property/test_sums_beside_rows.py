"""Tables of sums against an intruder who has the rows that are published too, and solves a program of his own."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st
from summing import bounds, is_below, leaves
from tabulating import Contribution, tabulate

from pipelines.core.databases import private_database
from pipelines.core.sql import literal
from pipelines.disclose.aggregates import (
    Dimension,
    Kept,
    Rules,
    Source,
    Table,
    Tally,
    primary_cells,
    reason_to_keep,
    suppress,
)
from pipelines.disclose.aggregates.table import Coordinates
from pipelines.registry.aggregates import TOTAL

PLACES = Dimension("place", {"north": TOTAL, "n1": "north", "n2": "north", "south": TOTAL})
KINDS = Dimension.flat("kind", ["food", "rent"])
BOTH = (PLACES, KINDS)
RULES = Rules(3)

#: place, kind, person, amount, whether the place is not published
Row = tuple[str, str, str, int, bool]
rows_of = st.lists(
    st.tuples(st.sampled_from(["n1", "n2", "south"]), st.sampled_from(["food", "rent"]), st.sampled_from("abcdefghij"),
              st.integers(0, 500), st.booleans()),
    min_size=1, max_size=40,
)  # fmt: skip


def source(rows: list[Row], concealed: frozenset[str] | None) -> Source:
    values = ", ".join(
        f"({literal(place)}, {literal(kind)}, {literal(person)}, {amount}, {hidden or concealed is None})"
        for place, kind, person, amount, hidden in rows
    )
    return Source(f"SELECT * FROM (VALUES {values}) t(place, kind, person, amount, hidden)", BOTH, concealed)


def unseen(rows: list[Row], concealed: frozenset[str] | None) -> Table:
    """What nobody knows from rows, added up in Python."""
    hidden = [row for row in rows if row[4] or concealed is None]
    return tabulate(BOTH, [Contribution((p, k), who, Decimal(amount)) for p, k, who, amount, _ in hidden])


@settings(max_examples=12)
@given(rows=rows_of, concealed=st.sampled_from([None, frozenset({"place"}), frozenset({"place", "kind"}), frozenset()]))
def test_nobody_learns_more_from_rows_and_table_than_the_rules_allow(
    rows: list[Row], concealed: frozenset[str] | None
) -> None:
    if concealed == frozenset():
        rows = [(*row[:4], False) for row in rows]
    with private_database(None) as connection:
        made = source(rows, concealed)
        tally = Tally(connection, made)
        table, counted = tally.table(RULES.largest), tally.counted()
        tally.close()
    everything = tabulate(BOTH, [Contribution((p, k), who, Decimal(a)) for p, k, who, a, _ in rows])
    assert {at: (each.persons, each.amount) for at, each in counted.items()} == {
        at: (cell.contributors, cell.value) for at, cell in everything.cells.items()
    }
    truth = unseen(rows, concealed)
    for at, cell in table.cells.items():
        known = concealed is not None and all(
            code == TOTAL for each, code in zip(BOTH, at, strict=True) if each.name in concealed
        )
        assert (at in table.known) == known
        assert cell == (truth.cells[at] if not known else type(cell)(Decimal(0), 0))
    done = suppress(table, RULES)
    assert done.primary == primary_cells(table, RULES)
    seen: dict[Coordinates, Decimal] | None = None
    open_rows = [row for row in rows if not (row[4] or concealed is None)]
    if concealed is not None:
        seen = defaultdict(Decimal)
        for place, kind, _, amount, hidden in rows:
            if hidden:
                shown = (TOTAL if "place" in concealed else place, TOTAL if "kind" in concealed else kind)
                seen[shown] += amount
    open_cells = tabulate(BOTH, [Contribution((p, k), who, Decimal(a)) for p, k, who, a, _ in open_rows]).cells
    rest = {at: each.amount - open_cells[at].value for at, each in counted.items() if at not in done.cells}
    # Who has the rows alone knows something too: that is not the table's doing.
    anyway = bounds(BOTH, {}, seen, done.primary)
    for at, (least, most) in bounds(BOTH, rest, seen, done.primary).items():
        value, away = float(table.cells[at].value), float(table.cells[at].value) * float(RULES.protection)
        assert least <= max(value - away, anyway[at][0]) + 0.01
        assert most >= min(value + away, anyway[at][1]) - 0.01


def test_empty_cells_hide_what_rows_show_of_one_place_alone() -> None:
    rows = [("south", "food", "a", 10, True), *(("n1", "rent", who, 5, False) for who in "bcdef")]
    with private_database(None) as connection:
        tally = Tally(connection, source(rows, frozenset({"place"})))
        table = tally.table(2)
        tally.close()
    done = suppress(table, RULES)
    # Nobody else is paid for food: that somebody elsewhere is, is what the empty cells have to leave open.
    assert done.primary == (("south", TOTAL), ("south", "food"))
    assert done.secondary and not any(table.cells[at].contributors for at in done.secondary)


#: Persons change alone, or three of a cell alike.
changes = st.lists(st.tuples(st.integers(0, 39), st.sampled_from(["gone", "more", "moved"])), max_size=2)


@settings(max_examples=12)
@given(rows=rows_of, edits=changes, further=st.lists(rows_of.map(lambda rows: rows[0]), max_size=4))
def test_two_tables_give_away_no_few_persons(rows: list[Row], edits: list[tuple[int, str]], further: list[Row]) -> None:
    numbered = [(p, k, f"{who}{number}", a, h) for number, (p, k, who, a, h) in enumerate(rows)]
    later = dict(enumerate(numbered))
    for number, how in edits:
        if number in later and how == "gone":
            del later[number]
        elif number in later:
            p, k, who, a, h = later[number]
            later[number] = (
                (p, k, who, a + 1, h) if how == "more" else ("n1" if p == "south" else "south", k, who, a, h)
            )
    more = [(p, k, f"{number}{who}{copy}", a, h) for number, (p, k, who, a, h) in enumerate(further) for copy in "xyz"]
    after = [*later.values(), *more]
    one, two = unseen(numbered, None), unseen(after, None)
    hidden = suppress(one, RULES).cells
    changed = {}
    for at in one.cells:
        before, now = ({row[:4] for row in each if is_below(BOTH, (row[0], row[1]), at)} for each in (numbered, after))
        changed[at] = len({row[2] for row in before ^ now})
    reason = reason_to_keep(two, [one], [changed], RULES, hidden)
    event(str(reason) if any(changed.values()) else "unchanged")
    if reason is not None:
        return
    # Somebody who knows all the changes: what is hidden is hidden in both.
    assert all(count == 0 or count >= RULES.least for count in changed.values())
    for table in (one, two):
        sensitive = primary_cells(table, RULES)
        assert set(sensitive) <= hidden
        rest = {at: cell.value for at, cell in table.cells.items() if at not in hidden}
        for at, (least, most) in bounds(BOTH, rest, None, sensitive).items():
            value = float(table.cells[at].value)
            assert least <= value * 0.9 + 0.01 and most >= value * 1.1 - 0.01 and most > value


def test_a_table_that_would_need_other_cells_is_not_shown() -> None:
    rows: list[Row] = [(p, k, f"{p}{k}{n}", 10, True) for p in ("n1", "n2", "south") for k in ("food", "rent")
                       for n in range(5)]  # fmt: skip
    one = unseen(rows, None)
    assert not suppress(one, RULES).cells
    fewer = unseen([row for row in rows if row[:2] != ("n1", "food") or row[2].endswith("0")], None)
    assert reason_to_keep(fewer, [one], [{}], RULES, frozenset()) is Kept.SENSITIVE
    assert reason_to_keep(one, [one], [{("n1", "food"): 2}], RULES, frozenset()) is Kept.FEW_PERSONS
    other = tabulate([PLACES], [Contribution(("n1",), "a", Decimal(1))])
    assert reason_to_keep(other, [one], [{}], RULES, frozenset()) is Kept.OTHER_CELLS


def test_what_could_be_worked_out_of_two_tables_is_not_shown() -> None:
    square = [Dimension.flat("place", "pqr"), Dimension.flat("kind", "xyz")]
    people = [Contribution((p, k), f"{p}{k}{n}", Decimal(10)) for p in "pqr" for k in "xyz" for n in range(5)]
    people = [each for each in people if each.at != ("p", "x") or each.contributor.endswith("0")]
    first = tabulate(square, people)
    hidden = suppress(first, RULES).cells
    assert len(hidden) == 4 and ("p", "x") in hidden
    (opposite,) = (at for at in hidden if at[0] != "p" and at[1] != "x")
    later = tabulate(square, [each for each in people if each.at != opposite])
    # The cell can be no smaller now: that would take something off one that is known to be empty.
    assert reason_to_keep(later, [first], [{}], RULES, hidden) is Kept.UNPROTECTED
    more = tabulate(square, [*people, *(Contribution(opposite, f"new{n}", Decimal(5)) for n in range(3))])
    assert reason_to_keep(more, [first], [{opposite: 3}], RULES, hidden) is None


def test_contributions_are_compared_by_person(tmp_path: Path) -> None:
    rows: list[Row] = [("n1", "food", "a", 5, True), ("n1", "food", "b", 6, True), ("n2", "rent", "b", 7, True)]
    other: list[Row] = [("n1", "food", "a", 5, True), ("n1", "food", "b", 8, True), ("south", "rent", "b", 7, True)]
    with private_database(None) as connection:
        first = Tally(connection, source(rows, None))
        first.write_contributions(tmp_path / "first.parquet")
        assert first.changed(tmp_path / "first.parquet") == {}
        first.close()
        second = Tally(connection, source(other, None))
        changed = second.changed(tmp_path / "first.parquet")
        second.close()
    # b's three changes are one person's wherever they come together.
    assert changed == {(p, k): 1 for p in (TOTAL, "north", "n1") for k in (TOTAL, "food")} | {
        ("n2", "rent"): 1, ("n2", TOTAL): 1, ("north", "rent"): 1, ("south", "rent"): 1, ("south", TOTAL): 1,
        (TOTAL, "rent"): 1,
    }  # fmt: skip
    assert leaves(BOTH) == [(p, k) for p in ("n1", "n2", "south") for k in ("food", "rent")]
