"""What has been told to whom: written before it is told and after, so that nothing is told twice on purpose.

A message is written down first, with the claims of what it tells (an obligation, a stage and a way are claimed once);
then it is handed over; then that is written down. Whoever dies in between leaves a message that is handed over again,
under the same identifier: every message arrives at least once, and receivers can tell a second one from a new one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.core.files import PRIVATE_FILE_MODE
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.core.sqlite_files import database, writing
from pipelines.notifying import Notice, OverdueEntry

_TABLES = """
CREATE TABLE IF NOT EXISTS notices (
    id TEXT PRIMARY KEY, way TEXT NOT NULL, receiver TEXT NOT NULL, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS claims (
    obligation TEXT, stage INTEGER, way TEXT, notice TEXT NOT NULL, PRIMARY KEY (obligation, stage, way));
CREATE TABLE IF NOT EXISTS told (notice TEXT PRIMARY KEY, time TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS waiting (notice TEXT PRIMARY KEY, tries INTEGER NOT NULL, failure TEXT);
"""


@dataclass(frozen=True)
class Waiting:
    """A message that is to be handed over. ``way``: ``mail`` or ``webhook``; ``receiver``: an organisation's id.

    ``tries``: how often that failed; ``failure``: why it did the last time.
    """

    way: str
    receiver: str
    notice: Notice
    tries: int = 0
    failure: Message | None = None


@dataclass(frozen=True)
class Records:
    """The records of one workspace."""

    connection: sqlite3.Connection

    def unclaimed(
        self, way: str, entries: Sequence[OverdueEntry], forgotten: Collection[str] = ()
    ) -> list[OverdueEntry]:
        """Entries that have not been told of by this way at the stage that they have reached, or a later one.

        Args:
            way: ``mail`` or ``webhook``.
            entries: what there is to tell.
            forgotten: messages that are as good as forgotten already.
        """
        return [entry for entry in entries if not self._claimed_by(way, entry) - set(forgotten)]

    def _claimed_by(self, way: str, entry: OverdueEntry) -> set[str]:
        rows = self.connection.execute(
            "SELECT notice FROM claims WHERE obligation = ? AND way = ? AND stage >= ?",
            (entry.obligation, way, entry.stage),
        )
        return {notice for (notice,) in rows}

    def claim(self, way: str, receiver: str, notice: Notice) -> None:
        """Write down a message before it is handed over, and what it tells; what another one tells is left out."""
        with writing(self.connection):
            entries = tuple(self.unclaimed(way, notice.entries))
            if not entries:
                return
            kept = replace(notice, id=notice_id(way, receiver, entries), entries=entries)
            self.connection.execute("INSERT INTO notices VALUES (?, ?, ?, ?)", (kept.id, way, receiver, kept.as_json()))
            self.connection.executemany(
                "INSERT INTO claims VALUES (?, ?, ?, ?)",
                [(entry.obligation, entry.stage, way, kept.id) for entry in entries],
            )
            self.connection.execute("INSERT INTO waiting VALUES (?, 0, NULL)", (kept.id,))

    def waiting(self) -> list[Waiting]:
        """Messages that have not been handed over, in the order of their making."""
        rows = self.connection.execute(
            "SELECT n.way, n.receiver, n.content, w.tries, w.failure FROM waiting w JOIN notices n ON n.id = w.notice "
            "ORDER BY n.rowid"
        )
        return [
            Waiting(way, receiver, Notice.from_json(content), tries,
                    None if failure is None else Message.from_dict(json.loads(failure)))
            for way, receiver, content, tries, failure in rows
        ]  # fmt: skip

    def forget(self, notices: Collection[str]) -> None:
        """Drop messages that have not been handed over, and the claims of what they would have told."""
        with writing(self.connection):
            for table, column in (("waiting", "notice"), ("claims", "notice"), ("notices", "id")):
                self.connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(name,) for name in notices])

    def record_told(self, notice: str, time: dt.datetime) -> None:
        """Write down that a message was handed over."""
        with writing(self.connection):
            self.connection.execute("INSERT OR IGNORE INTO told VALUES (?, ?)", (notice, time.isoformat()))
            self.connection.execute("DELETE FROM waiting WHERE notice = ?", (notice,))

    def record_failure(self, notice: str, failure: Message) -> None:
        """Write down that it failed, and why."""
        told: Mapping[str, object] = {"id": failure.id, "params": dict(failure.params)}
        with writing(self.connection):
            self.connection.execute(
                "UPDATE waiting SET tries = tries + 1, failure = ? WHERE notice = ?", (json.dumps(told), notice)
            )


@contextlib.contextmanager
def records(workspace: Workspace) -> Iterator[Records]:
    """The records."""
    with database(workspace.escalations, _TABLES) as connection:
        yield Records(connection)


@contextlib.contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """Only one process hands messages over; the others wait, and find nothing left to do."""
    path = workspace.escalations.with_suffix(".lock")
    handle = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE_MODE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def notice_id(way: str, receiver: str, entries: Sequence[OverdueEntry]) -> str:
    """Names a message by what it tells whom: made again after the records were lost, it has the same name."""
    told = sorted(f"{entry.obligation}\0{entry.stage}" for entry in entries)
    return hashlib.sha256("\n".join([way, receiver, *told]).encode()).hexdigest()[:40]
