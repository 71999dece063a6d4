"""What a snapshot brought against the one before, and its notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.core.messages import translate
from pipelines.publish.diff.model import PeriodChanges
from pipelines.publish.manifests import Manifest
from pipelines.publish.release_notes.markdown import code, escaped
from pipelines.publish.release_notes.versions import LANGUAGES, summary
from pipelines.publish.snapshots import Snapshot, SnapshotEntry


@dataclass(frozen=True)
class Brought:
    """A version that a snapshot brought, with the one it followed (see :func:`version_notes`)."""

    manifest: Manifest
    previous: Manifest | None
    counts: Sequence[PeriodChanges] | None = None
    note: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Left:
    """A dataset that a snapshot has no more; ``manifest`` is its last version."""

    manifest: Manifest


def changed_entries(snapshot: Snapshot, before: Snapshot | None) -> dict[str, SnapshotEntry]:
    """Datasets whose version in a snapshot is not the one before, by identifier."""
    old = before.datasets if before else {}
    return {dataset: entry for dataset, entry in sorted(snapshot.datasets.items()) if old.get(dataset) != entry}


def left_entries(snapshot: Snapshot, before: Snapshot | None) -> dict[str, SnapshotEntry]:
    """Datasets that a snapshot has no more, by identifier, with their last versions."""
    old = before.datasets if before else {}
    return {dataset: entry for dataset, entry in sorted(old.items()) if dataset not in snapshot.datasets}


def snapshot_notes(snapshot: Snapshot, brought: Sequence[Brought], left: Sequence[Left] = ()) -> str:
    """What a snapshot brought, in Markdown, in Chinese and English; its links lead to the versions' notes.

    Args:
        snapshot: the release.
        brought: the versions that the snapshot before had not.
        left: the datasets that it has no more.
    """
    number, day = snapshot.number, snapshot.released[:10]
    titles = (translate("notes-snapshot", language, number=number, released=escaped(day)) for language, _ in LANGUAGES)
    lines = ["# " + " | ".join(titles)]
    for language, name in LANGUAGES:
        lines += ["", f"## {translate(name, language)}"]
        lines += _list("notes-snapshot-versions", [_version(entry, language) for entry in brought], language)
        gone = [f"{_name(entry.manifest, language)} {code(entry.manifest.version)}" for entry in left]
        lines += _list("notes-snapshot-withdrawn", gone, language)
        lines += ["", translate("notes-snapshot-total", language, datasets=len(snapshot.datasets))]
    return "\n".join([*lines, ""])


def _version(entry: Brought, language: str) -> str:
    manifest = entry.manifest
    before = entry.previous.version if entry.previous else translate("notes-snapshot-first", language)
    step = f"{before} → {manifest.version}" if entry.previous else f"{manifest.version} ({before})"
    link = f"[{_name(manifest, language)}]({manifest.dataset}/{manifest.version}.md)"
    lines = f"{link} {step}: {summary(manifest, entry.counts, language)}"
    return f"{lines} {escaped(entry.note[language])}" if entry.note else lines


def _name(manifest: Manifest, language: str) -> str:
    return escaped(manifest.metadata["title"][language])


def _list(heading: str, entries: Sequence[str], language: str) -> list[str]:
    return ["", f"### {translate(heading, language)}", "", *(f"- {entry}" for entry in entries)] if entries else []
