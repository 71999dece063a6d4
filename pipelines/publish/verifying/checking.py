"""The checks themselves: a release against its list, a version against its manifest, files against their hashes.

Documents are read only after their hash was compared with that in the document above them, so that below a signed
list nothing is believed that the publisher did not sign. Each file is hashed once, however many versions have it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pipelines.core.errors import UnsafePath
from pipelines.core.identifiers import is_identifier
from pipelines.publish.manifests import Manifest
from pipelines.publish.signing.signatures import list_path, version_sums, version_sums_path
from pipelines.publish.signing.sums import MalformedSums, parse_sums
from pipelines.publish.snapshots import Snapshot, SnapshotEntry, snapshot_path
from pipelines.publish.store import (
    MALFORMED,
    MISSING,
    WRONG_HASH,
    WRONG_SIZE,
    codelist_path,
    manifest_path,
    object_path,
    sources_path,
)
from pipelines.publish.tombstones import Tombstone, tombstone_path
from pipelines.publish.verifying.problems import (
    ABSENT,
    REPLAYED,
    SWAPPED,
    TRUNCATED,
    UNLISTED,
    UNSAFE,
    StoreProblem,
)

#: Documents are read whole. One that is larger was not written by a release, and is not read to find out.
_LARGEST_DOCUMENT = 256 << 20

#: Called with the bytes that have been hashed, and with how many there will be.
Progress = Callable[[int, int], None]


def no_progress(_done: int, _total: int) -> None:
    """Nobody watches."""


class Source(Protocol):
    """Where files are read from: a store, or a folder with a copy. ``UnsafePath`` where a path leads out of it."""

    def read(self, path: str) -> bytes:
        """A file's bytes (``FileNotFoundError``: there is none)."""

    def size(self, path: str) -> int | None:
        """Size in bytes; ``None`` when there is no such file."""

    def sha256(self, path: str) -> str | None:
        """SHA-256 of a file's bytes, streamed; ``None`` when there is no such file."""


@dataclass
class _Object:
    """A Parquet file that versions have. ``size`` is ``None`` while no readable manifest has told it."""

    size: int | None
    required: bool


@dataclass
class Checking:
    """A run of checks over one source; what it finds gathers in ``problems``."""

    source: Source
    #: Whether datasets may be missing altogether, as in a copy of some of them.
    partial: bool = False
    problems: set[StoreProblem] = field(default_factory=set)
    #: Every path that was looked at.
    covered: set[str] = field(default_factory=set)
    #: Bytes that were compared.
    compared: int = 0
    #: Manifests of versions whose rows were removed on withdrawal.
    removed: set[str] = field(default_factory=set)
    _faults: dict[tuple[str, str], str | None] = field(default_factory=dict)
    _objects: dict[str, _Object] = field(default_factory=dict)
    _versions: set[tuple[str, str, str, str | None]] = field(default_factory=set)

    def add(self, path: str, reason: str, detail: str = "") -> None:
        """Note a problem."""
        self.problems.add(StoreProblem(path, reason, detail))

    def release(self, number: int, sums: Mapping[str, str], datasets: Collection[str] = ()) -> Snapshot | None:
        """Check a release's documents against its list, and note which Parquet files it has.

        Args:
            number: the release.
            sums: its list, which is trusted.
            datasets: only these; empty: all.

        Returns:
            The snapshot, or ``None`` when it cannot be relied on.
        """
        path = snapshot_path(number)
        listed = [other for other in sums if other.startswith("snapshots/")]
        newest = max(listed, key=lambda other: (len(other), other), default="")
        if newest != path:
            self.add(list_path(number), REPLAYED if newest else UNLISTED, newest or path)
            return None
        snapshot = self.snapshot(number, sums[path])
        if snapshot is None:
            return None
        if snapshot.previous is not None and snapshot_path(snapshot.previous) not in sums:
            self.add(list_path(number), UNLISTED, snapshot_path(snapshot.previous))
        for dataset, stones in snapshot.tombstones.items():
            for stone in set(stones.values()) if not datasets or dataset in datasets else ():
                if sums.get(tombstone_path(stone)) != stone:
                    self.add(list_path(number), UNLISTED, tombstone_path(stone))
                self.tombstone(stone)
        for dataset, entry in snapshot.datasets.items():
            if datasets and dataset not in datasets:
                continue
            lists = sums.get(version_sums_path(dataset, entry.version))
            if lists is None or sums.get(manifest_path(entry.manifest)) != entry.manifest:
                self.add(list_path(number), UNLISTED, f"{dataset} {entry.version}")
            self.version(dataset, entry, lists)
        return snapshot

    def snapshot(self, number: int, sha256: str) -> Snapshot | None:
        """A snapshot whose bytes have that hash."""
        path = snapshot_path(number)
        content = self.document(path, sha256)
        if content is None:
            return None
        snapshot: Snapshot | None = self._parsed(path, content, Snapshot.from_dict)
        if snapshot is not None and snapshot.number != number:
            self.add(path, REPLAYED, snapshot_path(snapshot.number))
            return None
        return snapshot

    def tombstone(self, sha256: str) -> None:
        """Check a tombstone, and note which versions need not have their rows any more."""
        path = tombstone_path(sha256)
        content = self.document(path, sha256)
        stone: Tombstone | None = None if content is None else self._parsed(path, content, Tombstone.from_dict)
        if stone is not None and stone.bytes_removed:
            self.removed.update(stone.manifests.values())

    def version(self, dataset: str, entry: SnapshotEntry, listed: str | None) -> None:
        """Check a version's manifest and list; ``listed`` is what the list must hash to, where that is known."""
        key = (dataset, entry.version, entry.manifest, listed)
        if key in self._versions:
            return
        self._versions.add(key)
        path, lists = manifest_path(entry.manifest), version_sums_path(dataset, entry.version)
        self.covered.update((path, lists))
        required = entry.manifest not in self.removed
        if self.partial and self.source_size(path) is None and self.source_size(lists) is None:
            self.add(path, ABSENT, f"{dataset} {entry.version}")
            return
        manifest = self._manifest(dataset, entry)
        sums = None if listed is None else self.document(lists, listed)
        if manifest is not None:
            for part in manifest.parts:
                self._expect(part.sha256, part.bytes, required)
            for document, digest in manifest.documents.items():
                self._document(document, digest)
            if sums is not None and sums != version_sums(manifest, entry.manifest):
                self.add(lists, MALFORMED)
        elif sums is not None:
            # Its manifest is lost or altered, but what files it has is signed as well.
            self._expect_listed(lists, sums, required)

    def objects(self, progress: Progress = no_progress) -> None:
        """Hash the Parquet files of all versions that were checked, each once."""
        total, done = sum(entry.size or 0 for entry in self._objects.values()), 0
        for digest, entry in sorted(self._objects.items()):
            path = object_path(digest)
            fault = self.fault(path, digest, entry.size)
            if fault is not None and (entry.required or fault != MISSING):
                self.add(path, fault)
            done += entry.size or 0
            progress(done, total)

    def listed_file(self, path: str, sha256: str) -> bool:
        """Check a file that is not a document; tell whether it is there."""
        fault = self.fault(path, sha256, None)
        if fault not in {None, MISSING}:
            self.add(path, str(fault))
        return fault != MISSING

    def fault(self, path: str, sha256: str, size: int | None) -> str | None:
        """What is wrong with a file; ``None`` when it has that size and hash."""
        key = (path, sha256)
        if key not in self._faults:
            self.covered.add(path)
            self._faults[key] = self._fault(path, sha256, size)
        return self._faults[key]

    def document(self, path: str, sha256: str, version: str = "") -> bytes | None:
        """A file's bytes if they have that hash; otherwise what is wrong is noted.

        ``version`` is the dataset and version whose manifest it should be.
        """
        content = self.read(path)
        if content is None or hashlib.sha256(content).hexdigest() == sha256:
            return content
        found = _manifest_of(content) if version else ""
        if found in {"", version}:
            self.add(path, WRONG_HASH)
        else:
            self.add(path, SWAPPED, found)
        return None

    def read(self, path: str, absent: str = MISSING) -> bytes | None:
        """A document's bytes, whatever they are; otherwise what is wrong is noted, ``absent`` where there is none."""
        self.covered.add(path)
        try:
            size = self.source.size(path)
            if size is not None and size <= _LARGEST_DOCUMENT:
                self.compared += size
                return self.source.read(path)
            self.add(path, absent if size is None else WRONG_SIZE)
        except UnsafePath:
            self.add(path, UNSAFE)
        return None

    def source_size(self, path: str) -> int | None:
        """A file's size; ``None`` when there is none, or its path leads out of the source."""
        try:
            return self.source.size(path)
        except UnsafePath:
            return None

    def _fault(self, path: str, sha256: str, size: int | None) -> str | None:
        try:
            found = self.source.size(path)
            if found is None:
                return MISSING
            if size is not None and found != size:
                return TRUNCATED if found < size else WRONG_SIZE
            self.compared += found
            return None if self.source.sha256(path) == sha256 else WRONG_HASH
        except UnsafePath:
            return UNSAFE

    def _manifest(self, dataset: str, entry: SnapshotEntry) -> Manifest | None:
        path = manifest_path(entry.manifest)
        content = self.document(path, entry.manifest, f"{dataset} {entry.version}")
        if content is None:
            return None
        manifest: Manifest | None = self._parsed(path, content, Manifest.from_dict)
        if manifest is not None and (manifest.dataset, manifest.version) != (dataset, entry.version):
            self.add(path, SWAPPED, f"{manifest.dataset} {manifest.version}")
            return None
        return manifest

    def _parsed(self, path: str, content: bytes, read: Callable[[Any], Any]) -> Any:
        try:
            return read(json.loads(content))
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
            self.add(path, MALFORMED)
            return None

    def _expect_listed(self, lists: str, content: bytes, required: bool) -> None:
        try:
            sums = parse_sums(content)
        except MalformedSums:
            self.add(lists, MALFORMED)
            return
        for path, digest in sums.items():
            if path == object_path(digest):
                self._expect(digest, None, required)
            elif path in {codelist_path(digest), sources_path(digest)}:
                self._document(path, digest)

    def _document(self, path: str, digest: str) -> None:
        if path not in self.covered:
            self.document(path, digest)

    def _expect(self, digest: str, size: int | None, required: bool) -> None:
        known = self._objects.setdefault(digest, _Object(size, required))
        known.size = size if known.size is None else known.size
        known.required |= required


def _manifest_of(content: bytes) -> str:
    """Dataset and version, if these bytes are a manifest as releases write them."""
    try:
        manifest = Manifest.from_dict(json.loads(content))
        sound = is_identifier(manifest.dataset) and manifest.content() == content
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return ""
    return f"{manifest.dataset} {manifest.version}" if sound else ""
