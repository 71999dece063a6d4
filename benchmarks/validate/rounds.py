"""The contestants take turns on one file."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.process import Failed
from benchmarks.validate.contestants.registry import CONTESTANTS, ENGINE, REFERENCE
from benchmarks.validate.files.kinds import Task, write_task
from benchmarks.validate.measuring import Measurement, measured
from benchmarks.validate.suite import Case

_SMALL = 100


@dataclass
class Entry:
    """A contestant on a file: on ``rows`` of its rows, so that what was measured counts ``scale`` times."""

    name: str
    task: Path
    rows: int
    scale: float
    taken: list[Measurement] = field(default_factory=list)
    failure: str | None = None


@dataclass(frozen=True)
class Agreement:
    """How many errors frictionless and the engine find in the rows that frictionless was given."""

    rows: int
    frictionless: int
    engine: int


@dataclass(frozen=True)
class Comparison:
    """What was measured on one file. ``size`` in bytes."""

    case: Case
    size: int
    entries: list[Entry]
    agreement: Agreement | None


def compare(case: Case, names: Iterable[str], rounds: int, reference_rows: int | None) -> Comparison:
    """Write a case's file and let the contestants take turns on it.

    Args:
        reference_rows: rows that frictionless is given; ``None``: as many as take seconds.
    """
    with tempfile.TemporaryDirectory() as temporary:
        files = _Files(case, Path(temporary))
        small = files.of(_SMALL, 0.0)
        entries = [_entry(name, case, files, reference_rows) for name in names]
        for number in range(rounds):
            # Whoever comes first in one round comes last in the next.
            for entry in [*entries[number % len(entries) :], *entries[: number % len(entries)]]:
                _take_turn(entry, small, f"{case.title}, round {number + 1} of {rounds}")
        size = Task.load(files.of(case.rows, case.bad)).path.stat().st_size
        return Comparison(case, size, entries, _agreement(entries, small))


class _Files:
    """The files of a case; each is written once."""

    def __init__(self, case: Case, folder: Path) -> None:
        self._case = case
        self._folder = folder
        self._written: dict[tuple[int, float], Path] = {}

    def of(self, rows: int, bad: float) -> Path:
        """The task of a file of this many rows."""
        key = rows, bad
        if key not in self._written:
            tell(f"{self._case.title}: writing {rows:,} rows")
            self._written[key] = write_task(self._case.kind, self._folder / str(len(self._written)), rows, bad)
        return self._written[key]


def _entry(name: str, case: Case, files: _Files, reference_rows: int | None) -> Entry:
    contestant = CONTESTANTS[name]
    most = contestant.most_faulty_cells if case.bad else contestant.most_cells
    rows = case.rows if most is None else min(case.rows, most // case.width)
    if name == REFERENCE and reference_rows is not None:
        rows = min(case.rows, reference_rows)
    return Entry(name, files.of(rows, case.bad), rows, case.rows / rows)


def _take_turn(entry: Entry, small: Path, place: str) -> None:
    if entry.failure is not None:
        return
    try:
        taken = measured(entry.name, entry.task, small)
    except Failed as failed:
        entry.failure = str(failed)
        tell(f"{place}: {entry.name} failed: {failed}")
        return
    entry.taken.append(taken)
    tell(f"{place}: {entry.name} {taken.cpu:.2f} CPU s, {taken.wall:.2f} s, {taken.peak:.0f} MB")


def _agreement(entries: list[Entry], small: Path) -> Agreement | None:
    judged = {entry.name: entry for entry in entries if entry.taken}
    if not {REFERENCE, ENGINE} <= judged.keys():
        return None
    reference, engine = judged[REFERENCE], judged[ENGINE]
    same = engine.taken[0] if engine.task == reference.task else measured(ENGINE, reference.task, small)
    return Agreement(reference.rows, reference.taken[0].found, same.found)


def tell(text: str) -> None:
    """Say how far it has come."""
    print(text, file=sys.stderr, flush=True)
