"""Row constraints: DuckDB expressions over one row, as SQL CHECK constraints judge (false fails, null passes)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress
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
    """Evaluate every row constraint over the typed rows; ``found(ordinal, finding)`` is called per violation, in the
    order of the rows, then of the constraints."""
    constraints = dataset.descriptor.row_constraints
    if not constraints:
        return
    # No field's name begins with an underscore.
    broken = {f"_broken_{place}": f"NOT CAST(({each.check}\n) AS BOOLEAN)" for place, each in enumerate(constraints)}
    judged = ", ".join(f"{check} AS {name}" for name, check in broken.items())
    with sandbox({"delivery": typed}, {}, work) as connection:
        result = connection.execute(
            f"SELECT {ORDINAL_COLUMN}, {FILE_COLUMN}, {SHEET_COLUMN}, {ROW_COLUMN}, [{', '.join(broken)}] "
            f"FROM (SELECT *, {judged} FROM delivery) WHERE {' OR '.join(broken)} ORDER BY 1"
        )
        while rows := result.fetchmany(_FETCH):
            for ordinal, file, sheet, row, verdicts in rows:
                for constraint in compress(constraints, verdicts):
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
