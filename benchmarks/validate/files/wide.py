"""A wide table: a key and 199 columns of ten sorts in turn, as surveys and statistical returns have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.validate.files import cells
from benchmarks.validate.files.kinds import Columns, Kind, shuffled

_WIDTH = 200
_CODES = [f"C{number:02d}" for number in range(40)]


class _Sort(NamedTuple):
    field: dict[str, Any]
    cells: Callable[[np.random.Generator, int], list[str]]
    fault: str


_SORTS = [
    _Sort({"type": "integer", "constraints": {"minimum": 0}}, cells.integers, "-5"),
    _Sort({"type": "number"}, cells.amounts, "1.2.3"),
    _Sort({"type": "date"}, cells.days, "2021-02-30"),
    _Sort({"type": "string", "constraints": {"enum": _CODES}}, lambda r, n: cells.codes(r, n, _CODES), "X99"),
    _Sort({"type": "boolean"}, cells.booleans, "perhaps"),
    _Sort({"type": "datetime"}, cells.seconds, "2021-01-01T25:00:00"),
    _Sort({"type": "string", "constraints": {"maxLength": 60}}, cells.notes, "x" * 61),
    _Sort({"type": "integer", "constraints": {"maximum": 100}}, lambda r, n: cells.integers(r, n, 101), "101"),
    _Sort({"type": "string", "constraints": {"pattern": "[0-9]{1,4}"}}, lambda r, n: cells.integers(r, n, 9_999), "x1"),
    _Sort({"type": "number", "constraints": {"required": True, "minimum": 0}}, cells.amounts, ""),
]
_PLACED = [_SORTS[position % len(_SORTS)] for position in range(_WIDTH - 1)]
_SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "row_id", "type": "string", "constraints": {"required": True, "pattern": "R[0-9]{9}"}},
        *({"name": f"v{position:03d}", **sort.field} for position, sort in enumerate(_PLACED, start=1)),
    ],
    "primaryKey": ["row_id"],
}


def _columns(random: np.random.Generator, first: int, count: int, rows: int) -> Columns:
    return [
        [f"R{key:09d}" for key in shuffled(first, count, rows)],
        *(sort.cells(random, count) for sort in _PLACED),
    ]


WIDE = Kind("wide", _SCHEMA, _columns, {position: sort.fault for position, sort in enumerate(_PLACED, start=1)}, 0.05)
