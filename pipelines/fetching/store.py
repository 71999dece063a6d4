"""What is kept of a source between fetches: the part of an unfinished download, and what was brought last."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.core.errors import GongkaiError
from pipelines.core.files import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE, replace_file
from pipelines.core.paths import Workspace
from pipelines.core.records import DeliveryKey


class FetchUnderWay(GongkaiError):
    """Another process is fetching into the same state."""

    message_id = "fetch-under-way"


@dataclass(frozen=True)
class Validators:
    """What a server said to tell one state of a file from another; empty where it said nothing."""

    etag: str = ""
    modified: str = ""
    resumable: str = ""
    """The one of them that vouches for every byte, so that a download may be continued."""


@dataclass(frozen=True)
class Brought:
    """What was brought last: ``origin`` is a digest of where from, ``sha256`` of the bytes."""

    origin: str
    sha256: str
    validators: Validators


@dataclass(frozen=True)
class SourceStore:
    """The private folder of one source and period."""

    folder: Path

    @classmethod
    def of(cls, workspace: Workspace, key: DeliveryKey, source: str) -> SourceStore:
        """The folder of the source of that name, made if it is not there."""
        return cls.at(workspace, key.organisation, key.dataset, key.period, source)

    @classmethod
    def at(cls, workspace: Workspace, *parts: str) -> SourceStore:
        """The folder below that of all fetching, made if it is not there."""
        folder = workspace.fetching
        for part in parts:
            folder /= part
            folder.mkdir(exist_ok=True, mode=PRIVATE_FOLDER_MODE)
        return cls(folder)

    @property
    def part(self) -> Path:
        """The bytes that have come so far."""
        return self.folder / "part"

    def begin(self, origin: str, validators: Validators) -> None:
        """Begin a download anew. The old part goes first: its bytes must never pass for those of the new one."""
        self.discard()
        document = {"origin": origin, "validators": asdict(validators)}
        replace_file(self.folder / "part.json", json.dumps(document).encode(), PRIVATE_FILE_MODE)
        os.close(os.open(self.part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE_MODE))

    def discard(self) -> None:
        """Forget the part."""
        self.part.unlink(missing_ok=True)
        (self.folder / "part.json").unlink(missing_ok=True)

    def keep(self, name: str) -> Path:
        """Keep the part in this folder, instead of what had that name before; where it lies then."""
        kept = self.folder / name
        self.part.replace(kept)
        self.discard()
        return kept

    def unfinished(self, origin: str) -> tuple[int, str] | None:
        """How many bytes have come of an unfinished download, and what vouches for them; ``None``: begin anew."""
        document = self._document("part.json")
        size = self.part.stat().st_size if self.part.is_file() else 0
        if document is None or document["origin"] != origin or not document["validators"]["resumable"] or not size:
            return None
        return size, str(document["validators"]["resumable"])

    def part_validators(self) -> Validators:
        """What the server said about the download that the part belongs to."""
        document = self._document("part.json")
        return Validators(**document["validators"]) if document is not None else Validators()

    def brought(self, origin: str) -> Brought | None:
        """What was brought last from ``origin``."""
        document = self._document("brought.json")
        if document is None or document["origin"] != origin:
            return None
        return Brought(origin, document["sha256"], Validators(**document["validators"]))

    def remember(self, brought: Brought) -> None:
        """Keep what was brought."""
        replace_file(self.folder / "brought.json", json.dumps(asdict(brought)).encode(), PRIVATE_FILE_MODE)

    def _document(self, name: str) -> Any:
        try:
            return json.loads((self.folder / name).read_bytes())
        except (FileNotFoundError, ValueError):  # nothing, or nothing that can be used: fetched anew
            return None


def origin_of(*parts: str) -> str:
    """A digest of an address, or of a query and its values: addresses may hold what must not be stored."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@contextlib.contextmanager
def exclusive(workspace: Workspace) -> Iterator[None]:
    """Only one process fetches at a time.

    Raises:
        FetchUnderWay: when another one does.
    """
    workspace.fetching.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER_MODE)
    handle = os.open(workspace.fetching / "lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE_MODE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FetchUnderWay from None
        yield
    finally:
        os.close(handle)
