"""What the flow tells its callers: one record per delivery, per (dataset, period) and per release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.core.findings import Check, Finding
from pipelines.core.messages import Message
from pipelines.core.records import CheckSummary, Delivery, Verdict
from pipelines.ingest import Unplaced
from pipelines.publish import Waiting


@dataclass(frozen=True, order=True)
class Work:
    """One dataset and period with something to do."""

    dataset: str
    period: str


@dataclass(frozen=True)
class DeliveryResult:
    """The outcome of one delivery. ``first_findings`` are the first twenty; all are in the report's folder."""

    delivery: Delivery
    verdict: Verdict
    rows_in_files: int
    rows_excluded: Mapping[str, int]
    rows_accepted: int
    rows_quarantined: int
    checks: Mapping[Check, CheckSummary]
    first_findings: tuple[Finding, ...]
    report: str
    """Folder of the full report, relative to the private root."""


@dataclass(frozen=True)
class PeriodResult:
    """What processing one (dataset, period) came to. ``changed``: a candidate segment awaits release."""

    work: Work
    processed: tuple[DeliveryResult, ...]
    """Deliveries processed in this call, in the order of their departments."""
    current: tuple[DeliveryResult, ...]
    """Per department, the delivery whose rows stand for this period now (last good one)."""
    latest: tuple[DeliveryResult, ...]
    """Per department, the newest delivery, good or bad."""
    changed: bool
    segment_digest: str | None
    segment_rows: int
    held: tuple[str, ...] = ()
    """Deliveries that are rejected now though rows of their departments are published: those stay as they are."""
    unfinished: tuple[str, ...] = ()
    """Deliveries that memory did not suffice for: there is no verdict, and the next call tries again."""
    not_landed: tuple[Unplaced, ...] = ()
    """Inbox folders that could not be landed now."""


@dataclass(frozen=True)
class ReleasedVersion:
    """One dataset's new version in a release."""

    dataset: str
    version: str
    previous: str | None
    rows: int
    periods: tuple[str, ...]
    public_schema: Mapping[str, Any]


@dataclass(frozen=True)
class ReleaseResult:
    """A release: the catalog's current snapshot, and the versions that are new in it (none: nothing changed)."""

    snapshot: int | None
    released: str | None
    """UTC time, ISO 8601."""
    versions: tuple[ReleasedVersion, ...]
    withdrawn: tuple[str, ...] = ()
    """Datasets that this release took out of the catalog."""
    notices: tuple[Message, ...] = ()
    """What this release does not show any more, and why."""
    waiting: tuple[Waiting, ...] = ()
    """What is not released before an officer approves it."""
