"""Verdicts: does a delivered table keep to its Table Schema, its row constraints, its expectations and its past?

Here: frictionless's verdict on every row (``engine``), row constraints in DuckDB, Great Expectations over small
aggregated frames, drift against the last accepted delivery, and the one report format, which is also told as a page
and in copies of the delivered workbooks.

Not here: reading files, what may be disclosed, what happens to a delivery after the verdict. Only this room and
``registry`` import frictionless; only ``expectations.gx`` imports great_expectations, inside a function.
"""

from pipelines.validate.engine import ForeignTable
from pipelines.validate.report import FindingLog, read_findings
from pipelines.validate.validation import Validation, validate

__all__ = ["FindingLog", "ForeignTable", "Validation", "read_findings", "validate"]
