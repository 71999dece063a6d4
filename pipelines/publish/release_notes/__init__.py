"""Release notes: what a version or a snapshot changed, for people (Markdown) and for feed readers (Atom).

Here: texts made of manifests and snapshots alone, the same whenever they are made, and writing them into the store
beside the snapshot they tell of. They are derived: what is missing for the newest snapshot is written again.

Not here: working out what changed (``publish.diff``, ``publish.changes``), the portal's pages.
"""

from pipelines.publish.release_notes.atom import FeedAbout
from pipelines.publish.release_notes.snapshots import snapshot_notes
from pipelines.publish.release_notes.versions import version_notes
from pipelines.publish.release_notes.writing import (
    FEED,
    notes_sums,
    snapshot_notes_path,
    version_notes_path,
    write_release_notes,
)

__all__ = [
    "FEED",
    "FeedAbout",
    "notes_sums",
    "snapshot_notes",
    "snapshot_notes_path",
    "version_notes",
    "version_notes_path",
    "write_release_notes",
]
