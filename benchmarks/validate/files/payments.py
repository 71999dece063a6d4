"""A payments table, as a finance department delivers one: 10 columns, of which three are near-unique."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.validate.files import cells
from benchmarks.validate.files.kinds import Columns, Kind, shuffled

_DEPARTMENTS = [f"D{number:03d}" for number in range(120)]
_SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "payment_id", "type": "string", "constraints": {"required": True, "pattern": "PAY-[0-9]{9}"}},
        {"name": "department", "type": "string", "constraints": {"required": True, "enum": _DEPARTMENTS}},
        {"name": "paid_on", "type": "date", "constraints": {"minimum": "2015-01-01", "maximum": "2030-12-31"}},
        {"name": "fiscal_year", "type": "year"},
        {"name": "amount", "type": "number", "constraints": {"required": True, "minimum": 0}},
        {"name": "tax", "type": "number"},
        {"name": "quantity", "type": "integer", "constraints": {"minimum": 0, "maximum": 1_000_000_000}},
        {"name": "payee", "type": "string", "constraints": {"maxLength": 60}},
        {"name": "final", "type": "boolean"},
        {"name": "note", "type": "string"},
    ],
    "primaryKey": ["payment_id"],
}  # fmt: skip


def _columns(random: np.random.Generator, first: int, count: int, rows: int) -> Columns:
    paid_on = cells.days(random, count)
    return [
        [f"PAY-{key:09d}" for key in shuffled(first, count, rows)],
        cells.codes(random, count, _DEPARTMENTS),
        paid_on,
        [day[:4] for day in paid_on],
        cells.amounts(random, count),
        [f"{tax:.4f}" for tax in random.random(count).tolist()],
        cells.integers(random, count),
        [f"市政服务公司 {number} Ltd." for number in random.integers(0, 200_000, count).tolist()],
        cells.booleans(random, count),
        cells.notes(random, count),
    ]


PAYMENTS = Kind("payments", _SCHEMA, _columns,
                {1: "X999", 2: "2020-13-01", 3: "20x0", 4: "", 5: "1,5", 6: "-1", 8: "maybe"})  # fmt: skip
