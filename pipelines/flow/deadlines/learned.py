"""What the releases say about when deliveries were first shown: learned release by release, kept in a small index.

Nothing here is truth: the index is made of the catalog's snapshots, of the ledger and of stored outcomes, and made
again when it is lost or belongs to another catalog. A call reads the releases since the last one, of these the versions
that changed, of these the periods that changed, and the deliveries that were landed since.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from pipelines.core.paths import Workspace
from pipelines.core.records import DeliveryKey
from pipelines.core.sqlite_files import database, writing
from pipelines.flow.ledger import Ledger
from pipelines.publish import Store, latest_number, load_deliveries, load_manifest, load_snapshot

#: ``shown``: when a delivery's rows were first released. ``sources``: which documents of segments' deliveries were
#: read, ``versions``: which version of a dataset was looked at last. ``read`` and ``events``: what a field of a
#: delivery, or of an outcome, holds; ``looked_through``: up to which row of ``shown`` that was asked for, and
#: ``without_rows``: whose rows were lost then. ``settled``: periods for which all departments' rows have been shown.
#: ``landings``: deliveries, and when rows of them or of one that replaced them were first released; ``ledger``: which
#: of them was taken up last.
_TABLES = """
CREATE TABLE IF NOT EXISTS followed (store TEXT NOT NULL, snapshot INTEGER NOT NULL, released TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS versions (dataset TEXT PRIMARY KEY, manifest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sources (sha256 TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS shown (
    dataset TEXT, period TEXT, organisation TEXT, delivery TEXT, released TEXT NOT NULL,
    PRIMARY KEY (dataset, period, organisation, delivery));
CREATE INDEX IF NOT EXISTS shown_by_delivery ON shown (delivery);
CREATE TABLE IF NOT EXISTS read (rows TEXT, field TEXT, PRIMARY KEY (rows, field));
CREATE TABLE IF NOT EXISTS events (rows TEXT, field TEXT, event TEXT, PRIMARY KEY (rows, field, event));
CREATE INDEX IF NOT EXISTS events_by_day ON events (field, event);
CREATE TABLE IF NOT EXISTS looked_through (
    dataset TEXT, field TEXT, place INTEGER NOT NULL, PRIMARY KEY (dataset, field));
CREATE TABLE IF NOT EXISTS without_rows (
    dataset TEXT, field TEXT, delivery TEXT, PRIMARY KEY (dataset, field, delivery));
CREATE TABLE IF NOT EXISTS settled (dataset TEXT, deadline TEXT, departments TEXT, period TEXT,
    PRIMARY KEY (dataset, deadline, departments, period));
CREATE TABLE IF NOT EXISTS landings (
    dataset TEXT, period TEXT, organisation TEXT, sequence INTEGER, delivery TEXT NOT NULL, landed TEXT NOT NULL,
    released TEXT, PRIMARY KEY (dataset, period, organisation, sequence));
CREATE INDEX IF NOT EXISTS landings_by_time ON landings (dataset, landed);
CREATE INDEX IF NOT EXISTS landings_open ON landings (dataset) WHERE released IS NULL;
CREATE TABLE IF NOT EXISTS ledger (place INTEGER NOT NULL, delivery TEXT NOT NULL, landed TEXT NOT NULL);
"""
_OF_CATALOG = ("followed", "versions", "sources", "shown", "looked_through", "without_rows", "settled", "landings",
               "ledger")  # fmt: skip

Span = tuple[str, str]
"""From one text to before another, as events and times are written: ISO 8601."""
ALL: Span = ("", ":")
"""Every one: a colon comes after all digits."""


@dataclass(frozen=True)
class Landing:
    """A landed delivery, and when rows of it, or of one that replaced it, were first released."""

    key: DeliveryKey
    delivery: str
    landed: dt.datetime
    released: dt.datetime | None


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
            self.connection.execute("DELETE FROM without_rows WHERE field = ? AND delivery = ?", (field, rows))

    def unread(self, dataset: str, field: str) -> tuple[list[str], int]:
        """Released deliveries of a dataset whose events are not known, and the place to go on from the next time."""
        (newest,) = self.connection.execute("SELECT coalesce(max(rowid), 0) FROM shown").fetchone()
        # The plus keeps SQLite from going through all of the dataset.
        rows = self.connection.execute(
            "SELECT delivery FROM without_rows WHERE dataset = ?1 AND field = ?2 UNION ALL "
            "SELECT s.delivery FROM shown s WHERE s.rowid > ?3 AND s.rowid <= ?4 AND +s.dataset = ?1 "
            "AND NOT EXISTS (SELECT 1 FROM read r WHERE r.rows = s.delivery AND r.field = ?2)",
            (dataset, field, self.looked_through(dataset, field), newest),
        )
        return [row[0] for row in rows], newest

    def looked_through(self, dataset: str, field: str) -> int:
        """The place up to which deliveries have been looked through for events in a field; 0: none have."""
        row = self.connection.execute(
            "SELECT place FROM looked_through WHERE dataset = ? AND field = ?", (dataset, field)
        ).fetchone()
        return row[0] if row else 0

    def look_on(self, dataset: str, field: str, place: int, without_rows: Collection[str]) -> None:
        """Remember how far deliveries have been looked through for events, and those whose rows are lost."""
        with writing(self.connection):
            self.connection.executemany(
                "INSERT OR IGNORE INTO without_rows VALUES (?, ?, ?)",
                [(dataset, field, delivery) for delivery in without_rows],
            )
            self.connection.execute("INSERT OR REPLACE INTO looked_through VALUES (?, ?, ?)", (dataset, field, place))

    def released_events(self, dataset: str, field: str, span: Span) -> Iterator[tuple[DeliveryKey, str, dt.datetime]]:
        """Events of released rows in a span, with when each was first released."""
        rows = self.connection.execute(
            "SELECT s.period, s.organisation, e.event, min(s.released) FROM events e CROSS JOIN shown s "
            "ON s.delivery = e.rows AND s.dataset = ? WHERE e.field = ? AND e.event >= ? AND e.event < ? "
            "GROUP BY s.period, s.organisation, e.event",
            (dataset, field, *span),
        )
        for period, organisation, event, released in rows:
            yield DeliveryKey(dataset, period, organisation), event, _time(released)

    def released_events_of(self, key: DeliveryKey, field: str) -> set[str]:
        """Events of a department's released rows of a period."""
        rows = self.connection.execute(
            "SELECT DISTINCT e.event FROM shown s CROSS JOIN events e ON e.rows = s.delivery AND e.field = ? "
            "WHERE s.dataset = ? AND s.period = ? AND s.organisation = ?",
            (field, key.dataset, key.period, key.organisation),
        )
        return {row[0] for row in rows}

    def landings(self, dataset: str, span: Span) -> list[Landing]:
        """Deliveries of a dataset that were landed in a span, in that order."""
        clause = "dataset = ? AND landed >= ? AND landed < ? ORDER BY landed, period, organisation"
        return self._landings(clause, dataset, *span)

    def open_landings(self, dataset: str) -> list[Landing]:
        """Deliveries of a dataset of which nothing has been released, in the order of their sequence."""
        return self._landings("dataset = ? AND released IS NULL ORDER BY sequence", dataset)

    def _landings(self, clause: str, *values: str) -> list[Landing]:
        rows = self.connection.execute(
            f"SELECT dataset, period, organisation, delivery, landed, released FROM landings WHERE {clause}", values
        )
        return [
            Landing(DeliveryKey(*row[:3]), row[3], _time(row[4]), None if row[5] is None else _time(row[5]))
            for row in rows
        ]


@contextlib.contextmanager
def learned(workspace: Workspace, store: Store, ledger: Ledger) -> Iterator[Learned]:
    """The index of a workspace, brought up to date with its catalog and its ledger.

    Raises:
        CorruptStore: a snapshot, a version or its deliveries cannot be read.
    """
    with database(workspace.deadlines, _TABLES) as connection:
        until = _follow(connection, store)
        _take_up(connection, ledger)
        yield Learned(connection, until)


def _take_up(connection: sqlite3.Connection, ledger: Ledger) -> None:
    """Take up what was landed since the last time; one transaction, and the same again does no harm."""
    last = connection.execute("SELECT place, delivery, landed FROM ledger").fetchone() or (0, "", "")
    found = ledger.landed_after(*last)
    first = next(found, None)
    if first is None:
        return
    with writing(connection):
        for place, entry in chain([first], found):
            key = (entry.key.dataset, entry.key.period, entry.key.organisation)
            shown = connection.execute(
                "SELECT delivery, released FROM shown WHERE dataset = ? AND period = ? AND organisation = ?", key
            )
            released = min((moment for name, moment in shown if _sequence(name) >= entry.sequence), default=None)
            connection.execute(
                "INSERT OR REPLACE INTO landings VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*key, entry.sequence, entry.id, entry.landed, released),
            )
            last = (place, entry.id, entry.landed)
        connection.execute("DELETE FROM ledger")
        connection.execute("INSERT INTO ledger VALUES (?, ?, ?)", last)


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
        for entry in load_deliveries(store, segment):
            key = (dataset, segment.period, entry.organisation)
            connection.execute("INSERT OR IGNORE INTO shown VALUES (?, ?, ?, ?, ?)", (*key, entry.delivery, released))
            connection.execute(
                "UPDATE landings SET released = ? WHERE dataset = ? AND period = ? AND organisation = ? "
                "AND sequence <= ? AND released IS NULL",
                (released, *key, _sequence(entry.delivery)),
            )
    connection.execute("INSERT OR REPLACE INTO versions VALUES (?, ?)", (dataset, manifest))


def _sequence(delivery: str) -> int:
    """A delivery's identifier ends with its sequence."""
    return int(delivery.rpartition(".")[2])


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
