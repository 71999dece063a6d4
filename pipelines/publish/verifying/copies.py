"""Verifying a downloaded copy with nothing but the publisher's public key.

The copy is not trusted: the signature is compared with a key from elsewhere, every document with the hash in the one
above it, and no path leads out of the folder. Nothing is written, and nothing of an installation is needed.

A signature tells what the publisher released. It cannot tell that nothing newer has been released: whoever hands out
an old copy whole hands out something that was signed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.errors import GongkaiError, UnknownDataset, UnsafePath
from pipelines.core.files import sha256_of
from pipelines.core.paths import is_plain_name, join_inside
from pipelines.publish.signing.keys import PublicKey
from pipelines.publish.signing.signatures import is_derived
from pipelines.publish.snapshots import LATEST, Snapshot, snapshot_path
from pipelines.publish.store import MALFORMED, WRONG_HASH
from pipelines.publish.verifying.checking import (
    Checking,
    Progress,
    no_progress,
)
from pipelines.publish.verifying.problems import STALE, StoreNote, StoreProblem
from pipelines.publish.verifying.signed import signed_by

_NUMBER = re.compile(r"([0-9]{6,9})(?:\.json)?")


class UnknownRelease(GongkaiError):
    """A folder holds no release at all: it is no copy of a catalog."""

    message_id = "publish-no-copy"

    def __init__(self, folder: str) -> None:
        super().__init__(folder=folder)


@dataclass(frozen=True)
class CopyReport:
    """What was found in a copy. ``snapshot`` and ``released`` (UTC, ISO 8601) are ``None`` where they cannot be
    relied on; ``files`` and ``bytes`` count what was compared."""

    number: int
    key: str
    snapshot: Snapshot | None
    problems: tuple[StoreProblem, ...]
    notes: tuple[StoreNote, ...]
    files: int
    bytes: int


class CopyFolder:
    """A folder whose paths come from documents in it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, Path] = {}

    def read(self, path: str) -> bytes:
        """A file's bytes (``FileNotFoundError``, ``UnsafePath``)."""
        return self._inside(path).read_bytes()

    def size(self, path: str) -> int | None:
        """Size in bytes; ``None`` when there is no such file (``UnsafePath``)."""
        target = self._inside(path)
        return target.stat().st_size if target.is_file() else None

    def sha256(self, path: str) -> str | None:
        """SHA-256 of a file; ``None`` when there is no such file (``UnsafePath``)."""
        target = self._inside(path)
        return sha256_of(target) if target.is_file() else None

    def releases(self) -> set[int]:
        """The numbers of the releases of which there is a snapshot or a signed list."""
        found: set[int] = set()
        for folder in ("releases", "snapshots"):
            path = self._root / folder
            names = [entry.name for entry in path.iterdir()] if path.is_dir() else []
            found.update(int(match[1]) for match in map(_NUMBER.fullmatch, names) if match)
        return found

    def files(self) -> Iterator[tuple[str, int]]:
        """Path and size of every file, without following links."""
        for folder, _, names in os.walk(self._root):
            for name in names:
                path = Path(folder, name)
                yield path.relative_to(self._root).as_posix(), path.lstat().st_size

    def _inside(self, path: str) -> Path:
        if path in self._known:
            return self._known[path]
        try:
            self._known[path] = join_inside(self._root, path)
            return self._known[path]
        except RuntimeError as problem:  # Links that lead to each other.
            raise UnsafePath(ascii(path)) from problem


def verify_copy(
    folder: Path,
    key: PublicKey,
    *,
    number: int | None = None,
    datasets: Collection[str] = (),
    current: Callable[[int], Mapping[str, str]] = lambda _: {},
    progress: Progress = no_progress,
) -> CopyReport:
    """Compare a copy of a catalog with the publisher's signature.

    Args:
        folder: the copy; only read.
        key: the publisher's public key, from a source that is not the copy.
        number: which release; absent: the newest that the copy shows signs of.
        datasets: only these; empty: all of the release.
        current: per release, files that are copies of signed ones while it is the newest: path → signed path.
        progress: told of the bytes hashed.

    Raises:
        UnknownRelease: when the folder holds no release.
        UnknownDataset: when the release has no such dataset.
    """
    source = CopyFolder(folder)
    checking = Checking(source, partial=True)
    pointer = _pointer(checking) if number is None else None
    numbers = source.releases() | ({pointer[0]} if pointer else set())
    if not numbers and number is None:
        raise UnknownRelease(str(folder))
    wanted = max(numbers) if number is None else number
    sums = signed_by(checking, wanted, key)
    snapshot = None
    absent: list[str] = []
    if sums is not None:
        if pointer:
            _compare_pointer(checking, pointer, wanted, sums)
        later = max(numbers, default=wanted)
        if later > wanted:
            checking.removed |= _removed_since(source, later, key)
        snapshot = checking.release(wanted, sums, datasets)
        if snapshot is not None:
            _require_known(snapshot, datasets)
        checking.objects(progress)
        absent = [path for path in sums if is_derived(path) and not checking.listed_file(path, sums[path])]
        _compare_others(checking, wanted, sums, current(wanted) if number is None else {})
    notes = _notes(checking, source, absent) if sums is not None else ()
    return CopyReport(
        wanted, key.id, snapshot, tuple(sorted(checking.problems)), notes, len(checking.covered), checking.compared
    )


def _removed_since(source: CopyFolder, later: int, key: PublicKey) -> set[str]:
    """Which versions' rows were removed by a later release in the copy, if that one is signed as well."""
    checking = Checking(source, partial=True)
    sums = signed_by(checking, later, key)
    if sums is not None and snapshot_path(later) in sums:
        snapshot = checking.snapshot(later, sums[snapshot_path(later)])
        for stone in snapshot.stones if snapshot else ():
            checking.tombstone(stone)
    return checking.removed


def _pointer(checking: Checking) -> tuple[int, str] | None:
    """What ``latest.json`` says: it is not signed, since it changes with each release."""
    if checking.source_size(LATEST) is None:
        return None
    content = checking.read(LATEST)
    try:
        document = json.loads(content or b"")
        number, digest = document["number"], document["sha256"]
    except (KeyError, TypeError, ValueError, RecursionError):
        number, digest = None, None
    if type(number) is not int or not 0 < number < 10**9 or not isinstance(digest, str):
        checking.add(LATEST, MALFORMED)
        return None
    return number, digest


def _compare_pointer(checking: Checking, pointer: tuple[int, str], wanted: int, sums: Mapping[str, str]) -> None:
    if pointer[0] != wanted:
        checking.add(LATEST, STALE, str(pointer[0]))
    elif pointer[1] != sums.get(snapshot_path(wanted), pointer[1]):
        checking.add(LATEST, WRONG_HASH)


def _compare_others(checking: Checking, wanted: int, sums: Mapping[str, str], current: Mapping[str, str]) -> None:
    """Files that a partial copy need not have: the snapshot before, the key, copies of signed files."""
    for path, digest in sums.items():
        if path.startswith(("snapshots/", "keys/")) and path != snapshot_path(wanted):
            checking.listed_file(path, digest)
    for path, original in current.items():
        if original in sums:
            checking.listed_file(path, sums[original])


def _require_known(snapshot: Snapshot, datasets: Collection[str]) -> None:
    for dataset in datasets:
        if dataset not in snapshot.datasets:
            raise UnknownDataset(dataset, ", ".join(snapshot.datasets))


def _notes(checking: Checking, source: CopyFolder, absent: list[str]) -> tuple[StoreNote, ...]:
    unchecked = sorted((path, size) for path, size in source.files() if path not in checking.covered)
    notes = []
    if absent:
        notes.append(StoreNote("derived-absent", len(absent), 0, absent[0]))
    if unchecked:
        total = sum(size for _, size in unchecked)
        notes.append(StoreNote("unchecked", len(unchecked), total, _shown(unchecked[0][0])))
    return tuple(notes)


def _shown(path: str) -> str:
    """A path of someone else's as it can be printed."""
    return path if all(map(is_plain_name, path.split("/"))) else ascii(path)
