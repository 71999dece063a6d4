"""Findings of the reading stage. The rule names the texts: ``read-<rule>`` and ``read-<rule>-remedy``."""

from __future__ import annotations

from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message, Parameter


class Unreadable(Exception):
    """A file, sheet or archive member cannot be read. Carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.rule)


def read_finding(
    rule: str, location: Location, severity: Severity = Severity.ERROR, **params: Parameter
) -> Finding:  # fmt: skip
    """A finding of the check ``read``. ``params`` go into both texts and never hold a cell."""
    return Finding(
        Check.READ, rule, severity, Message(f"read-{rule}", params), Message(f"read-{rule}-remedy", params), location
    )


def unreadable(
    rule: str, file: str, sheet: str | None = None, row: int | None = None, **params: Parameter
) -> Unreadable:  # fmt: skip
    """The exception for a fault that ends the reading of one file or sheet."""
    return Unreadable(read_finding(rule, Location(file, sheet, row), Severity.ERROR, **params))
