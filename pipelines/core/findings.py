"""What a stage has to say about a delivery: where, which rule, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pipelines.core.messages import Message


class Severity(StrEnum):
    """``error`` keeps a row or the delivery out; ``warning`` is reported and passes."""

    ERROR = "error"
    WARNING = "warning"


class Check(StrEnum):
    """The check a finding belongs to; the same names as the Dagster asset checks."""

    READ = "read"
    TABLE_SCHEMA = "table_schema"
    EXPECTATIONS = "expectations"
    PERSONAL_DATA = "personal_data"
    DRIFT = "drift"


@dataclass(frozen=True)
class Location:
    """Where in what the department sent. ``row`` is the row number that a spreadsheet or editor shows, from 1."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    field: str | None = None


@dataclass(frozen=True)
class Finding:
    """One thing found in a delivery.

    ``rule`` is the Frictionless error type where there is one (``type-error``, ``primary-key`` …).
    ``value`` is the delivered text, and only ever set for a field whose disclosure attribute is
    ``active`` and whose text does not look like personal data.
    """

    check: Check
    rule: str
    severity: Severity
    message: Message
    remedy: Message
    location: Location = field(default_factory=Location)
    value: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON form, both languages included."""
        place = self.location
        return {
            "check": self.check.value,
            "rule": self.rule,
            "severity": self.severity.value,
            "file": place.file,
            "sheet": place.sheet,
            "row": place.row,
            "field": place.field,
            "value": self.value,
            "message": self.message.as_dict(),
            "remedy": self.remedy.as_dict(),
        }
