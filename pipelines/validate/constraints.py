"""Row constraints: DuckDB expressions over one row, as SQL CHECK constraints judge (false fails, null passes)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipelines.core.findings import Check, Finding, Location
from pipelines.core.messages import Message
from pipelines.core.records import FILE_COLUMN, ROW_COLUMN, SHEET_COLUMN
from pipelines.registry import Dataset
from pipelines.registry.dataset import RowConstraint
from pipelines.validate.sandbox import sandbox
from pipelines.validate.typed import ORDINAL_COLUMN

RULE = "row-constraint"
_FETCH = 5_000


def check_constraints(typed: Path, dataset: Dataset, work: Path, found: Callable[[int, Finding], None]) -> None:
    """Evaluate every row constraint over the typed rows; ``found(ordinal, finding)`` is called per violation."""
    if not dataset.descriptor.row_constraints:
        return
    with sandbox({"delivery": typed}, {}, work) as connection:
        for constraint in dataset.descriptor.row_constraints:
            result = connection.execute(
                f"SELECT {ORDINAL_COLUMN}, {FILE_COLUMN}, {SHEET_COLUMN}, {ROW_COLUMN} FROM delivery "
                f"WHERE NOT CAST(({constraint.check}\n) AS BOOLEAN) ORDER BY 1"
            )
            while rows := result.fetchmany(_FETCH):
                for ordinal, file, sheet, row in rows:
                    found(ordinal, _finding(constraint, Location(file, sheet, row, constraint.field)))


def _finding(constraint: RowConstraint, place: Location) -> Finding:
    return Finding(
        Check.TABLE_SCHEMA,
        RULE,
        constraint.severity,
        described(constraint.message.zh, constraint.message.en),
        described(constraint.remedy.zh, constraint.remedy.en),
        place,
    )


def described(zh: str, en: str) -> Message:
    """A text that a descriptor gives in both languages."""
    return Message("described", {"zh": zh, "en": en})
