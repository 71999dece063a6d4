"""What was made of each dataset last, and the entries of feeds: an index that can be lost.

It belongs to one store, for any other it is empty, and to one state of what holds for all datasets: under another all
of them are outdated. What is lost is made again, at the cost of one run over the whole catalog.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from pipelines.catalog.metadata.atom import NEWEST, Entry
from pipelines.core.sqlite_files import database, writing

_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS snapshots (number INTEGER PRIMARY KEY, released TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
    snapshot INTEGER, position INTEGER, dataset TEXT NOT NULL, theme TEXT NOT NULL, version TEXT,
    released TEXT NOT NULL, line TEXT NOT NULL, PRIMARY KEY (snapshot, position));
CREATE INDEX IF NOT EXISTS entries_by_dataset ON entries (dataset, snapshot, position);
CREATE INDEX IF NOT EXISTS entries_by_theme ON entries (theme, snapshot, position);
CREATE TABLE IF NOT EXISTS datasets (
    dataset TEXT PRIMARY KEY, digest TEXT NOT NULL,
    json_ld TEXT NOT NULL, turtle TEXT NOT NULL, shared TEXT NOT NULL, dcat_us TEXT NOT NULL,
    data_json TEXT NOT NULL, package TEXT NOT NULL, page TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS due_feeds (kind TEXT, name TEXT, PRIMARY KEY (kind, name));
"""
_OF_FEEDS = ("snapshots", "entries", "due_feeds")
_OF_CATALOG = ("about", "datasets", *_OF_FEEDS)
_STORE, _COMMON, _MADE, _HARVESTED = "store", "common", "made", "harvested"


@dataclass(frozen=True)
class Kept:
    """What the catalog's documents have of a dataset. ``shared`` is JSON: identifier → JSON-LD and Turtle of a node;
    ``package`` is empty where the dataset has no table."""

    dataset: str
    digest: str
    json_ld: str
    turtle: str
    shared: str
    dcat_us: str
    data_json: str
    package: str
    page: str


@dataclass(frozen=True)
class MetadataState:
    """An open index."""

    connection: sqlite3.Connection

    @classmethod
    @contextlib.contextmanager
    def open(cls, path: Path) -> Iterator[MetadataState]:
        """The index in a file, which is created where there is none."""
        with database(path, _TABLES) as connection:
            yield cls(connection)

    def belong(self, store: str, common: str) -> None:
        """Empty the index where it belongs to another store; have all be made anew where ``common`` changed, which is
        the digest of what all documents depend on. Until then catalogs' documents have what they had of a dataset."""
        if self._about(_STORE) != store:
            self._clear(_OF_CATALOG)
        if self._about(_COMMON) != common:
            self.outdate()
            with writing(self.connection) as connection:
                rows = [(_STORE, store), (_COMMON, common)]
                connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows)

    def outdate(self) -> None:
        """Have all documents be made anew."""
        with writing(self.connection) as connection:
            connection.execute("UPDATE datasets SET digest = ''")
            connection.execute("DELETE FROM about WHERE name <> ?", (_STORE,))
        self._clear(_OF_FEEDS)

    def _clear(self, tables: Sequence[str]) -> None:
        with writing(self.connection) as connection:
            for table in tables:
                connection.execute(f"DELETE FROM {table}")

    @property
    def made(self) -> str | None:
        """The digest of what the catalog's documents were made of last."""
        return self._about(_MADE)

    def set_made(self, digest: str) -> None:
        """Remember what the catalog's documents were made of."""
        self._tell(_MADE, digest)

    @property
    def harvested(self) -> dict[str, str]:
        """Catalog elsewhere → the digest of what its document was made of."""
        return dict(json.loads(self._about(_HARVESTED) or "{}"))

    def set_harvested(self, digests: Mapping[str, str]) -> None:
        """Remember of what documents of catalogs elsewhere were made."""
        self._tell(_HARVESTED, json.dumps(digests))

    def _tell(self, name: str, value: str) -> None:
        with writing(self.connection) as connection:
            connection.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def _about(self, name: str) -> str | None:
        row = self.connection.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    @property
    def followed(self) -> int:
        """The newest snapshot whose entries are here; 0: none."""
        return int(self.connection.execute("SELECT coalesce(max(number), 0) FROM snapshots").fetchone()[0])

    @property
    def first_released(self) -> str | None:
        """When the first snapshot was released that is known."""
        found: str | None = self.connection.execute("SELECT min(released) FROM snapshots").fetchone()[0]
        return found

    def add_snapshot(self, number: int, released: str, entries: Sequence[Entry]) -> None:
        """Keep the entries of a snapshot, first the first."""
        rows = [(number, position, each.dataset, each.theme, each.version, released, each.line)
                for position, each in enumerate(entries)]  # fmt: skip
        with writing(self.connection) as connection:
            connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            # Feeds are made of what is kept here; a crash before they are written leaves them due.
            due = {("dataset", each.dataset) for each in entries} | {("theme", each.theme) for each in entries}
            connection.executemany("INSERT OR IGNORE INTO due_feeds VALUES (?, ?)", sorted(due))
            connection.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?)", (number, released))

    def due_feeds(self) -> list[tuple[str, str]]:
        """Feeds that are to be written: ``dataset`` or ``theme``, and its identifier."""
        return self.connection.execute("SELECT kind, name FROM due_feeds ORDER BY kind, name").fetchall()

    def feed_written(self, kind: str, name: str) -> None:
        """Remember that a feed is written."""
        with writing(self.connection) as connection:
            connection.execute("DELETE FROM due_feeds WHERE kind = ? AND name = ?", (kind, name))

    def archived_before(self, number: int) -> int | None:
        """The last snapshot before a number that has entries."""
        query = "SELECT max(snapshot) FROM entries WHERE snapshot < ?"
        found: int | None = self.connection.execute(query, (number,)).fetchone()[0]
        return found

    def newest(self, dataset: str | None = None, theme: str | None = None) -> tuple[str | None, list[str]]:
        """When the newest entry came, and the newest ones: of the catalog, a theme or a dataset.

        Of entries with one identifier, which differ in nothing but their time, the first counts.
        """
        named = {"dataset": dataset, "theme": theme}
        where = " AND ".join(f"{name} = ?" for name, value in named.items() if value is not None) or "true"
        rows = self.connection.execute(
            "SELECT released, line, dataset, version, snapshot FROM entries "
            f"WHERE {where} ORDER BY snapshot DESC, position LIMIT {2 * NEWEST}",
            [value for value in named.values() if value is not None],
        ).fetchall()
        lines: dict[tuple[str, str], str] = {}
        for _, line, of, version, snapshot in rows:
            lines.setdefault((of, version or f"withdrawn {snapshot}"), line)
        return (rows[0][0] if rows else None), list(lines.values())[:NEWEST]

    def released(self, dataset: str) -> dict[str, str]:
        """Version → when it was released first."""
        query = "SELECT version, min(released) FROM entries WHERE dataset = ? AND version IS NOT NULL GROUP BY version"
        return dict(self.connection.execute(query, (dataset,)).fetchall())

    @property
    def digests(self) -> dict[str, str]:
        """Dataset → the digest of what its documents were made of."""
        return dict(self.connection.execute("SELECT dataset, digest FROM datasets ORDER BY dataset").fetchall())

    def keep(self, kept: Kept) -> None:
        """Remember what was made of a dataset."""
        with writing(self.connection) as connection:
            places = ", ".join("?" for _ in fields(kept))
            connection.execute(f"INSERT OR REPLACE INTO datasets VALUES ({places})", astuple(kept))

    def remove(self, datasets: Collection[str]) -> None:
        """Forget datasets that are not shown any more."""
        with writing(self.connection) as connection:
            connection.executemany("DELETE FROM datasets WHERE dataset = ?", [(name,) for name in datasets])

    def parts(self, column: str) -> Iterator[str]:
        """What was kept of each dataset in a column of :class:`Kept`, by dataset, one after the other."""
        for (text,) in self.connection.execute(f"SELECT {column} FROM datasets WHERE {column} <> '' ORDER BY dataset"):
            yield text
