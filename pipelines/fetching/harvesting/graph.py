"""The nodes of a JSON-LD document, kept in a scratch database while they are looked up: documents may be long.

Nodes refer to each other by name in any order, also in circles; only so many references are followed as lead from a
dataset to what is told of it.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE nodes (position INTEGER PRIMARY KEY, id TEXT NOT NULL, is_dataset INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX nodes_by_id ON nodes (id);
CREATE TABLE members (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
"""
#: Of one node told in parts, no more parts are put together.
_MOST_PARTS = 20
Node = Mapping[str, Any]


@dataclass(frozen=True)
class Graph:
    """The nodes of a document."""

    connection: sqlite3.Connection

    @classmethod
    @contextlib.contextmanager
    def scratch(cls, folder: Path) -> Iterator[Graph]:
        """An empty graph in a private folder that is thrown away."""
        with contextlib.closing(sqlite3.connect(folder / "graph.sqlite", isolation_level=None)) as connection:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
            connection.execute("BEGIN")
            yield cls(connection)

    def add(self, node: Node) -> str:
        """Keep a node; its name, which those without one are given."""
        types = node.get("@type") or ()
        given = node.get("@id")
        row = self.connection.execute(
            "INSERT INTO nodes (id, is_dataset, body) VALUES (?, ?, ?)",
            (_storable(given), "Dataset" in types, json.dumps(node)),
        )  # fmt: skip
        if isinstance(given, str):
            return given
        name = f"_:unnamed {row.lastrowid}"
        self.connection.execute("UPDATE nodes SET id = ? WHERE position = ?", (name, row.lastrowid))
        return name

    def add_member(self, name: str) -> None:
        """Note that a catalog has a dataset of that name."""
        self.connection.execute("INSERT OR IGNORE INTO members (id) VALUES (?)", (_storable(name),))

    def datasets(self) -> Iterator[Node]:
        """The datasets that a catalog names, empty where they are told elsewhere; where none does, every node that is
        one."""
        if self.connection.execute("SELECT 1 FROM members LIMIT 1").fetchone():
            found = "SELECT id FROM members ORDER BY position"
        else:
            found = "SELECT id FROM nodes WHERE is_dataset GROUP BY id ORDER BY min(position)"
        for (name,) in self.connection.execute(found):
            yield self.node(name) or {}

    def node(self, name: str) -> Node | None:
        """A node, put together where it is told in parts; what comes first holds."""
        parts = self.connection.execute(
            "SELECT body FROM nodes WHERE id = ? ORDER BY position LIMIT ?", (_storable(name), _MOST_PARTS)
        )
        told: dict[str, Any] = {}
        for (body,) in parts:
            told = {**json.loads(body), **told}
        return told or None

    def followed(self, value: Any) -> Any:
        """What a value refers to, where it is a reference to a node that is here; else the value."""
        name = value.get("@id") if isinstance(value, dict) and len(value) == 1 else value
        if not isinstance(name, str):
            return value
        return self.node(name) or value


def _storable(name: Any) -> str:
    """A name as SQLite can hold it: halves of characters are none."""
    return name.encode("utf-8", "replace").decode() if isinstance(name, str) else ""
