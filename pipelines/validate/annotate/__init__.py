"""Copies of delivered workbooks in which faulty cells are coloured and carry notes, with a sheet of all findings.

Here: which cells a finding is about, what is said there, and the process that writes the copy. A copy says what the
findings say and nothing else.

Not here: judging anything, and reading workbooks (``ingest``).
"""

from pipelines.validate.annotate.errors import CannotAnnotate
from pipelines.validate.annotate.workbooks import AnnotatedFile, annotate

__all__ = ["AnnotatedFile", "CannotAnnotate", "annotate"]
