"""Publishing: disclosed tables become segments, segments become versions, versions become a release.

Here: building sorted, reproducible Parquet segments; the content-addressed public store; candidates that
wait privately; manifests, version numbers, snapshots and the atomic release; verifying the store.

Not here: deciding what may be public (``disclose`` makes the only table that is accepted here), anything
derived from a snapshot (the DuckDB index is ``catalog``'s), wall-clock time other than a release's.
"""

from pipelines.publish.candidates import (
    pending_candidates,
    remove_candidates,
    remove_period_candidate,
    save_candidate,
)
from pipelines.publish.codelists import load_codelist
from pipelines.publish.compose import registry_state, tool_versions
from pipelines.publish.errors import ColumnsDiffer, DuplicateAcrossDeliveries, FileExists, VersionWithdrawn
from pipelines.publish.garbage import collect_garbage
from pipelines.publish.history import (
    find_version,
    newest_entries,
    newest_version,
    refuse_withdrawn,
    snapshot_as_of,
    versions_of,
)
from pipelines.publish.manifests import Manifest, load_deliveries, load_manifest
from pipelines.publish.notes import VersionNote, save_note
from pipelines.publish.planning import Replaced
from pipelines.publish.preview import next_versions
from pipelines.publish.published_segments import PublishedSegment, published_segments
from pipelines.publish.records import Compared, Contribution, Part, Segment, SegmentDelivery, Sources
from pipelines.publish.release import Release, is_released, no_longer_shown, release
from pipelines.publish.restoring import damaged_parts, is_kept, put_back
from pipelines.publish.rollback import rollback
from pipelines.publish.segments import build_segment
from pipelines.publish.snapshots import (
    Snapshot,
    SnapshotEntry,
    latest_number,
    latest_snapshot,
    latest_snapshots,
    load_snapshot,
    snapshot_numbers,
)
from pipelines.publish.store import manifest_path, object_path
from pipelines.publish.stores import FolderStore, Store, StoreEntry
from pipelines.publish.tombstones import Tombstone, load_tombstone
from pipelines.publish.verifying.installed import verify
from pipelines.publish.verifying.problems import StoreProblem
from pipelines.publish.waiting import ReviewsOutdated, Waiting
from pipelines.publish.withdrawals import Withdrawal, finish_withdrawal, reinstate, withdraw

__all__ = [
    "ColumnsDiffer",
    "Compared",
    "Contribution",
    "DuplicateAcrossDeliveries",
    "FileExists",
    "FolderStore",
    "Manifest",
    "Part",
    "PublishedSegment",
    "Release",
    "Replaced",
    "ReviewsOutdated",
    "Segment",
    "SegmentDelivery",
    "Snapshot",
    "SnapshotEntry",
    "Sources",
    "Store",
    "StoreEntry",
    "StoreProblem",
    "Tombstone",
    "VersionNote",
    "VersionWithdrawn",
    "Waiting",
    "Withdrawal",
    "build_segment",
    "collect_garbage",
    "damaged_parts",
    "find_version",
    "finish_withdrawal",
    "is_kept",
    "is_released",
    "latest_number",
    "latest_snapshot",
    "latest_snapshots",
    "load_codelist",
    "load_deliveries",
    "load_manifest",
    "load_snapshot",
    "load_tombstone",
    "manifest_path",
    "newest_entries",
    "newest_version",
    "next_versions",
    "no_longer_shown",
    "object_path",
    "pending_candidates",
    "published_segments",
    "put_back",
    "refuse_withdrawn",
    "registry_state",
    "reinstate",
    "release",
    "remove_candidates",
    "remove_period_candidate",
    "rollback",
    "save_candidate",
    "save_note",
    "snapshot_as_of",
    "snapshot_numbers",
    "tool_versions",
    "verify",
    "versions_of",
    "withdraw",
]
