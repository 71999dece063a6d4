"""Which segments the versions of a dataset had, period by period: a small index, kept up to date version by version.

What a period shows is decided against all that was published of it. Looked up in the manifests, that would mean to
read every version of the dataset for every period. Nothing here is truth: the index is learned from the manifests, and
learned again when it is lost or the catalog is another. A call reads the versions that came since the last one, and of
those before the ones that brought a segment of the period.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.core.paths import Workspace
from pipelines.core.sqlite_files import database, writing
from pipelines.flow.results import Work
from pipelines.publish import Segment, Snapshot, SnapshotEntry, Store, load_manifest, load_tombstone

#: ``versions`` are numbered from the first. A span says from which to which version (none: the newest) a period had a
#: segment.
_TABLES = """
CREATE TABLE IF NOT EXISTS versions (
    dataset TEXT, number INTEGER, version TEXT NOT NULL, manifest TEXT NOT NULL, PRIMARY KEY (dataset, number));
CREATE UNIQUE INDEX IF NOT EXISTS versions_by_manifest ON versions (dataset, manifest);
CREATE INDEX IF NOT EXISTS versions_by_version ON versions (dataset, version);
CREATE TABLE IF NOT EXISTS spans (
    dataset TEXT, period TEXT, first INTEGER, last INTEGER, segment TEXT NOT NULL,
    PRIMARY KEY (dataset, period, first));
CREATE INDEX IF NOT EXISTS spans_by_end ON spans (dataset, last);
"""


def published_of(workspace: Workspace, store: Store, snapshot: Snapshot, entry: SnapshotEntry, work: Work
                 ) -> dict[str, Segment]:  # fmt: skip
    """Every segment of a period that a version had whose bytes were not removed for good, by digest; newest first.

    Each is told as the version told it that brought it.

    Args:
        workspace: where the index is kept.
        store: the catalog.
        snapshot: the current release.
        entry: the dataset's newest version, whether or not that release shows it.
        work: the dataset and period.

    Raises:
        CorruptStore: when a manifest or a tombstone cannot be read.
    """
    with database(workspace.history, _TABLES) as connection:
        while not _caught_up(connection, store, work.dataset, entry):
            pass
        rows = connection.execute(
            "SELECT s.segment, v.manifest, s.first, coalesce(s.last, (SELECT max(number) FROM versions "
            "WHERE dataset = s.dataset)) FROM spans s JOIN versions v ON v.dataset = s.dataset AND v.number = s.first "
            "WHERE s.dataset = ? AND s.period = ? ORDER BY s.first DESC",
            (work.dataset, work.period),
        ).fetchall()
        removed = _removed(connection, store, snapshot, work.dataset)
    found: dict[str, Segment] = {}
    for digest, manifest, first, last in rows:
        if digest not in found and not removed.issuperset(range(first, last + 1)):
            segments = load_manifest(store, manifest).segments
            found[digest] = next(segment for segment in segments if segment.period == work.period)
    return found


def _removed(connection: sqlite3.Connection, store: Store, snapshot: Snapshot, dataset: str) -> set[int]:
    """The numbers of versions whose bytes were removed for good."""
    stones = snapshot.tombstones.get(dataset, {})
    for_good = {stone for stone in {*stones.values()} if load_tombstone(store, stone).bytes_removed}
    numbers: set[int] = set()
    for version, stone in stones.items():
        if stone in for_good:
            found = connection.execute(
                "SELECT number FROM versions WHERE dataset = ? AND version = ?", (dataset, version)
            )
            numbers.update(number for (number,) in found)
    return numbers


@dataclass
class _Walk:
    """Spans of segments, found from the newest version back. Versions are counted back from the newest, which is 0;
    ``last`` is ``None`` where that has the segment."""

    versions: list[tuple[str, str]] = field(default_factory=list)
    spans: list[tuple[str, str, int, int | None]] = field(default_factory=list)
    open: dict[str, tuple[str, int | None]] = field(default_factory=dict)

    def back_to(self, sha256: str, version: str, digests: Mapping[str, str]) -> None:
        """Go on to the version before."""
        back = len(self.versions)
        for period, (digest, last) in [*self.open.items()]:
            if digests.get(period) != digest:
                self.spans.append((period, digest, back - 1, last))
                del self.open[period]
        for period, digest in digests.items():
            self.open.setdefault(period, (digest, back or None))
        self.versions.append((version, sha256))


def _caught_up(connection: sqlite3.Connection, store: Store, dataset: str, entry: SnapshotEntry) -> bool:
    """Learn the versions that the index does not know; ``False`` when another process has learned some meanwhile."""
    newest = _newest(connection, dataset)
    if _number(connection, dataset, entry.manifest) == newest != 0:
        return True
    walk, known = _Walk(), 0
    sha256: str | None = entry.manifest
    while sha256 is not None and not (known := _number(connection, dataset, sha256)):
        manifest = load_manifest(store, sha256)
        walk.back_to(sha256, manifest.version, {segment.period: segment.digest for segment in manifest.segments})
        sha256 = manifest.previous.manifest if manifest.previous else None
    with writing(connection):
        if _newest(connection, dataset) != newest:
            return False
        _forget_after(connection, dataset, known)
        _write(connection, dataset, known, walk)
    return True


def _newest(connection: sqlite3.Connection, dataset: str) -> int:
    """The number of the newest version in the index; 0: it has none."""
    query = "SELECT coalesce(max(number), 0) FROM versions WHERE dataset = ?"
    return int(connection.execute(query, (dataset,)).fetchone()[0])


def _number(connection: sqlite3.Connection, dataset: str, manifest: str) -> int:
    """The number of a version; 0: the index does not have it."""
    query = "SELECT coalesce(max(number), 0) FROM versions WHERE dataset = ? AND manifest = ?"
    return int(connection.execute(query, (dataset, manifest)).fetchone()[0])


def _forget_after(connection: sqlite3.Connection, dataset: str, number: int) -> None:
    """Forget versions that do not lead to the catalog's newest: it is another catalog, or an older copy."""
    connection.execute("DELETE FROM versions WHERE dataset = ? AND number > ?", (dataset, number))
    connection.execute("DELETE FROM spans WHERE dataset = ? AND first > ?", (dataset, number))
    connection.execute("UPDATE spans SET last = NULL WHERE dataset = ? AND last >= ?", (dataset, number))


def _write(connection: sqlite3.Connection, dataset: str, known: int, walk: _Walk) -> None:
    """Add the versions of a walk that ended at the version of the number ``known``."""
    if not walk.versions:
        return
    newest = known + len(walk.versions)
    connection.executemany(
        "INSERT INTO versions VALUES (?, ?, ?, ?)",
        [(dataset, newest - back, version, sha256) for back, (version, sha256) in enumerate(walk.versions)],
    )
    had = dict(connection.execute("SELECT period, segment FROM spans WHERE dataset = ? AND last IS NULL", (dataset,)))
    ended, spans = [], list(walk.spans)
    for period, digest in had.items():
        now, last = walk.open.get(period, ("", None))
        if now != digest:
            ended.append((known, dataset, period))
        elif last is not None:
            ended.append((newest - last, dataset, period))
    for period, (digest, last) in walk.open.items():
        if had.get(period) != digest:
            spans.append((period, digest, len(walk.versions) - 1, last))
    connection.executemany("UPDATE spans SET last = ? WHERE dataset = ? AND period = ? AND last IS NULL", ended)
    connection.executemany(
        "INSERT INTO spans VALUES (?, ?, ?, ?, ?)",
        [(dataset, period, newest - first, None if last is None else newest - last, digest)
         for period, digest, first, last in spans],
    )  # fmt: skip
