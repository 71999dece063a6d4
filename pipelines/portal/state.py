"""Which pages were made of what: an index that can be lost. Losing it costs making all pages once."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.sqlite_files import database, writing

_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS datasets (dataset TEXT PRIMARY KEY, digest TEXT NOT NULL, card TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pages (
    path TEXT PRIMARY KEY, owner TEXT NOT NULL, made_of TEXT NOT NULL, sha256 TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS pages_by_owner ON pages (owner);
CREATE TABLE IF NOT EXISTS releases (
    dataset TEXT, version TEXT, snapshot INTEGER NOT NULL, released TEXT NOT NULL, PRIMARY KEY (dataset, version));
CREATE TABLE IF NOT EXISTS sections (owner TEXT PRIMARY KEY, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS versions (dataset TEXT, number INTEGER, line TEXT NOT NULL, PRIMARY KEY (dataset, number));
"""
#: Of another store all of it is forgotten.
_OF_A_STORE = ("pages", "datasets", "releases", "versions", "sections", "about")
_STORE, _COMMON, _FOLLOWED, _UNSETTLED = "store", "common", "followed", "unsettled"
_UNSWEPT = "unswept"


@dataclass(frozen=True)
class PortalState:
    """An open index."""

    connection: sqlite3.Connection

    @classmethod
    @contextlib.contextmanager
    def open(cls, path: Path) -> Iterator[PortalState]:
        """The index in a file, which is created where there is none."""
        with database(path, _TABLES) as connection:
            # What is lost with the last transactions is made again.
            connection.execute("PRAGMA synchronous = NORMAL")
            yield cls(connection)

    def belong(self, store: str, common: str) -> None:
        """Forget everything where the index belongs to another store; have all pages be made anew where ``common``
        changed, which is the digest of what all of them depend on."""
        if self._about(_STORE) != store:
            self.outdate()
            with writing(self.connection) as connection:
                for table in _OF_A_STORE:
                    connection.execute(f"DELETE FROM {table}")
                connection.execute("INSERT INTO about VALUES (?, '')", (_UNSWEPT,))
        elif self._about(_COMMON) != common:
            self.outdate()
        with writing(self.connection) as connection:
            connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", [(_STORE, store), (_COMMON, common)])

    def outdate(self) -> None:
        """Have all pages be made and written anew."""
        with writing(self.connection) as connection:
            connection.execute("UPDATE datasets SET digest = ''")
            connection.execute("UPDATE pages SET made_of = '', sha256 = ''")
            connection.execute("UPDATE sections SET digest = ''")
            connection.execute("DELETE FROM versions")

    @property
    def is_swept(self) -> bool:
        """Whether all pages in the store are known: none are that were written before an index was lost."""
        return self._about(_UNSWEPT) is None

    def sweep(self) -> None:
        """Remember that there are no pages any more that are not known."""
        with writing(self.connection) as connection:
            connection.execute("DELETE FROM about WHERE name = ?", (_UNSWEPT,))

    def _about(self, name: str) -> str | None:
        row = self.connection.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    @property
    def unsettled(self) -> str | None:
        """In which run of the machine pages were written that need not be on disk; ``None``: all are."""
        return self._about(_UNSETTLED)

    def unsettle(self, boot: str) -> None:
        """Remember on disk that pages need not be there yet."""
        self.connection.execute("PRAGMA synchronous = FULL")
        with writing(self.connection) as connection:
            connection.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (_UNSETTLED, boot))
        self.connection.execute("PRAGMA synchronous = NORMAL")

    def settle(self) -> None:
        """Remember that all pages are on disk."""
        with writing(self.connection) as connection:
            connection.execute("DELETE FROM about WHERE name = ?", (_UNSETTLED,))

    @property
    def followed(self) -> int:
        """The newest snapshot whose releases are known; 0: none."""
        return int(self._about(_FOLLOWED) or 0)

    def add_releases(self, number: int, released: str, versions: Mapping[str, str]) -> None:
        """Take up the versions that a snapshot shows, by dataset; what an earlier one showed keeps its time."""
        rows = [(dataset, version, number, released) for dataset, version in versions.items()]
        with writing(self.connection) as connection:
            connection.executemany("INSERT OR IGNORE INTO releases VALUES (?, ?, ?, ?)", rows)
            connection.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (_FOLLOWED, str(number)))

    def forget_releases(self) -> None:
        """Have all snapshots be followed anew."""
        with writing(self.connection) as connection:
            connection.execute("DELETE FROM releases")
            connection.execute("DELETE FROM about WHERE name = ?", (_FOLLOWED,))

    def released(self, dataset: str) -> dict[str, str]:
        """Version → when it was released first, UTC."""
        found = self.connection.execute("SELECT version, released FROM releases WHERE dataset = ?", (dataset,))
        return dict(found.fetchall())

    @property
    def digests(self) -> dict[str, str]:
        """Dataset → the digest of what its pages were made of."""
        return dict(self.connection.execute("SELECT dataset, digest FROM datasets ORDER BY dataset").fetchall())

    def add_versions(self, dataset: str, after: int, lines: Sequence[str]) -> None:
        """Remember what was read of versions that came after so many that are known, oldest first, all or none; other
        ones are forgotten."""
        with writing(self.connection) as connection:
            connection.execute("DELETE FROM versions WHERE dataset = ? AND number > ?", (dataset, after))
            rows = [(dataset, number, line) for number, line in enumerate(lines, after + 1)]
            connection.executemany("INSERT INTO versions VALUES (?, ?, ?)", rows)

    def versions(self, dataset: str) -> list[str]:
        """What was read of a dataset's versions, newest first."""
        found = self.connection.execute("SELECT line FROM versions WHERE dataset = ? ORDER BY number DESC", (dataset,))
        return [line for (line,) in found]

    def keep(self, dataset: str, digest: str, card: str = "") -> None:
        """Remember what was made of a dataset; without a card it is in no list."""
        with writing(self.connection) as connection:
            connection.execute("INSERT OR REPLACE INTO datasets VALUES (?, ?, ?)", (dataset, digest, card))

    def remove(self, dataset: str) -> None:
        """Forget a dataset that has no pages any more."""
        with writing(self.connection) as connection:
            connection.execute("DELETE FROM datasets WHERE dataset = ?", (dataset,))

    def cards(self) -> Iterator[tuple[str, str]]:
        """Digest and card of each dataset that has one, by identifier, one after the other."""
        yield from self.connection.execute("SELECT digest, card FROM datasets WHERE card != '' ORDER BY dataset")

    def card(self, dataset: str) -> str | None:
        """The card of a dataset; ``None`` where it has none."""
        row = self.connection.execute("SELECT card FROM datasets WHERE dataset = ?", (dataset,)).fetchone()
        return row[0] or None if row else None

    def section(self, owner: str) -> str | None:
        """The digest of what all pages of a part of the site were made of."""
        row = self.connection.execute("SELECT digest FROM sections WHERE owner = ?", (owner,)).fetchone()
        return row[0] if row else None

    def keep_section(self, owner: str, digest: str) -> None:
        """Remember what all pages of a part of the site were made of."""
        with writing(self.connection) as connection:
            connection.execute("INSERT OR REPLACE INTO sections VALUES (?, ?)", (owner, digest))

    @property
    def sections(self) -> list[str]:
        """The owners of all parts of the site that were made."""
        return [owner for (owner,) in self.connection.execute("SELECT owner FROM sections ORDER BY owner")]

    def forget_section(self, owner: str) -> None:
        """Forget a part of the site that is not there any more."""
        with writing(self.connection) as connection:
            connection.execute("DELETE FROM sections WHERE owner = ?", (owner,))

    def page(self, path: str) -> tuple[str, str] | None:
        """What a page was made of, and the SHA-256 of its bytes."""
        row: tuple[str, str] | None = self.connection.execute(
            "SELECT made_of, sha256 FROM pages WHERE path = ?", (path,)
        ).fetchone()
        return row

    def keep_page(self, path: str, owner: str, made_of: str, sha256: str) -> None:
        """Remember a page that was written."""
        with writing(self.connection) as connection:
            connection.execute("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?)", (path, owner, made_of, sha256))

    def pages_of(self, owner: str) -> list[str]:
        """The pages of a dataset, or of another owner."""
        found = self.connection.execute("SELECT path FROM pages WHERE owner = ? ORDER BY path", (owner,))
        return [path for (path,) in found]

    def forget_pages(self, paths: Collection[str]) -> None:
        """Forget pages that were removed."""
        with writing(self.connection) as connection:
            connection.executemany("DELETE FROM pages WHERE path = ?", [(path,) for path in paths])
