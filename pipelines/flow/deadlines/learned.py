"""What the releases say about when deliveries were first shown: learned release by release, kept in a small index.

Nothing here is truth: the index is made of the catalog's snapshots and of stored outcomes, and made again when it is
lost or belongs to another catalog. A call reads the releases since the last one, of these the versions that changed,
and of these the periods that changed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pipelines.core.paths import Workspace
from pipelines.flow.deadlines.database import database, writing
from pipelines.publish import Store, latest_number, load_deliveries, load_manifest, load_snapshot

#: ``shown``: when a delivery's rows were first released. ``sources``: which documents of segments' deliveries were
#: read, ``versions``: which version of a dataset was looked at last. ``read`` and ``events``: what a field of a
#: delivery, or of an outcome, holds. ``settled``: periods for which all departments' rows have been shown.
_TABLES = """
CREATE TABLE IF NOT EXISTS followed (store TEXT NOT NULL, snapshot INTEGER NOT NULL, released TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS versions (dataset TEXT PRIMARY KEY, manifest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sources (sha256 TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS shown (
    dataset TEXT, period TEXT, organisation TEXT, delivery TEXT, released TEXT NOT NULL,
    PRIMARY KEY (dataset, period, organisation, delivery));
CREATE TABLE IF NOT EXISTS read (rows TEXT, field TEXT, PRIMARY KEY (rows, field));
CREATE TABLE IF NOT EXISTS events (rows TEXT, field TEXT, event TEXT, PRIMARY KEY (rows, field, event));
CREATE TABLE IF NOT EXISTS settled (dataset TEXT, deadline TEXT, departments TEXT, period TEXT,
    PRIMARY KEY (dataset, deadline, departments, period));
"""
_OF_CATALOG = ("followed", "versions", "sources", "shown", "settled")


@dataclass(frozen=True)
class Learned:
    """The index, up to date with the catalog. ``until``: the newest release in it; ``None``: there is none."""

    connection: sqlite3.Connection
    until: dt.datetime | None

    def first_shown(self, dataset: str, period: str) -> dict[str, dt.datetime]:
        """Per department, when any rows of it were first shown for a dataset and period."""
        rows = self.connection.execute(
            "SELECT organisation, min(released) FROM shown WHERE dataset = ? AND period = ? GROUP BY organisation",
            (dataset, period),
        )
        return {organisation: _time(released) for organisation, released in rows}

    def shown(self, dataset: str) -> dict[str, dt.datetime]:
        """Per delivery of a dataset, when it was first shown."""
        rows = self.connection.execute("SELECT delivery, released FROM shown WHERE dataset = ?", (dataset,))
        return {delivery: _time(released) for delivery, released in rows}

    def settled(self, dataset: str, deadline: str, departments: str) -> set[str]:
        """Periods that nothing is open for any more; ``departments`` identifies whom the deadline was for then."""
        rows = self.connection.execute(
            "SELECT period FROM settled WHERE dataset = ? AND deadline = ? AND departments = ?",
            (dataset, deadline, departments),
        )
        return {row[0] for row in rows}

    def settle(self, dataset: str, deadline: str, departments: str, periods: Collection[str]) -> None:
        """Remember that nothing is open for these periods."""
        if periods:
            with writing(self.connection):
                self.connection.executemany(
                    "INSERT OR IGNORE INTO settled VALUES (?, ?, ?, ?)",
                    [(dataset, deadline, departments, period) for period in periods],
                )

    def events(self, rows: str, field: str) -> tuple[str, ...] | None:
        """Events that rows have in a field; ``rows`` names the delivery or outcome. ``None``: not read yet."""
        place = (rows, field)
        if self.connection.execute("SELECT 1 FROM read WHERE rows = ? AND field = ?", place).fetchone() is None:
            return None
        found = self.connection.execute("SELECT event FROM events WHERE rows = ? AND field = ? ORDER BY event", place)
        return tuple(row[0] for row in found)

    def keep_events(self, rows: str, field: str, events: Collection[str]) -> None:
        """Remember the events that rows have."""
        with writing(self.connection):
            self.connection.executemany(
                "INSERT OR IGNORE INTO events VALUES (?, ?, ?)", [(rows, field, event) for event in events]
            )
            self.connection.execute("INSERT OR IGNORE INTO read VALUES (?, ?)", (rows, field))


@contextlib.contextmanager
def learned(workspace: Workspace, store: Store) -> Iterator[Learned]:
    """The index of a workspace, brought up to date with its catalog.

    Raises:
        CorruptStore: a snapshot, a version or its deliveries cannot be read.
    """
    with database(workspace.deadlines, _TABLES) as connection:
        yield Learned(connection, _follow(connection, store))


def _follow(connection: sqlite3.Connection, store: Store) -> dt.datetime | None:
    newest = latest_number(store)
    row = connection.execute("SELECT store, snapshot, released FROM followed").fetchone()
    if row is not None and not _is_same(store, newest, row):
        with writing(connection):
            for table in _OF_CATALOG:
                connection.execute(f"DELETE FROM {table}")
        row = None
    released: str | None = row[2] if row else None
    for number in range(row[1] + 1 if row else 1, newest + 1):
        released = _learn(connection, store, number)
    return None if released is None else _time(released)


def _is_same(store: Store, newest: int, row: tuple[str, int, str]) -> bool:
    """Whether the catalog is the one that was followed, and has not gone back behind it."""
    address, number, released = row
    return address == store.address and number <= newest and load_snapshot(store, number).released == released


def _learn(connection: sqlite3.Connection, store: Store, number: int) -> str:
    """Take up a release: one transaction, so that a crash leaves the one before it as the last."""
    snapshot = load_snapshot(store, number)
    versions: Mapping[str, str] = dict(connection.execute("SELECT dataset, manifest FROM versions"))
    with writing(connection):
        for dataset, entry in snapshot.datasets.items():
            if versions.get(dataset) != entry.manifest:
                _learn_version(connection, store, dataset, entry.manifest, snapshot.released)
        connection.execute("DELETE FROM followed")
        connection.execute("INSERT INTO followed VALUES (?, ?, ?)", (store.address, number, snapshot.released))
    return snapshot.released


def _learn_version(connection: sqlite3.Connection, store: Store, dataset: str, manifest: str, released: str) -> None:
    for segment in load_manifest(store, manifest).segments:
        known = connection.execute("INSERT OR IGNORE INTO sources VALUES (?)", (segment.sources.sha256,))
        if known.rowcount == 0:
            continue
        connection.executemany(
            "INSERT OR IGNORE INTO shown VALUES (?, ?, ?, ?, ?)",
            [(dataset, segment.period, entry.organisation, entry.delivery, released)
             for entry in load_deliveries(store, segment)],
        )  # fmt: skip
    connection.execute("INSERT OR REPLACE INTO versions VALUES (?, ?)", (dataset, manifest))


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
