"""A share over months as a small line: points of an SVG drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH, _HEIGHT, _EDGE = 96, 24, 3


@dataclass(frozen=True)
class Trend:
    """Lines as SVG has their points, and dots: months by themselves, and the last one. ``values`` in words."""

    values: tuple[tuple[str, float | None], ...] = ()
    lines: tuple[str, ...] = ()
    dots: tuple[tuple[float, float], ...] = ()
    width: int = _WIDTH
    height: int = _HEIGHT


def trend(values: Sequence[tuple[str, float | None]]) -> Trend:
    """The drawing of a share from 0 to 1 per month, oldest first; months without one leave a gap.

    Of a single month there is none: it has no course.
    """
    if len(values) < 2:
        return Trend()
    runs: list[list[tuple[float, float]]] = [[]]
    for position, (_, value) in enumerate(values):
        if value is None:
            runs.append([])
            continue
        x = _EDGE + position * (_WIDTH - 2 * _EDGE) / (len(values) - 1)
        y = _HEIGHT - _EDGE - min(1.0, max(0.0, value)) * (_HEIGHT - 2 * _EDGE)
        runs[-1].append((round(x, 1), round(y, 1)))
    lines = tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1)
    alone = [run[0] for run in runs if len(run) == 1]
    last = [run[-1] for run in runs if run][-1:]
    return Trend(tuple(values), lines, tuple(dict.fromkeys([*alone, *last])))
