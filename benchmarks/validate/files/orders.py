"""Orders that refer to a big code table (a key per order) and to a small one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.validate.files import cells
from benchmarks.validate.files.kinds import Columns, Kind, shuffled

_REGIONS = [f"R{number:03d}" for number in range(300)]
_SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "order_id", "type": "string", "constraints": {"required": True}},
        {"name": "supplier", "type": "string", "constraints": {"required": True}},
        {"name": "region", "type": "string", "constraints": {"required": True}},
        {"name": "ordered_on", "type": "date"},
        {"name": "amount", "type": "number", "constraints": {"minimum": 0}},
    ],
    "primaryKey": ["order_id"],
    "foreignKeys": [
        {"fields": ["supplier"], "reference": {"resource": "suppliers", "fields": ["id"]}},
        {"fields": ["region"], "reference": {"resource": "regions", "fields": ["id"]}},
    ],
}


def _columns(random: np.random.Generator, first: int, count: int, rows: int) -> Columns:
    return [
        [f"ORD-{key:09d}" for key in shuffled(first, count, rows)],
        [f"S{number:09d}" for number in random.integers(0, rows, count).tolist()],
        cells.codes(random, count, _REGIONS),
        cells.days(random, count),
        cells.amounts(random, count),
    ]


def _tables(rows: int) -> Mapping[str, Sequence[str]]:
    return {"suppliers": [f"S{number:09d}" for number in range(rows)], "regions": _REGIONS}


ORDERS = Kind("foreign-keys", _SCHEMA, _columns, {1: "S-unknown", 2: "R999", 3: "2021-02-30", 4: "12,5"},
              tables=_tables)  # fmt: skip
