"""Release notes: what a version or a snapshot changed, for people (Markdown).

Here: texts made of manifests and snapshots alone, the same whenever they are made, and writing them into the store
beside the snapshot they tell of. They are derived: what is missing for the newest snapshot is written again.

Not here: working out what changed (``publish.diff``, ``publish.changes``), feeds
(``catalog.metadata``), the portal's pages.
"""

from pipelines.publish.release_notes.contents import SnapshotContents
from pipelines.publish.release_notes.markdown import on_one_line
from pipelines.publish.release_notes.snapshots import Brought, Left, Withdrawn, snapshot_notes
from pipelines.publish.release_notes.versions import summary, version_notes
from pipelines.publish.release_notes.writing import (
    notes_sums,
    snapshot_notes_path,
    version_notes_path,
    write_release_notes,
)

__all__ = [
    "Brought",
    "Left",
    "SnapshotContents",
    "Withdrawn",
    "notes_sums",
    "on_one_line",
    "snapshot_notes",
    "snapshot_notes_path",
    "summary",
    "version_notes",
    "version_notes_path",
    "write_release_notes",
]
