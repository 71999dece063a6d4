"""Whether a candidate was compared with all that is published of its period by now.

Rows about people are protected against what was published before. A release that is made while a candidate is
composed brings a version that it was not compared with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.publish.history import newest_entries
from pipelines.publish.manifests import load_manifest
from pipelines.publish.records import Compared, Segment
from pipelines.publish.snapshots import Snapshot
from pipelines.publish.stores import Store
from pipelines.registry import Catalog


@dataclass(frozen=True)
class _Version:
    """A version: the digests of its segments by period, and the manifest of the one before."""

    digests: Mapping[str, str]
    previous: str | None


@dataclass
class Comparisons:
    """Looks at versions that are newer than candidates, each once. ``base``: the current release."""

    store: Store
    catalog: Catalog
    base: Snapshot | None
    _versions: dict[str, _Version] = field(default_factory=dict)

    def is_current(self, dataset_id: str, segment: Segment) -> bool:
        """Whether a candidate may still be released as it is. Reads nothing where no version came since.

        Raises:
            CorruptStore: when a manifest cannot be read.
        """
        if self.base is None or self.catalog.dataset(dataset_id).descriptor.small_cells is None:
            return True
        compared = segment.compared or Compared(None, frozenset())
        entry = newest_entries(self.store, self.base, {dataset_id}).get(dataset_id)
        manifest = entry.manifest if entry else None
        while manifest is not None and manifest != compared.manifest:
            version = self._version(manifest)
            if version.digests.get(segment.period, segment.digest) not in {*compared.segments, segment.digest}:
                return False
            manifest = version.previous
        return True

    def _version(self, sha256: str) -> _Version:
        if sha256 not in self._versions:
            manifest = load_manifest(self.store, sha256)
            digests = {segment.period: segment.digest for segment in manifest.segments}
            self._versions[sha256] = _Version(digests, manifest.previous.manifest if manifest.previous else None)
        return self._versions[sha256]
