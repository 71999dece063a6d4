"""Snapshots: which version of every dataset a release consists of. Creating one is the commit point.

``snapshots/000042.json`` is created, never replaced; the folder's highest number is the current release.
``latest.json`` is derived from it, for readers over HTTP that cannot list a folder.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.errors import CorruptStore
from pipelines.core.files import create_file, replace_file
from pipelines.core.identifiers import is_identifier
from pipelines.core.versions import VersionNumber
from pipelines.publish.records import canonical_json, checked_sha256
from pipelines.publish.store import MALFORMED, MISSING, make_folder, manifest_path

_NAME = re.compile(r"([0-9]{6,})\.json")
LATEST = "latest.json"


@dataclass(frozen=True)
class SnapshotEntry:
    """A dataset's version in a snapshot; ``manifest`` is the manifest's SHA-256."""

    theme: str
    version: str
    manifest: str


@dataclass(frozen=True)
class Snapshot:
    """A release. ``released`` is UTC time, ISO 8601, to the second."""

    number: int
    released: str
    previous: int | None
    datasets: Mapping[str, SnapshotEntry]

    def as_dict(self) -> dict[str, Any]:
        """JSON form; each dataset names its manifest by path and by hash."""
        return {
            "number": self.number,
            "released": self.released,
            "previous": self.previous,
            "datasets": {
                dataset: {
                    "theme": entry.theme,
                    "version": entry.version,
                    "manifest": manifest_path(entry.manifest),
                    "sha256": entry.manifest,
                }
                for dataset, entry in self.datasets.items()
            },
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Snapshot:
        """Read the JSON form.

        Raises:
            KeyError, TypeError, ValueError: when the document is not a snapshot.
        """
        datasets = {}
        for dataset, entry in document["datasets"].items():
            if not (is_identifier(dataset) and is_identifier(entry["theme"])):
                raise ValueError("not an identifier")
            version = str(VersionNumber.parse(entry["version"]))
            datasets[dataset] = SnapshotEntry(entry["theme"], version, checked_sha256(entry["sha256"]))
        return cls(document["number"], document["released"], document["previous"], datasets)


def snapshot_path(number: int) -> str:
    """Where a snapshot lies, relative to the store's root."""
    return f"snapshots/{number:06d}.json"


def snapshot_numbers(root: Path) -> tuple[int, ...]:
    """The numbers of all snapshots, ascending."""
    folder = root / "snapshots"
    names = (_NAME.fullmatch(path.name) for path in folder.iterdir()) if folder.is_dir() else ()
    return tuple(sorted(int(match[1]) for match in names if match))


def load_snapshot(root: Path, number: int) -> Snapshot:
    """Read a snapshot.

    Raises:
        CorruptStore: when it is missing or not a snapshot.
    """
    relative = snapshot_path(number)
    try:
        snapshot = Snapshot.from_dict(json.loads((root / relative).read_bytes()))
    except FileNotFoundError:
        raise CorruptStore(relative, MISSING) from None
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise CorruptStore(relative, MALFORMED) from problem
    if snapshot.number != number:
        raise CorruptStore(relative, MALFORMED)
    return snapshot


def latest_snapshot(root: Path) -> Snapshot | None:
    """The current release, or ``None`` when nothing has been released.

    Raises:
        CorruptStore: when it cannot be read.
    """
    numbers = snapshot_numbers(root)
    return load_snapshot(root, numbers[-1]) if numbers else None


def commit_snapshot(root: Path, snapshot: Snapshot) -> bool:
    """Make a release real; ``False`` when another release has taken the number meanwhile."""
    target = root / snapshot_path(snapshot.number)
    make_folder(target.parent)
    return create_file(target, canonical_json(snapshot.as_dict()))


def heal_pointer(root: Path) -> None:
    """Bring ``latest.json`` up to the current snapshot. Without a snapshot: nothing to do."""
    while numbers := snapshot_numbers(root):
        content = pointer_content(root, numbers[-1])
        target = root / LATEST
        if target.is_file() and target.read_bytes() == content:
            return
        # Whoever is slow may write an older pointer over a newer one, so look again after writing.
        replace_file(target, content)


def pointer_content(root: Path, number: int) -> bytes:
    """What ``latest.json`` says for a snapshot."""
    relative = snapshot_path(number)
    content = (root / relative).read_bytes()
    return canonical_json({"number": number, "snapshot": relative, "sha256": hashlib.sha256(content).hexdigest()})
