"""Tombstones: what was published and has been withdrawn stays told, with the reason, whether or not its bytes stay.

``tombstones/ab/<sha256>.json`` is immutable; snapshots say which versions have one, from the withdrawal on.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.core.versions import VersionNumber
from pipelines.publish.records import bilingual, canonical_json, checked_sha256
from pipelines.publish.snapshots import Snapshot
from pipelines.publish.store import load_document, put_document
from pipelines.publish.stores import Store


@dataclass(frozen=True)
class Tombstone:
    """A withdrawal. ``manifests``: version → its manifest's SHA-256.

    ``reason`` is a text in ``zh`` and ``en``, ``basis`` the legal basis or empty; ``withdrawn`` is UTC time, ISO 8601,
    to the second. ``bytes_removed``: rows that only withdrawn versions had are not kept.
    """

    dataset: str
    manifests: Mapping[str, str]
    reason: Mapping[str, str]
    basis: str
    withdrawn: str
    bytes_removed: bool

    def content(self) -> bytes:
        """The bytes that are stored."""
        return canonical_json(dataclasses.asdict(self))

    @property
    def sha256(self) -> str:
        """SHA-256 of the stored bytes."""
        return hashlib.sha256(self.content()).hexdigest()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Tombstone:
        """Read the JSON form (KeyError, TypeError, ValueError when it is not one)."""
        return cls(
            dataset=str(document["dataset"]),
            manifests={
                str(VersionNumber.parse(version)): checked_sha256(sha256)
                for version, sha256 in document["manifests"].items()
            },
            reason=bilingual(document["reason"]),
            basis=str(document["basis"]),
            withdrawn=str(document["withdrawn"]),
            bytes_removed=bool(document["bytes_removed"]),
        )


def tombstone_path(sha256: str) -> str:
    """Where a tombstone lies, relative to the store's root."""
    return f"tombstones/{sha256[:2]}/{sha256}.json"


def put_tombstone(store: Store, tombstone: Tombstone) -> str:
    """Store a tombstone; return its SHA-256."""
    return put_document(store, tombstone_path, tombstone.content())


def removed_manifests(store: Store, snapshot: Snapshot) -> set[str]:
    """SHA-256 of the manifests of versions whose bytes are not kept, as of a snapshot.

    Raises:
        CorruptStore: when a tombstone cannot be read.
    """
    stones = (load_tombstone(store, sha256) for sha256 in sorted(snapshot.stones))
    return {manifest for stone in stones if stone.bytes_removed for manifest in stone.manifests.values()}


def load_tombstone(store: Store, sha256: str) -> Tombstone:
    """Read a tombstone.

    Raises:
        CorruptStore: when it is missing, altered, or not a tombstone.
    """
    return load_document(store, tombstone_path(sha256), sha256, Tombstone.from_dict)
