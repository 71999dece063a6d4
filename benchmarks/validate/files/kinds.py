"""What a kind of file is, and how one is written: any number of rows from a seed, a share of them faulty."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Columns = list[list[str]]
_BATCH = 100_000
_SEED = 20_240_601
#: The share of faulty rows that repeat the key of the row before instead of holding a faulty cell.
_REPEATED_KEYS = 0.1


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        schema: its Table Schema; the first field is the primary key.
        columns: the cells of a batch, column by column, from (random, first row, rows in the batch, rows in all).
        faults: what a faulty row holds, by position of the column; one of them is put into each faulty row.
        share: rows of this kind per row of the payments table.
        tables: the keys of the tables that foreign keys refer to, by name, from the number of rows.
    """

    name: str
    schema: Mapping[str, Any]
    columns: Callable[[np.random.Generator, int, int, int], Columns]
    faults: Mapping[int, str]
    share: float = 1.0
    tables: Callable[[int], Mapping[str, Sequence[str]]] = lambda _: {}


@dataclass(frozen=True)
class Task:
    """A file to validate. ``tables``: the files that its foreign keys refer to, by resource name."""

    path: Path
    schema: Mapping[str, Any]
    tables: Mapping[str, Path]

    def save(self, path: Path) -> Path:
        """Write the task to a JSON file."""
        tables = {name: str(table) for name, table in self.tables.items()}
        path.write_text(json.dumps({"path": str(self.path), "schema": self.schema, "tables": tables}), "utf-8")
        return path

    @classmethod
    def load(cls, path: Path) -> Task:
        """Read a task from a JSON file."""
        saved = json.loads(path.read_text("utf-8"))
        return cls(Path(saved["path"]), saved["schema"], {name: Path(table) for name, table in saved["tables"].items()})

    def files(self) -> list[Path]:
        """All files that validating reads."""
        return [self.path, *self.tables.values()]


def write_task(kind: Kind, folder: Path, rows: int, bad: float) -> Path:
    """Write a file of ``rows`` rows, a share ``bad`` of them faulty, and its code tables; gives the task's file."""
    folder.mkdir()
    path = folder / f"{kind.name}.csv"
    random = np.random.default_rng(_SEED)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(field["name"] for field in kind.schema["fields"])
        for first in range(0, rows, _BATCH):
            columns = kind.columns(random, first, min(_BATCH, rows - first), rows)
            if bad:
                _spoil(columns, kind.faults, random, bad)
            writer.writerows(zip(*columns, strict=True))
    tables = {name: _write_table(folder / f"{name}.csv", keys) for name, keys in kind.tables(rows).items()}
    return Task(path, kind.schema, tables).save(folder / "task.json")


def shuffled(first: int, count: int, rows: int) -> list[int]:
    """Distinct numbers in no order: an affine step through the ordinals, modulo a prime above ``rows``."""
    ordinals = np.arange(first, first + count, dtype=np.int64)
    numbers: list[int] = ((ordinals * 7_368_787 + 11) % _prime_above(rows)).tolist()
    return numbers


def _spoil(columns: Columns, faults: Mapping[int, str], random: np.random.Generator, bad: float) -> None:
    places = list(faults)
    for position in np.flatnonzero(random.random(len(columns[0])) < bad).tolist():
        if position and random.random() < _REPEATED_KEYS:
            columns[0][position] = columns[0][position - 1]
        else:
            column = places[int(random.integers(len(places)))]
            columns[column][position] = faults[column]


def _write_table(path: Path, keys: Sequence[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["id", "name"])
        writer.writerows((key, f"name of {key}") for key in keys)
    return path


def _prime_above(rows: int) -> int:
    candidate = max(rows + 1, 3) | 1
    while any(candidate % divisor == 0 for divisor in range(3, int(candidate**0.5) + 1, 2)):
        candidate += 2
    return candidate
