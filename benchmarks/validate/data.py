"""A payments table of any size from a seed: near-unique keys, amounts, dates, codes, names and notes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

_DEPARTMENTS = [f"D{number:03d}" for number in range(120)]
SCHEMA: dict[str, Any] = {
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
_BATCH = 100_000
_SEED = 20_240_601
#: What makes a row bad, by column: one of them is put into each bad row.
_FAULTS = {1: "X999", 2: "2020-13-01", 3: "20x0", 4: "", 5: "1,5", 6: "-1", 8: "maybe"}


def write_file(path: Path, rows: int, bad: float) -> Path:
    """Write ``rows`` rows, a share ``bad`` of them with one fault each; a tenth of the faults is a repeated key."""
    random = np.random.default_rng(_SEED)
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(",".join(field["name"] for field in SCHEMA["fields"]) + "\n")
        for first in range(0, rows, _BATCH):
            stream.write("".join(_lines(random, first, min(_BATCH, rows - first), rows, bad)))
    return path


def _lines(random: np.random.Generator, first: int, count: int, rows: int, bad: float) -> list[str]:
    # An affine step through the ordinals gives keys that are distinct and in no order.
    ordinals = (np.arange(first, first + count, dtype=np.int64) * 7_368_787 + 11) % _prime_above(rows)
    days = np.datetime64("2016-01-01") + random.integers(0, 3_650, count)
    columns = [
        [f"PAY-{key:09d}" for key in ordinals.tolist()],
        [f"D{n:03d}" for n in random.integers(0, 120, count).tolist()],
        np.datetime_as_string(days).tolist(),
        np.datetime_as_string(days, unit="Y").tolist(),
        [f"{amount:.2f}" for amount in random.lognormal(9, 2, count).tolist()],
        [f"{tax:.4f}" for tax in random.random(count).tolist()],
        [str(n) for n in random.integers(0, 10_000_000, count).tolist()],
        [f"市政服务公司 {n} Ltd." for n in random.integers(0, 200_000, count).tolist()],
        np.where(random.random(count) < 0.5, "true", "false").tolist(),
        [f"contract {n}, instalment {n % 12}" if n % 3 else "" for n in random.integers(0, 10**8, count).tolist()],
    ]
    if bad:
        positions = np.flatnonzero(random.random(count) < bad).tolist()
        for position in positions:
            fault = int(random.integers(0, 10))
            if fault == 9 and position:
                columns[0][position] = columns[0][position - 1]
            else:
                column = list(_FAULTS)[fault % len(_FAULTS)]
                columns[column][position] = f'"{_FAULTS[column]}"'
    return [",".join(_quoted(cell) for cell in row) + "\n" for row in zip(*columns, strict=True)]


def _quoted(cell: str) -> str:
    return f'"{cell}"' if "," in cell and not cell.startswith('"') else cell


def _prime_above(rows: int) -> int:
    candidate = max(rows + 1, 3) | 1
    while any(candidate % divisor == 0 for divisor in range(3, int(candidate**0.5) + 1, 2)):
        candidate += 2
    return candidate
