"""The benchmark of validation: its files have the faults they are said to have, and its tables the right figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.validate.contestants import engine, reference
from benchmarks.validate.contestants.declared import columns_of
from benchmarks.validate.files.kinds import Kind, Task, write_task
from benchmarks.validate.measuring import Measurement
from benchmarks.validate.rounds import Agreement, Comparison, Entry, compare
from benchmarks.validate.suite import KINDS, Case, cases
from benchmarks.validate.summary import floor_of, summary_of
from benchmarks.validate.tables import as_json, markdown


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_engine_finds_what_frictionless_finds(tmp_path: Path, kind: Kind) -> None:
    valid, faulty = (Task.load(write_task(kind, tmp_path / str(bad), 300, bad)) for bad in (0.0, 0.1))
    assert engine.judge(valid) == reference.judge(valid) == 0
    assert engine.judge(faulty) == reference.judge(faulty) > 10


def test_a_file_is_the_same_each_time(tmp_path: Path) -> None:
    one, other = (Task.load(write_task(KINDS["wide"], tmp_path / name, 50, 0.1)) for name in "ab")
    assert one.path.read_bytes() == other.path.read_bytes()


def test_foreign_keys_are_declared_as_known_values(tmp_path: Path) -> None:
    task = Task.load(write_task(KINDS["foreign-keys"], tmp_path / "orders", 20, 0.0))
    known = {column.name: column.known for column in columns_of(task) if column.known is not None}
    assert known.keys() == {"supplier", "region"}
    assert len(known["supplier"]) == 20
    assert known["region"][:2] == ["R000", "R001"]


def test_contestants_take_turns_in_processes_of_their_own() -> None:
    case = Case(KINDS["payments"], 300, 0.05)
    done = compare(case, ["arrow", "engine", "frictionless"], 1, 100)
    rows = {entry.name: (entry.rows, entry.scale, entry.failure, len(entry.taken)) for entry in done.entries}
    assert rows == {"arrow": (300, 1, None, 1), "engine": (300, 1, None, 1), "frictionless": (100, 3, None, 1)}
    assert done.agreement is not None
    assert done.agreement.rows == 100
    assert done.agreement.engine == done.agreement.frictionless > 0


def _entry(name: str, cpu: list[float], scale: float = 1.0, failure: str | None = None) -> Entry:
    return Entry(name, Path(), 10, scale, [Measurement(7, one, one, 0.5, 100) for one in cpu], failure)


def _comparison() -> Comparison:
    entries = [
        _entry("arrow", [3.0, 4.0, 2.0]),
        _entry("arrow-threads", [1.0, 2.0, 4.0]),
        _entry("engine", [2.0, 6.0, 4.0]),
        _entry("frictionless", [3.0, 3.0, 3.0], scale=10),
        _entry("gx", [], failure="MemoryError"),
    ]
    return Comparison(Case(KINDS["payments"], 100, 0.001), 2_000_000, entries, Agreement(10, 7, 8))


def test_ratios_are_taken_round_by_round_to_the_cheaper_scan() -> None:
    comparison = _comparison()
    entries = {entry.name: entry for entry in comparison.entries}
    floor = floor_of(comparison)
    assert floor is entries["arrow-threads"]
    told = summary_of(entries["engine"], floor)
    assert told.ratio == (2.0, 1.0, 3.0)
    assert told.cpu == (4.0, 2.0, 6.0)
    scaled = summary_of(entries["frictionless"], floor)
    assert scaled.cpu.median == 30
    assert scaled.ratio is not None
    assert scaled.ratio.median == 15


def test_tables_mark_what_was_scaled_what_failed_and_where_verdicts_differ() -> None:
    text = markdown(_comparison())
    assert "### payments, 0.1 % faulty rows: 100 rows × 10 columns, 2 MB" in text
    assert "| frictionless | 10 (times × 10) | 30.00 (30.00–30.00) |" in text
    assert "failed: MemoryError" in text
    assert "DISAGREE on 10 rows: 7 and 8 errors" in text
    assert as_json(_comparison())["contestants"]["gx"]["failure"] == "MemoryError"


def test_the_large_table_is_measured_only_when_asked_for() -> None:
    plain, large = (list(cases(["payments", "wide"], 1_000, ask)) for ask in (False, True))
    assert [(case.kind.name, case.rows, case.bad) for case in plain] == [
        ("payments", 1_000, 0.0), ("payments", 1_000, 0.001), ("payments", 1_000, 0.05), ("wide", 50, 0.0),
        ("wide", 50, 0.001),
    ]  # fmt: skip
    assert [case.rows for case in large].count(10_000) == 2
