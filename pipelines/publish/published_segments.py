"""What segments the versions of a dataset consist of, each once: what can be looked after, or made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipelines.core.errors import CorruptStore
from pipelines.publish.history import versions_of
from pipelines.publish.records import Segment
from pipelines.publish.snapshots import Snapshot, SnapshotEntry
from pipelines.publish.stores import Store


@dataclass(frozen=True)
class PublishedSegment:
    """A segment, and the versions that have it, newest first.

    ``tools`` are what made it: those of the oldest of these versions. ``shown``: the current release has it.
    """

    dataset: str
    segment: Segment
    versions: tuple[str, ...]
    tools: Mapping[str, str]
    shown: bool


def published_segments(
    store: Store, snapshot: Snapshot, dataset: str, entry: SnapshotEntry
) -> tuple[tuple[PublishedSegment, ...], CorruptStore | None]:
    """The segments of a version and of those before it: shown ones first, then by period and age, newest first.

    Args:
        store: the catalog.
        snapshot: the current release.
        dataset: whose they are.
        entry: its newest version.

    Returns:
        The segments, and what is wrong with the store where a manifest could not be read: what only that version and
        those before it have is missing then.
    """
    shown = snapshot.datasets.get(dataset)
    found: dict[tuple[str, str], PublishedSegment] = {}
    trouble: CorruptStore | None = None
    try:
        for sha256, manifest in versions_of(store, entry):
            for segment in manifest.segments:
                key = (segment.period, segment.digest)
                is_shown = shown is not None and shown.manifest == sha256
                known = found.get(key) or PublishedSegment(dataset, segment, (), {}, is_shown)
                versions = (*known.versions, manifest.version)
                found[key] = replace(known, versions=versions, tools=manifest.tools)
    except CorruptStore as problem:
        trouble = problem
    return tuple(sorted(found.values(), key=lambda each: (not each.shown, each.segment.period))), trouble
