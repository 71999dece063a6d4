"""A table where every column is near-unique: nothing is gained by reading each distinct cell only once."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.validate.files import cells
from benchmarks.validate.files.kinds import Columns, Kind, shuffled

_SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "record_id", "type": "string", "constraints": {"required": True, "pattern": "REC-[0-9]{12}"}},
        {"name": "serial", "type": "integer", "constraints": {"unique": True, "minimum": 0}},
        {"name": "recorded_at", "type": "datetime"},
        {"name": "amount", "type": "number", "constraints": {"minimum": 0}},
        {"name": "description", "type": "string", "constraints": {"required": True, "maxLength": 200}},
        {"name": "token", "type": "string", "format": "uuid", "constraints": {"unique": True}},
        {"name": "contact", "type": "string", "format": "email", "constraints": {"unique": True}},
    ],
    "primaryKey": ["record_id"],
}  # fmt: skip


def _columns(random: np.random.Generator, first: int, count: int, rows: int) -> Columns:
    keys = shuffled(first, count, rows)
    return [
        [f"REC-{key:012d}" for key in keys],
        [str(key * 7 + 3) for key in keys],
        cells.seconds(random, count),
        cells.amounts(random, count),
        cells.sentences(random, count),
        cells.uuids(random, count),
        [f"resident.{key}@mail{key % 97}.example.org" for key in keys],
    ]


DISTINCT = Kind("near-unique", _SCHEMA, _columns,
                {1: "12a", 2: "2021-02-29T10:00:00", 3: "-1", 4: "", 5: "not-a-uuid", 6: "resident.example.org"},
                )  # fmt: skip
