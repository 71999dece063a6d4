"""What separates two versions of a dataset, row by row.

Here: which fields and rows were added, removed and changed, counted or streamed, and their files (CSV, Parquet,
JSON Lines). Only files that differ between the versions are opened.

Not here: the version number that follows from a difference (``publish.changes``), texts about it
(``publish.release_notes``), and which versions there are.
"""

from pipelines.publish.diff.fields import ComparedField, FieldChanges, Retyped, compare_fields
from pipelines.publish.diff.forms import Form
from pipelines.publish.diff.model import PeriodChanges, RowSet
from pipelines.publish.diff.versions import VersionDiff, count_changes
from pipelines.publish.diff.writing import FORMATS, write_diff

__all__ = [
    "FORMATS",
    "ComparedField",
    "FieldChanges",
    "Form",
    "PeriodChanges",
    "Retyped",
    "RowSet",
    "VersionDiff",
    "compare_fields",
    "count_changes",
    "write_diff",
]
