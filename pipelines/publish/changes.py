"""What separates two versions of a dataset, and the version number that follows from it.

MAJOR: a period or public field removed, a field retyped or given another meaning (unit, code list, what disclosure does
to its values), or the key changed. MINOR: periods, rows or fields added. PATCH: anything else (corrections, metadata).
After the Data Package recipe for versions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.core.versions import Change
from pipelines.publish.diff.fields import compare_fields
from pipelines.publish.diff.model import PeriodChanges
from pipelines.publish.records import Segment


@dataclass(frozen=True)
class Changes:
    """The difference to the previous version (to nothing, for the first).

    ``rows`` counts rows by period, told apart by their key; a period without a difference has no entry.
    """

    periods_added: tuple[str, ...] = ()
    periods_changed: tuple[str, ...] = ()
    periods_removed: tuple[str, ...] = ()
    rows: tuple[PeriodChanges, ...] = ()
    fields_added: tuple[str, ...] = ()
    fields_removed: tuple[str, ...] = ()
    fields_retyped: tuple[str, ...] = ()
    fields_redefined: tuple[str, ...] = ()
    key_changed: bool = False
    metadata_changed: bool = False

    @property
    def any(self) -> bool:
        """Whether there is a difference at all."""
        return self != Changes()

    @property
    def rows_added(self) -> int:
        """Rows that the previous version did not have."""
        return sum(entry.added for entry in self.rows)

    @property
    def rows_removed(self) -> int:
        """Rows that only the previous version had."""
        return sum(entry.removed for entry in self.rows)

    @property
    def rows_changed(self) -> int:
        """Rows that both have, with other values."""
        return sum(entry.changed for entry in self.rows)

    @property
    def size(self) -> Change:
        """How the version number moves."""
        incompatible = self.fields_removed or self.fields_retyped or self.fields_redefined or self.key_changed
        if self.periods_removed or incompatible:
            return Change.MAJOR
        gained = any(entry.added > entry.removed for entry in self.rows)
        if self.periods_added or gained or self.fields_added:
            return Change.MINOR
        return Change.PATCH

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        document = {key: list(value) if isinstance(value, tuple) else value
                    for key, value in dataclasses.asdict(self).items()}  # fmt: skip
        return {**document, "rows_added": self.rows_added, "rows_removed": self.rows_removed,
                "rows_changed": self.rows_changed}  # fmt: skip

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Changes:
        """Read the JSON form (KeyError, TypeError, ValueError when it is not one)."""
        named = {entry.name for entry in dataclasses.fields(cls)} - {"rows"}
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in document.items() if key in named
        }
        return cls(rows=tuple(PeriodChanges.from_dict(entry) for entry in document.get("rows", ())), **values)


@dataclass(frozen=True)
class Content:
    """What of a version counts as a change: not the deliveries it came from, nor the tools that made it."""

    metadata: Mapping[str, Any]
    schema: Mapping[str, Any]
    segments: Sequence[Segment]


def changes_between(old: Content | None, new: Content) -> Changes:
    """Compare two versions without reading a row; ``old`` is ``None`` for a dataset's first.

    A period's ``rows`` are what it gained or lost: rows that were replaced count in neither.
    """
    before = {segment.period: segment for segment in old.segments} if old else {}
    after = {segment.period: segment for segment in new.segments}
    gains = {
        period: (after[period].rows if period in after else 0) - (before[period].rows if period in before else 0)
        for period in sorted({*before, *after})
    }
    fields = compare_fields(old.schema if old else {"fields": []}, new.schema)
    levelled = {
        name
        for period in before.keys() & after.keys()
        for name, level in levels(after[period]).items()
        if levels(before[period]).get(name, level) != level
    }
    return Changes(
        periods_added=tuple(period for period in after if period not in before),
        periods_changed=tuple(p for p in after if p in before and after[p].digest != before[p].digest),
        periods_removed=tuple(period for period in before if period not in after),
        rows=tuple(PeriodChanges(period, max(gain, 0), max(-gain, 0)) for period, gain in gains.items() if gain),
        fields_added=fields.added,
        fields_removed=fields.removed,
        fields_retyped=tuple(entry.name for entry in fields.retyped),
        fields_redefined=tuple(dict.fromkeys([*fields.redefined, *sorted(levelled)])),
        key_changed=old is not None and fields.old_key != fields.new_key,
        metadata_changed=old is not None and (old.metadata, old.schema) != (new.metadata, new.schema),
    )


def levels(segment: Segment) -> dict[str, str]:
    """Public field → how it is shown in a segment, where small cells were looked at."""
    return {
        receipt.published_as: receipt.level
        for receipt in segment.receipt
        if receipt.published_as is not None and receipt.level is not None
    }
