"""Release notes: what a version or a snapshot changed, for people.

Here: sentences made of manifests and snapshots alone, the same whenever they are made and whatever they are written
in; notes made of them, and writing these into the store beside the snapshot they tell of. Notes are derived: what is
missing for the newest snapshot is written again.

Not here: working out what changed (``publish.diff``, ``publish.changes``), feeds
(``catalog.metadata``), pages (``portal``).
"""

from pipelines.publish.release_notes.contents import SnapshotContents
from pipelines.publish.release_notes.markdown import on_one_line
from pipelines.publish.release_notes.snapshots import Brought, Left, Withdrawn, snapshot_notes
from pipelines.publish.release_notes.statements import (
    PLAIN,
    Arrived,
    Marks,
    arrived,
    sequence_of,
    statements,
    summary,
)
from pipelines.publish.release_notes.versions import version_notes
from pipelines.publish.release_notes.writing import (
    notes_sums,
    snapshot_notes_path,
    version_notes_path,
    write_release_notes,
)

__all__ = [
    "PLAIN",
    "Arrived",
    "Brought",
    "Left",
    "Marks",
    "SnapshotContents",
    "Withdrawn",
    "arrived",
    "notes_sums",
    "on_one_line",
    "sequence_of",
    "snapshot_notes",
    "snapshot_notes_path",
    "statements",
    "summary",
    "version_notes",
    "version_notes_path",
    "write_release_notes",
]
