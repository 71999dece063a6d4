"""The versions of a dataset as pages list them, kept so that an old version's manifest is read once."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pipelines.catalog.metadata.texts import Texts, longs
from pipelines.core.messages import translate
from pipelines.portal.state import PortalState
from pipelines.publish import Manifest, SnapshotEntry, Store, versions_of


@dataclass(frozen=True)
class VersionLine:
    """A version in a list. ``manifest`` and ``previous`` are SHA-256 of its manifest and of the one that it followed.

    ``kind`` is ``first``, ``addition``, ``correction``, ``removal`` or ``rollback``; ``note`` is the officer's.
    """

    version: str
    manifest: str
    previous: str | None
    kind: str
    rows: int
    added: int
    removed: int
    changed: int
    note: Texts | None

    @property
    def corrects(self) -> bool:
        """Whether it changed what had been published."""
        return self.kind not in {"first", "addition"}

    def summary(self, language: str) -> str:
        """Its changes in one sentence."""
        return translate("notes-summary", language, rows=self.rows, added=self.added, removed=self.removed,
                         changed=self.changed)  # fmt: skip

    def as_json(self) -> str:
        """As it is kept."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> VersionLine:
        """Read what :meth:`as_json` wrote."""
        return cls(**json.loads(text))


def learn_versions(store: Store, state: PortalState, dataset: str, entry: SnapshotEntry) -> tuple[VersionLine, ...]:
    """All versions of a dataset, newest first, also those that were withdrawn.

    Versions never change, and those before a known one are known: only manifests of new ones are read.

    Args:
        store: the catalog.
        state: remembers them.
        dataset: the dataset.
        entry: its newest version.

    Raises:
        CorruptStore: when a manifest cannot be read.
    """
    known = [VersionLine.from_json(line) for line in state.versions(dataset)]
    places = {line.manifest: place for place, line in enumerate(known)}
    found: list[VersionLine] = []
    kept = len(known)
    for sha256, manifest in versions_of(store, entry):
        if sha256 in places:
            kept = places[sha256]
            break
        found.append(_line(sha256, manifest))
    # A catalog that was restored from a copy need not have all that are known, or other ones in their place.
    lines = known[kept:]
    state.add_versions(dataset, len(lines), [line.as_json() for line in reversed(found)])
    return (*found, *lines)


def _line(sha256: str, manifest: Manifest) -> VersionLine:
    changes = manifest.changes
    return VersionLine(
        version=manifest.version,
        manifest=sha256,
        previous=manifest.previous.manifest if manifest.previous else None,
        kind=manifest.correction or ("addition" if manifest.previous else "first"),
        rows=manifest.rows,
        added=changes.rows_added,
        removed=changes.rows_removed,
        changed=changes.rows_changed,
        note=longs(manifest.note) if manifest.note else None,
    )


def neighbours(lines: Sequence[VersionLine], stones: Collection[str]) -> list[tuple[str | None, str | None]]:
    """Of each version the one before and the one after it that have not been withdrawn, if there are such."""
    shown = [None if line.version in stones else line.version for line in lines]
    return list(zip(_nearest(reversed(shown))[::-1], _nearest(shown), strict=True))


def _nearest(versions: Iterable[str | None]) -> list[str | None]:
    """Of each entry the last one before it that is there."""
    found: list[str | None] = []
    last: str | None = None
    for version in versions:
        found.append(last)
        last = version or last
    return found
