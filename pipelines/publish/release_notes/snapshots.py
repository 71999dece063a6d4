"""What a snapshot brought against the one before, and its notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipelines.core.messages import listed, translate
from pipelines.core.versions import VersionNumber
from pipelines.publish.manifests import Manifest
from pipelines.publish.release_notes.markdown import code, escaped
from pipelines.publish.release_notes.statements import summary
from pipelines.publish.release_notes.versions import LANGUAGES
from pipelines.publish.snapshots import Snapshot, SnapshotEntry
from pipelines.publish.tombstones import Tombstone


@dataclass(frozen=True)
class Brought:
    """A version that a snapshot brought, with the one it followed (see :func:`version_notes`)."""

    manifest: Manifest
    previous: Manifest | None


@dataclass(frozen=True)
class Left:
    """A dataset that a snapshot has no more; ``manifest`` is its last version."""

    manifest: Manifest


@dataclass(frozen=True)
class Withdrawn:
    """Versions that were withdrawn; ``manifest`` is the newest of them."""

    manifest: Manifest
    tombstone: Tombstone

    def text(self, language: str, shown: Callable[[str], str]) -> str:
        """What was withdrawn and why; ``shown`` writes what is somebody's text."""
        said = {
            "title": shown(self.manifest.metadata["title"][language]),
            "versions": listed(sorted(self.tombstone.manifests, key=VersionNumber.parse), language),
            "reason": shown(self.tombstone.reason[language]),
        }
        if not self.tombstone.basis:
            return translate("notes-tombstone", language, **said)
        return translate("notes-tombstone-basis", language, basis=shown(self.tombstone.basis), **said)


def changed_entries(snapshot: Snapshot, before: Snapshot | None) -> dict[str, SnapshotEntry]:
    """Datasets whose version in a snapshot is not the one before, by identifier."""
    old = before.datasets if before else {}
    return {dataset: entry for dataset, entry in sorted(snapshot.datasets.items()) if old.get(dataset) != entry}


def left_entries(snapshot: Snapshot, before: Snapshot | None) -> dict[str, SnapshotEntry]:
    """Datasets that a snapshot has no more, by identifier, with their last versions."""
    old = before.datasets if before else {}
    return {dataset: entry for dataset, entry in sorted(old.items()) if dataset not in snapshot.datasets}


def new_tombstones(snapshot: Snapshot, before: Snapshot | None) -> list[str]:
    """SHA-256 of the tombstones that the snapshot before had not, by dataset."""
    known = before.stones if before else frozenset()
    found = (sha256 for _, versions in sorted(snapshot.tombstones.items()) for sha256 in sorted(versions.values()))
    return [sha256 for sha256 in dict.fromkeys(found) if sha256 not in known]


def snapshot_notes(
    snapshot: Snapshot, brought: Sequence[Brought], left: Sequence[Left] = (), withdrawn: Sequence[Withdrawn] = ()
) -> str:
    """What a snapshot brought, in Markdown, in Chinese and English; its links lead to the versions' notes.

    Args:
        snapshot: the release.
        brought: the versions that the snapshot before had not.
        left: the datasets that it has no more.
        withdrawn: versions that were withdrawn with it.
    """
    number, day = snapshot.number, snapshot.released[:10]
    titles = (translate("notes-snapshot", language, number=number, released=escaped(day)) for language, _ in LANGUAGES)
    lines = ["# " + " | ".join(titles)]
    for language, name in LANGUAGES:
        lines += ["", f"## {translate(name, language)}"]
        lines += _list("notes-snapshot-versions", [_version(entry, language) for entry in brought], language)
        gone = [f"{_name(entry.manifest, language)} {code(entry.manifest.version)}" for entry in left]
        lines += _list("notes-snapshot-withdrawn", gone, language)
        lines += _list("notes-snapshot-tombstones", [entry.text(language, escaped) for entry in withdrawn], language)
        lines += ["", translate("notes-snapshot-total", language, datasets=len(snapshot.datasets))]
    return "\n".join([*lines, ""])


def _version(entry: Brought, language: str) -> str:
    manifest = entry.manifest
    before = entry.previous.version if entry.previous else translate("notes-snapshot-first", language)
    step = f"{before} → {manifest.version}" if entry.previous else f"{manifest.version} ({before})"
    link = f"[{_name(manifest, language)}]({manifest.dataset}/{manifest.version}.md)"
    line = f"{link} {step}: {summary(manifest, language)}"
    return f"{line} {escaped(manifest.note[language])}" if manifest.note else line


def _name(manifest: Manifest, language: str) -> str:
    return escaped(manifest.metadata["title"][language])


def _list(heading: str, entries: Sequence[str], language: str) -> list[str]:
    return ["", f"### {translate(heading, language)}", "", *(f"- {entry}" for entry in entries)] if entries else []
