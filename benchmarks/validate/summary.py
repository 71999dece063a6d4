"""Medians and spreads of what was measured."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.validate.contestants.registry import FLOORS
from benchmarks.validate.rounds import Comparison, Entry


class Spread(NamedTuple):
    """A median and how far the rounds lay apart."""

    median: float
    least: float
    most: float


class Summary(NamedTuple):
    """A contestant's rounds on one file, times scaled to the whole file.

    ``ratio``: CPU time as a multiple of the floor's in the same round; ``None``: there is no floor.
    """

    cpu: Spread
    ratio: Spread | None
    wall: Spread
    start: float
    peak: float


def floor_of(comparison: Comparison) -> Entry | None:
    """The raw scan that took less CPU time."""
    floors = [entry for entry in comparison.entries if entry.name in FLOORS and entry.taken]
    return min(floors, key=lambda entry: statistics.median(one.cpu for one in entry.taken), default=None)


def summary_of(entry: Entry, floor: Entry | None) -> Summary:
    """Summarise an entry that has measurements."""
    cpu = [one.cpu * entry.scale for one in entry.taken]
    ratio = None
    if floor is not None:
        ratio = _spread([own / one.cpu for own, one in zip(cpu, floor.taken, strict=False)])
    return Summary(
        _spread(cpu),
        ratio,
        _spread([one.wall * entry.scale for one in entry.taken]),
        statistics.median(one.start for one in entry.taken),
        statistics.median(one.peak for one in entry.taken),
    )


def _spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))
