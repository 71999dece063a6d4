"""One dataset's versions as the index keeps them: read from its tables, extended by new versions, written back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from pipelines.catalog.shapes import Shape
from pipelines.catalog.tables import AMONG, Row, as_json, insert, remove, rows_by_dataset
from pipelines.core.digests import json_digest
from pipelines.core.errors import CorruptStore
from pipelines.publish import Manifest, Segment, Snapshot, Store, Tombstone, load_deliveries, manifest_path
from pipelines.publish.diff.model import PeriodChanges
from pipelines.publish.store import MALFORMED


@dataclass
class _Range:
    segment: int
    first: int
    last: int | None


@dataclass
class History:
    """What is known of a dataset's versions. ``numbers`` counts them in the order in which they were released."""

    store: Store
    dataset: str
    numbers: dict[str, int] = field(default_factory=dict)
    _shapes: dict[str, int] = field(default_factory=dict)
    _segments: dict[str, int] = field(default_factory=dict)
    _sizes: dict[int, tuple[str, int]] = field(default_factory=dict)
    _ranges: list[_Range] = field(default_factory=list)
    _withdrawn: dict[str, Row] = field(default_factory=dict)
    _new: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def load(cls, connection: duckdb.DuckDBPyConnection, store: Store, datasets: Sequence[str]) -> list[History]:
        """Read those of some datasets from the index."""

        def rows(columns: str, table: str) -> Mapping[str, list[Row]]:
            return rows_by_dataset(connection, f"SELECT dataset, {columns} FROM main.{table} WHERE {AMONG}", datasets)

        versions, shapes = rows("version, number", "versions"), rows("definition, shape", "shapes")
        segments = rows("segment, digest, period, rows", "segments")
        ranges = rows("segment, first, last", "segment_versions")
        return [
            cls(
                store,
                dataset,
                dict(versions.get(dataset, ())),
                dict(shapes.get(dataset, ())),
                {digest: number for number, digest, _, _ in segments.get(dataset, ())},
                {number: (period, count) for number, _, period, count in segments.get(dataset, ())},
                [_Range(*row) for row in ranges.get(dataset, ())],
            )
            for dataset in datasets
        ]

    def add(self, snapshot: Snapshot, manifest: Manifest, sha256: str) -> None:
        """Record a version that ``snapshot`` brought.

        Raises:
            CorruptStore: when its fields have names that no field can have, or its sources are damaged.
        """
        number = len(self.numbers) + 1
        previous = manifest.previous.version if manifest.previous else None
        try:
            shape = self._shape(Shape.of(manifest.schema))
            current = {self._segment(segment) for segment in manifest.segments}
        except ValueError as problem:
            raise CorruptStore(manifest_path(sha256), MALFORMED) from problem
        before = self._rows_at(self.numbers.get(previous, 0) if previous else 0)
        self.numbers[manifest.version] = number
        self._new["versions"].append((
            self.dataset, manifest.version, previous, snapshot.number, snapshot.released, manifest.rows, manifest.size,
            manifest_path(sha256), sha256, manifest.logical_hash, as_json(manifest.changes.as_dict()), number, shape,
        ))  # fmt: skip
        self._extend(number, current)
        self._tell_changes(manifest, previous, snapshot.released, before, self._rows_at(number))

    def show(self, snapshot: Snapshot, version: str | None) -> None:
        """Record which version a release shows from then on; ``None``: the dataset is not in it."""
        self._new["releases"].append((self.dataset, snapshot.number, snapshot.released, version))

    def bury(self, version: str, stone: Tombstone) -> None:
        """Record that a version was withdrawn; a later tombstone takes the place of an earlier one."""
        reason = stone.reason
        self._withdrawn[version] = (
            self.dataset, version, stone.withdrawn, reason["zh"], reason["en"], stone.basis, stone.bytes_removed,
        )  # fmt: skip

    @staticmethod
    def write(connection: duckdb.DuckDBPyConnection, histories: Sequence[History]) -> None:
        """Bring the index's tables up to date."""
        remove(connection, "segment_versions", [history.dataset for history in histories])
        new: dict[str, list[Row]] = defaultdict(list)
        for history in histories:
            for version, row in history._withdrawn.items():
                key = [history.dataset, version]
                connection.execute("DELETE FROM main.withdrawals WHERE dataset = ? AND version = ?", key)
                new["withdrawals"].append(row)
            new["segment_versions"] += [
                (history.dataset, entry.segment, entry.first, entry.last)
                for entry in sorted(history._ranges, key=lambda entry: (entry.segment, entry.first))
            ]
            for table, rows in history._new.items():
                new[table] += rows
            history._new.clear()
        for table, rows in new.items():
            insert(connection, table, rows)

    def _shape(self, shape: Shape) -> int:
        text = str(shape)
        if text not in self._shapes:
            self._shapes[text] = len(self._shapes) + 1
            self._new["shapes"].append((self.dataset, self._shapes[text], text))
        return self._shapes[text]

    def _segment(self, segment: Segment) -> int:
        """The number of a segment; equal ones of several versions share it."""
        digest = json_digest([segment.period, segment.digest, segment.sources.sha256])
        if digest in self._segments:
            return self._segments[digest]
        number = self._segments[digest] = len(self._segments) + 1
        self._sizes[number] = (segment.period, segment.rows)
        key = (self.dataset, number)
        shape = self._shape(Shape.of(segment.schema))
        self._new["segments"].append((*key, segment.period, shape, segment.rows, digest))
        self._new["segment_files"] += [
            (*key, position, part.sha256, part.bytes, part.rows, part.logical_hash)
            for position, part in enumerate(segment.parts, start=1)
        ]
        self._new["segment_deliveries"] += [
            (*key, entry.organisation, entry.delivery, entry.digest, entry.rows, entry.quality.get("rows_delivered"),
             entry.quality.get("rows_quarantined"), as_json(entry.quality.get("checks", {})))
            for entry in load_deliveries(self.store, segment)
        ]  # fmt: skip
        return number

    def _extend(self, number: int, current: set[int]) -> None:
        going_on = {entry.segment: entry for entry in self._ranges if entry.last is None}
        for segment, entry in going_on.items():
            if segment not in current:
                entry.last = number - 1
        self._ranges += [_Range(segment, number, None) for segment in sorted(current - going_on.keys())]

    def _rows_at(self, number: int) -> dict[str, int]:
        """Period → rows of a version; none for 0."""
        shown = (entry.segment for entry in self._ranges
                 if entry.first <= number and (entry.last is None or number <= entry.last))  # fmt: skip
        return dict(self._sizes[segment] for segment in shown) if number else {}

    def _tell_changes(
        self, manifest: Manifest, previous: str | None, released: str, before: dict[str, int], after: dict[str, int]
    ) -> None:
        changes = manifest.changes
        about = (self.dataset, manifest.version, previous, released)
        told: list[tuple[str, str | None, str | None]] = [
            *(("period_added", period, None) for period in changes.periods_added),
            *(("period_changed", period, None) for period in changes.periods_changed),
            *(("period_removed", period, None) for period in changes.periods_removed),
            *(("field_added", None, name) for name in changes.fields_added),
            *(("field_removed", None, name) for name in changes.fields_removed),
            *(("field_retyped", None, name) for name in changes.fields_retyped),
            *(("field_redefined", None, name) for name in changes.fields_redefined),
            *([("key_changed", None, None)] if changes.key_changed else []),
            *([("metadata_changed", None, None)] if changes.metadata_changed else []),
        ]
        counts = {entry.period: entry for entry in changes.rows}
        for change, period, name in told:
            rows: tuple[int | None, ...] = (None,) * 5
            if period is not None:
                count = counts.get(period, PeriodChanges(period))
                rows = (before.get(period), after.get(period), count.added, count.removed, count.changed)
            self._new["changes"].append((*about, change, period, name, *rows))
