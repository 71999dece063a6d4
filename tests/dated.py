"""Deadlines in tests: rules of ``tree_inventory``, and releases at given times."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import yaml
from reviewing import approving

from pipelines.core.paths import Workspace
from pipelines.flow import Installation, pending, process
from pipelines.flow.deadlines import obligations
from pipelines.ingest import scan_inbox
from pipelines.publish import release as publish

CALENDAR = {"id": "china", "title": {"zh": "中国", "en": "China"}, "country": "CN", "announced_through": 2026}
#: After the year 20 working days: 2025 until 29 January 2026.
YEARLY: dict[str, Any] = {
    "id": "yearly",
    "subject": {"zh": "树木年报", "en": "Trees of the year"},
    "event": "period_end",
    "within": {"working_days": 20},
    "calendar": "china",
    "from_period": "2025",
    "basis": {"zh": "条例", "en": "Act"},
}
#: Within 20 days after a tree was planted.
PLANTED: dict[str, Any] = {**YEARLY, "id": "planted", "event": "field:planted", "within": {"calendar_days": 20}}
#: Within 24 hours after it was delivered.
LANDED: dict[str, Any] = {**YEARLY, "id": "landed", "event": "landed", "within": {"hours": 24}}


def dataset_file(workspace: Workspace) -> Path:
    return workspace.schema / "datasets" / "parks" / "tree_inventory" / "dataset.yaml"


def describe_deadlines(schema: Path, *rules: dict[str, Any], **escalation: Any) -> None:
    """Write the deadlines of ``tree_inventory``, the calendar and, if there is any of it, ``escalation.yaml``."""
    path = schema / "datasets" / "parks" / "tree_inventory" / "dataset.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    _write(path, {**document, "deadlines": list(rules)})
    (schema / "calendars").mkdir(exist_ok=True)
    _write(schema / "calendars" / "china.yaml", CALENDAR)
    if escalation:
        _write(schema / "escalation.yaml", escalation)


def _write(path: Path, document: dict[str, Any]) -> None:
    # By way of JSON: what several rules share would be written once, and referred to.
    unshared = json.loads(json.dumps(document))
    path.write_text(yaml.safe_dump(unshared, allow_unicode=True, sort_keys=False), encoding="utf-8")


def at(text: str) -> dt.datetime:
    """A time of Shanghai's clock."""
    return dt.datetime.fromisoformat(text + "+08:00")


def release_at(inst: Installation, moment: dt.datetime) -> None:
    """Process what is there and release it, as if it were that time."""
    for work in pending(inst, scan_inbox(inst.workspace, inst.catalog)):
        process(inst, work)
    reviews = approving(inst.workspace.reviews, inst.catalog)
    publish(inst.workspace, inst.store, inst.catalog, inst.processing_keys, reviews, moment)


def states(inst: Installation, moment: dt.datetime, *, open_only: bool = False) -> dict[str, str]:
    """Department and period (or event) of each obligation, and where it stands."""
    return {
        f"{entry.department} {entry.event}": entry.state(moment).value
        for entry in obligations(inst, moment, open_only=open_only)
    }
