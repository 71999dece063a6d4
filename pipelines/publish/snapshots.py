"""Snapshots: which version of every dataset a release consists of. Creating one is the commit point.

``snapshots/000042.json`` is created, never replaced; the highest number is the current release. ``latest.json`` is
derived from it, for readers over HTTP that cannot list a folder and for finding the current release without a list.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pipelines.core.errors import CorruptStore
from pipelines.core.identifiers import is_identifier
from pipelines.core.versions import VersionNumber
from pipelines.disclose.reviews import LedgerHead, Reviews
from pipelines.publish.records import canonical_json, checked_sha256
from pipelines.publish.store import MALFORMED, MISSING, manifest_path
from pipelines.publish.stores import Store

_FOLDER = "snapshots"
_NAME = re.compile(r"([0-9]{6,})\.json")
LATEST = "latest.json"


@dataclass(frozen=True)
class Approval:
    """A decision in the ledger of reviews: its number, its hash there, when it was made, and on what basis."""

    entry: int
    sha256: str
    at: str
    basis: str

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Approval:
        """Read the JSON form (KeyError, TypeError, ValueError when it is not one)."""
        return cls(
            int(document["entry"]),
            checked_sha256(document["sha256"]),
            str(document["at"]),
            str(document["basis"]),
        )


@dataclass(frozen=True)
class ReviewsHead:
    """How far the ledger of reviews had come: its number of entries, and the hash of the last."""

    entries: int
    sha256: str


@dataclass(frozen=True)
class SnapshotEntry:
    """A dataset's version in a snapshot; ``manifest`` is the manifest's SHA-256.

    ``registry`` is the digest of what the registry said when a release last looked at the dataset: while it says the
    same, the version stays as it is without candidates. ``None``: to be looked at. ``approval``: the decision that the
    version was released by, where it needed one.
    """

    theme: str
    version: str
    manifest: str
    registry: str | None = field(default=None, compare=False)
    approval: Approval | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Snapshot:
    """A release. ``released`` is UTC time, ISO 8601, to the second.

    ``tombstones``: dataset → version → SHA-256 of its tombstone, for all versions that have been withdrawn. ``held``
    datasets were withdrawn, and no release brings them back until they are reinstated. ``left``: the last versions of
    datasets that earlier snapshots have and this has not; ``None`` where early snapshots do not tell. ``reviews``: the
    ledger of reviews that it was released under; ``None`` while nothing has been decided.
    """

    number: int
    released: str
    previous: int | None
    datasets: Mapping[str, SnapshotEntry]
    tombstones: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    left: Mapping[str, SnapshotEntry] | None = None
    reviews: ReviewsHead | None = None

    @property
    def ledger_head(self) -> LedgerHead:
        """How far the ledger of reviews had come."""
        return LedgerHead() if self.reviews is None else LedgerHead(self.reviews.entries, self.reviews.sha256)

    def under(self, reviews: Reviews) -> Snapshot:
        """The same, released under these decisions."""
        head = reviews.head
        return self if head.sha256 is None else replace(self, reviews=ReviewsHead(head.entries, head.sha256))

    @property
    def stones(self) -> frozenset[str]:
        """SHA-256 of all tombstones."""
        return frozenset(sha256 for versions in self.tombstones.values() for sha256 in versions.values())

    def tombstone_of(self, dataset: str, version: str) -> str | None:
        """SHA-256 of a version's tombstone; ``None`` if the version has not been withdrawn."""
        return self.tombstones.get(dataset, {}).get(version)

    def showing(self, datasets: Mapping[str, SnapshotEntry]) -> Snapshot:
        """The same with other datasets; of those that leave it the last versions are told in :attr:`left`."""
        left = None
        if self.left is not None:
            left = {name: entry for name, entry in {**self.left, **self.datasets}.items() if name not in datasets}
        return replace(self, datasets=datasets, left=left)

    def as_dict(self) -> dict[str, Any]:
        """JSON form; each dataset names its manifest by path and by hash."""
        document = {
            "number": self.number,
            "released": self.released,
            "previous": self.previous,
            "datasets": _entries(self.datasets),
            "tombstones": {dataset: dict(versions) for dataset, versions in self.tombstones.items()},
            "held": sorted(self.held),
        }
        if self.reviews is not None:
            document["reviews"] = asdict(self.reviews)
        return document if self.left is None else {**document, "left": _entries(self.left)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Snapshot:
        """Read the JSON form.

        Raises:
            KeyError, TypeError, ValueError: when the document is not a snapshot.
        """
        tombstones = {
            dataset: {str(VersionNumber.parse(version)): checked_sha256(sha256) for version, sha256 in versions.items()}
            for dataset, versions in document.get("tombstones", {}).items()
        }
        return cls(
            document["number"],
            document["released"],
            document["previous"],
            _read_entries(document["datasets"]),
            tombstones,
            frozenset(document.get("held", ())),
            _read_entries(document["left"]) if "left" in document else None,
            _read_head(document["reviews"]) if "reviews" in document else None,
        )


def _entries(datasets: Mapping[str, SnapshotEntry]) -> dict[str, Any]:
    return {
        dataset: {
            "theme": entry.theme,
            "version": entry.version,
            "manifest": manifest_path(entry.manifest),
            "sha256": entry.manifest,
            "registry": entry.registry,
            **({"approval": asdict(entry.approval)} if entry.approval is not None else {}),
        }
        for dataset, entry in datasets.items()
    }


def _read_head(document: Mapping[str, Any]) -> ReviewsHead:
    return ReviewsHead(int(document["entries"]), checked_sha256(document["sha256"]))


def _read_entries(documents: Mapping[str, Any]) -> dict[str, SnapshotEntry]:
    datasets = {}
    for dataset, entry in documents.items():
        if not (is_identifier(dataset) and is_identifier(entry["theme"])):
            raise ValueError("not an identifier")
        version = str(VersionNumber.parse(entry["version"]))
        sha256, registry = checked_sha256(entry["sha256"]), entry.get("registry")
        approval = Approval.from_dict(entry["approval"]) if "approval" in entry else None
        datasets[dataset] = SnapshotEntry(entry["theme"], version, sha256, registry, approval)
    return datasets


def snapshot_path(number: int) -> str:
    """Where a snapshot lies, relative to the store's root."""
    return f"{_FOLDER}/{number:06d}.json"


def snapshot_numbers(store: Store) -> tuple[int, ...]:
    """The numbers of all snapshots, ascending; lists them all."""
    names = (_NAME.fullmatch(name) for name in store.names(_FOLDER))
    return tuple(sorted(int(match[1]) for match in names if match))


def latest_number(store: Store) -> int:
    """The number of the current release, 0 when nothing has been released; costs a few look-ups, whatever there is."""
    number = _pointed_at(store)
    if number == 0:
        number = max(snapshot_numbers(store), default=0)
    while store.size(snapshot_path(number + 1)) is not None:
        number += 1
    return number


def load_snapshot(store: Store, number: int) -> Snapshot:
    """Read a snapshot.

    Raises:
        CorruptStore: when it is missing or not a snapshot.
    """
    relative = snapshot_path(number)
    try:
        snapshot = Snapshot.from_dict(json.loads(store.read(relative)))
    except FileNotFoundError:
        raise CorruptStore(relative, MISSING) from None
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise CorruptStore(relative, MALFORMED) from problem
    if snapshot.number != number:
        raise CorruptStore(relative, MALFORMED)
    return snapshot


def latest_snapshot(store: Store) -> Snapshot | None:
    """The current release, or ``None`` when nothing has been released.

    Raises:
        CorruptStore: when it cannot be read.
    """
    number = latest_number(store)
    return load_snapshot(store, number) if number else None


def latest_snapshots(store: Store) -> Iterator[Snapshot]:
    """The current release, then each that has become it while the caller was at work with the one before.

    For whoever derives files from a release: one that is slow may have written older files over newer ones, or made
    what has been withdrawn meanwhile.

    Raises:
        CorruptStore: when it cannot be read.
    """
    snapshot = latest_snapshot(store)
    while snapshot is not None:
        yield snapshot
        number = latest_number(store)
        snapshot = load_snapshot(store, number) if number != snapshot.number else None


def next_snapshot(base: Snapshot | None, now: datetime) -> Snapshot:
    """The snapshot that follows ``base``, as yet the same in all but number and time, which never runs backwards."""
    released = utc_text(now)
    if base is None:
        return Snapshot(1, released, None, {}, left={})
    return replace(base, number=base.number + 1, released=max(released, base.released), previous=base.number)


def utc_text(time: datetime) -> str:
    """A time as snapshots have it: UTC, ISO 8601, to the second."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def commit_snapshot(store: Store, snapshot: Snapshot) -> bool:
    """Make a release real; ``False`` when another release has taken the number meanwhile."""
    return store.create(snapshot_path(snapshot.number), canonical_json(snapshot.as_dict()))


def heal_pointer(store: Store) -> None:
    """Bring ``latest.json`` up to the current snapshot. Without a snapshot: nothing to do."""
    while number := latest_number(store):
        content = pointer_content(store, number)
        if _read(store, LATEST) == content:
            return
        # Whoever is slow may write an older pointer over a newer one, so look again after writing.
        store.replace(LATEST, content)


def pointer_content(store: Store, number: int) -> bytes:
    """What ``latest.json`` says for a snapshot."""
    relative = snapshot_path(number)
    digest = hashlib.sha256(store.read(relative)).hexdigest()
    return canonical_json({"number": number, "snapshot": relative, "sha256": digest})


def _pointed_at(store: Store) -> int:
    """The snapshot that ``latest.json`` names, if there is such a one; 0 otherwise. It may be behind, never ahead."""
    try:
        number = json.loads(_read(store, LATEST) or b"{}").get("number")
    except (AttributeError, ValueError):
        return 0
    is_number = isinstance(number, int) and not isinstance(number, bool) and number > 0
    return number if is_number and store.size(snapshot_path(number)) is not None else 0


def _read(store: Store, path: str) -> bytes | None:
    try:
        return store.read(path)
    except FileNotFoundError:
        return None
