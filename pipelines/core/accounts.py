"""The books of a delivery: each row of its files is in the table, left out for a reason, or kept back.

Every stage closes its books before it hands on. Books that do not balance are a defect of the program, never of what
was delivered: nothing may be published of it then.
"""

from __future__ import annotations

from enum import StrEnum

from pipelines.core.errors import GongkaiError


class Stage(StrEnum):
    """Where books are closed."""

    READ = "read"
    VALIDATE = "validate"
    DISCLOSE = "disclose"
    COMPOSE = "compose"


class RowsUnaccounted(GongkaiError):
    """Rows have gone missing on their way, or there are more than came."""

    message_id = "error-rows-unaccounted"

    def __init__(self, stage: Stage, expected: int, found: int) -> None:
        super().__init__(stage=stage.value, expected=expected, found=found)


def require_all(stage: Stage, expected: int, *parts: int) -> None:
    """Make sure that a stage accounts for all rows that it was given.

    Raises:
        RowsUnaccounted: when ``parts`` do not come to ``expected``.
    """
    found = sum(parts)
    if found != expected:
        raise RowsUnaccounted(stage, expected, found)
