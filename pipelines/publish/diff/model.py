"""What a difference is taken of, and how it is counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pipelines.publish.records import Segment


class RowSet(Protocol):
    """Rows of a version: its manifest, or what a manifest is going to be made of."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """The Table Schema that its rows are read by."""

    @property
    def segments(self) -> Sequence[Segment]:
        """Its rows, by period."""


@dataclass(frozen=True, order=True)
class PeriodChanges:
    """Rows of a period that were added, removed and changed. Without a key none is changed: one goes, one comes."""

    period: str
    added: int = 0
    removed: int = 0
    changed: int = 0

    @property
    def any(self) -> bool:
        """Whether there is a difference."""
        return bool(self.added or self.removed or self.changed)

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> PeriodChanges:
        """Read the JSON form (KeyError, TypeError, ValueError when it is not one)."""
        return cls(str(document["period"]), *(int(document[name]) for name in ("added", "removed", "changed")))
