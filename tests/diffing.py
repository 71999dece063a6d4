"""Versions made of rows, for tests of differences and of what is said about them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from publishing import arrow_type

from pipelines.publish import Segment, Sources
from pipelines.publish.diff import VersionDiff
from pipelines.publish.records import Part

Row = Sequence[Any]


@dataclass(frozen=True)
class Version:
    """A version's rows, as a difference asks for them."""

    schema: Mapping[str, Any]
    segments: tuple[Segment, ...]


def table_schema(fields: Mapping[str, Mapping[str, Any]], key: Sequence[str] = ()) -> dict[str, Any]:
    """A public Table Schema of fields by name."""
    entries = [{"name": name, **entry} for name, entry in fields.items()]
    return {"fields": entries, **({"primaryKey": list(key)} if key else {})}


def segment_of(folder: Path, period: str, rows: Sequence[Row], schema: Mapping[str, Any]) -> Segment:
    """A segment whose bytes lie in ``folder``; equal rows have one file."""
    names = [entry["name"] for entry in schema["fields"]]
    sha256 = hashlib.sha256(repr((names, rows)).encode()).hexdigest()
    arrays = [pa.array([row[place] for row in rows], arrow_type(entry)) for place, entry in enumerate(schema["fields"])]
    pq.write_table(pa.table(arrays, names=names), folder / sha256)
    size = (folder / sha256).stat().st_size
    return Segment(period, (Part(sha256, size, len(rows), sha256),), schema, Sources.of(()), ())


def version_of(folder: Path, schema: Mapping[str, Any], periods: Mapping[str, Sequence[Row]]) -> Version:
    """A version with rows by period, all written by its own schema."""
    return Version(schema, tuple(segment_of(folder, period, rows, schema) for period, rows in sorted(periods.items())))


def diff_of(folder: Path, old: Version, new: Version) -> VersionDiff:
    """The difference of two versions whose files lie in ``folder``."""
    return VersionDiff.between("numbers", ("1.0.0", "2.0.0"), old, new, lambda sha256: folder / sha256)
