"""The ledger of reviews: one line of JSON per decision, each naming the hash of the line before it.

Altering, removing or inserting a line breaks the chain after it; cutting lines off at the end is seen by whoever knows
the hash of a later one, as every snapshot does (Haber and Stornetta, How to time-stamp a digital document, 1991).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.core.errors import GongkaiError
from pipelines.core.files import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE, flush_folder

LEDGER_FILE = "ledger.jsonl"


class SubjectKind(StrEnum):
    """What can be decided about."""

    DISCLOSURE_PLAN = "disclosure_plan"
    VERSION = "version"
    NEGATIVE_LIST = "negative_list"
    FINDING = "finding"


class DecisionKind(StrEnum):
    """What can be decided, and what the program records. ``ask``: a plan that withholds something is there, and nothing
    was decided about the dataset before. ``close``: a dataset that is not active leaves the catalog."""

    APPROVE = "approve"
    REJECT = "reject"
    ASK = "ask"
    CLOSE = "close"


@dataclass(frozen=True)
class Subject:
    """What a decision is about: ``digest`` is the SHA-256 of the plan, list or manifest, or a finding's mark.

    ``dataset`` is empty for the negative list.
    """

    kind: SubjectKind
    dataset: str
    digest: str


@dataclass(frozen=True)
class Decision:
    """Who decided what and why. ``by`` is a name, ``account`` the account of the machine it was recorded with."""

    kind: DecisionKind
    subject: Subject
    by: str
    account: str
    basis: str
    reason: str = ""


@dataclass(frozen=True)
class Entry:
    """A decision as it was recorded. ``at`` is UTC, ISO 8601; ``sha256`` is that of its line, ``previous`` of the one
    before (``None`` for the first)."""

    number: int
    at: str
    decision: Decision
    previous: str | None
    sha256: str


@dataclass(frozen=True)
class LedgerHead:
    """How far a ledger has come: its number of entries, and the last one's hash (``None`` when there is none)."""

    entries: int = 0
    sha256: str | None = None


_EMPTY = LedgerHead()


@dataclass(frozen=True)
class Altered:
    """Where a ledger is not what it was: the number of the first entry that is missing or not as it was recorded."""

    entry: int


class ReviewsAltered(GongkaiError):
    """The ledger of reviews is not what it was: nothing is released on the strength of it."""

    message_id = "review-error-altered"

    def __init__(self, file: str, entry: int) -> None:
        super().__init__(file=file, entry=entry)


class UnreadableDecision(GongkaiError):
    """A decision holds bytes that are no characters (a name typed in another encoding): nobody could read it again."""

    message_id = "review-error-unreadable"


@dataclass(frozen=True)
class ReviewLedger:
    """The ledger in a private folder; a missing file is an empty ledger."""

    folder: Path

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / LEDGER_FILE

    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order they were made.

        Raises:
            ReviewsAltered: a line is no entry, or not the one that follows the line before.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        found: list[Entry] = []
        # What follows the last line end is no line: a crash left it.
        for number, line in enumerate(content.split(b"\n")[:-1], 1):
            entry = _parsed(line)
            if entry is None or entry.number != number or entry.previous != (found[-1].sha256 if found else None):
                raise ReviewsAltered(str(self.path), number)
            found.append(entry)
        return tuple(found)

    def append(self, decision: Decision, at: str, known: LedgerHead = _EMPTY) -> Entry:
        """Record a decision; it is on disk when this returns. Processes that append at once do so one after another.

        Args:
            decision: the decision.
            at: when it was made: UTC, ISO 8601.
            known: how far the ledger had come when it was last relied on.

        Raises:
            ReviewsAltered: what is there is not a sound ledger, or not the known one; nothing is added to it.
            UnreadableDecision: it holds what cannot be written as UTF-8.
        """
        self.folder.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
        with self._exclusive() as stream:
            before = self.entries()
            self._refuse(altered(before, known))
            previous = before[-1].sha256 if before else None
            document = {"number": len(before) + 1, "at": at, "previous": previous, **asdict(decision)}
            line = _line(document)
            stream.seek(0)
            stream.truncate(stream.read().rfind(b"\n") + 1)
            stream.seek(0, os.SEEK_END)
            stream.write(line + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
            flush_folder(self.folder)
        return Entry(len(before) + 1, at, decision, previous, hashlib.sha256(line).hexdigest())

    def altered(self, *heads: LedgerHead) -> Altered | None:
        """Compare with what was known of the ledger at several times; ``None``: it has only grown since each.

        Reads the ledger once. Where it differs from several of them, the first entry that does is told.
        """
        try:
            entries = self.entries()
        except ReviewsAltered as problem:
            return Altered(int(str(problem.message.params["entry"])))
        found = [place.entry for head in heads if (place := altered(entries, head)) is not None]
        return Altered(min(found)) if found else None

    def require(self, head: LedgerHead) -> None:
        """Make sure that the ledger has only grown since it had come so far.

        Raises:
            ReviewsAltered: it has not.
        """
        self._refuse(self.altered(head))

    def _refuse(self, problem: Altered | None) -> None:
        if problem is not None:
            raise ReviewsAltered(str(self.path), problem.entry)

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[BinaryIO]:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE_MODE)
        with os.fdopen(handle, "r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield stream


def altered(entries: Sequence[Entry], head: LedgerHead) -> Altered | None:
    """Compare the entries of a sound ledger with what was known of it earlier; ``None``: it has only grown since."""
    if head.entries > len(entries):
        return Altered(len(entries) + 1)
    if head.entries and entries[head.entries - 1].sha256 != head.sha256:
        return Altered(head.entries)
    return None


def _line(document: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
    except UnicodeEncodeError as problem:
        raise UnreadableDecision from problem


def _parsed(line: bytes) -> Entry | None:
    """The entry of a line; ``None`` for whatever was not written by :func:`_line`, numbers and depths of JSON among it
    that Python has no value or no stack for."""
    try:
        document = json.loads(line)
        if _line(document) != line:
            return None
        return Entry(
            number=int(document["number"]),
            at=str(document["at"]),
            decision=_decision(document),
            previous=document["previous"],
            sha256=hashlib.sha256(line).hexdigest(),
        )
    except (KeyError, OverflowError, RecursionError, TypeError, UnreadableDecision, ValueError):
        return None


def _decision(document: Mapping[str, Any]) -> Decision:
    subject = document["subject"]
    return Decision(
        kind=DecisionKind(document["kind"]),
        subject=Subject(SubjectKind(subject["kind"]), str(subject["dataset"]), str(subject["digest"])),
        by=str(document["by"]),
        account=str(document["account"]),
        basis=str(document["basis"]),
        reason=str(document["reason"]),
    )
