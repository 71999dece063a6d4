"""A movement, and the changes of a layout that follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.core.findings import Finding, Location, Severity
from pipelines.core.messages import Parameter
from pipelines.ingest.problems import read_finding


@dataclass(frozen=True)
class Edit:
    """One change of a layout: ``key`` as ``dataset.yaml`` writes it, what it was and what the file showed.

    With the key ``columns``, ``declared`` and ``found`` are labels, and ``field`` is what both are named (``None``:
    left out). An edit of ``format`` asks for a further layout beside this one.
    """

    layout: str
    key: str
    declared: Any
    found: Any
    field: str | None = None


@dataclass(frozen=True)
class Movement:
    """One difference between a file and its layout, told by ``rule``; without ``edits`` no layout can follow it."""

    rule: str
    location: Location
    params: Mapping[str, Parameter] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()

    def finding(self, delivery: str) -> Finding:
        """What the report of the delivery says. The errors that it explains are findings of their own."""
        return read_finding(self.rule, self.location, Severity.WARNING, delivery=delivery, **self.params)
