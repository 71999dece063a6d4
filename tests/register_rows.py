"""Registers with rows of a test's own, published in the small city that tests have."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from publicising import refresh, two_datasets
from publishing import NOW, add_candidate, index_now, registry, release_now
from registering import keep_registers

from pipelines.core.paths import Workspace
from pipelines.portal import PortalRefresh, refresh_portal
from pipelines.publish import FolderStore
from pipelines.registry import Catalog

ACTIVE, SCORES, CORRECTIONS, OVERDUE = (
    "active_disclosure_catalog", "department_scoreboard", "corrections_register", "overdue_disclosures",
)  # fmt: skip


def score(department: str, month: str, on_time: str | None = "1.0000", **figures: Any) -> dict[str, Any]:
    """A department's month."""
    share = None if on_time is None else Decimal(on_time)
    return {
        "month": month, "department": department, "department_name_zh": f"{department}局",
        "department_name_en": f"Bureau {department}", "due": 2, "met": 1, "late": 0, "overdue": 1, "uncertain": 0,
        "on_time_rate": share, "completeness_rate": share, "validity_rate": None, "deliveries": 3,
        "deliveries_rejected": 1, "rows_delivered": 9, "rows_accepted": 8, "open_corrections": 1, **figures,
    }  # fmt: skip


def overdue(number: int, responsible: str = "parks_office", **said: Any) -> dict[str, Any]:
    """An entry of the overdue list."""
    return {
        "dataset": "benches", "title_zh": "长椅", "title_en": "Benches", "deadline": f"rule_{number}",
        "period": "2026-01", "department": responsible, "responsible": responsible, "event": "2026-01-01",
        "due_date": dt.date(2026, 2, 1) + dt.timedelta(days=number), **said,
    }  # fmt: skip


def correction(number: int, released: str = "2026-03-01", **said: Any) -> dict[str, Any]:
    """An entry of the register of corrections."""
    return {
        "entry_id": f"tree_inventory/1.0.{number}/correction", "dataset": "tree_inventory", "title_zh": "树木",
        "title_en": "Trees", "version": f"1.0.{number}", "previous_version": "1.0.0", "kind": "correction",
        "snapshot": number, "released_on": dt.date.fromisoformat(released), "periods": "2025", "rows_added": 1,
        "rows_removed": 2, "rows_changed": 3, "fields_removed": None, "reason_zh": f"误写 {number}",
        "reason_en": f"Typing error {number}", "basis": None, **said,
    }  # fmt: skip


def entry(name: str, disclosure_class: str = "service", **said: Any) -> dict[str, Any]:
    """An entry of the basic catalog of active disclosure."""
    texts = {f"{key}_{language}": f"{key} {name} {language}"
             for key in ("subject", "content", "basis", "method") for language in ("zh", "en")}  # fmt: skip
    return {
        "entry_id": name, "disclosure_class": disclosure_class, **texts, "attribute": "active", "time_limit_zh": None,
        "time_limit_en": None, "responsible_unit": "parks_office", "publishers": "parks_office", "period_class": "none",
        "newest_period": None, "status": "published", "review_date": dt.date(2027, 6, 30), **said,
    }  # fmt: skip


def city_with_registers(folder: Path) -> Workspace:
    """A released catalog of trees, benches and all registers, described, but without pages."""
    workspace = two_datasets(folder)
    keep_registers(workspace.schema)
    tell_little(workspace)
    return workspace


def tell_little(workspace: Workspace) -> None:
    """Release a few rows of every register."""
    tell(workspace, {
        ACTIVE: {"all": [entry("tree_inventory"), entry("ponds", status="nothing_released")]},
        SCORES: {
            "2026-03": [score(name, "2026-03", "0.5000") for name in ("parks_office", "east_district_office")],
            "2026-02": [score("parks_office", "2026-02"), score("zoo", "2026-02")],
        },
        CORRECTIONS: {"2026": [correction(1)]},
        OVERDUE: {"all": [overdue(1), overdue(2, "east_district_office")]},
    })  # fmt: skip


def tell(
    workspace: Workspace, registers: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]], sequence: int = 1
) -> None:
    """Release rows of registers, by dataset and period; and describe the release."""
    for dataset, periods in registers.items():
        schema = json.loads((workspace.schema / "datasets" / "parks" / dataset / "schema.json").read_text("utf-8"))
        names = [field["name"] for field in schema["fields"]]
        for period, rows in periods.items():
            values = [tuple(row[name] for name in names) for row in rows]
            add_candidate(workspace, values, dataset=dataset, period=period, schema=_public(schema), sequence=sequence)
    release_now(workspace, registry(workspace), NOW + dt.timedelta(days=3 + sequence))
    refresh(workspace)
    index_now(workspace)


def _public(schema: dict[str, Any]) -> dict[str, Any]:
    fields = [{name: value for name, value in each.items() if name != "disclosure"} for each in schema["fields"]]
    return {**schema, "fields": fields}


def make_pages(workspace: Workspace, catalog: Catalog | None = None) -> PortalRefresh:
    """Bring the pages of a workspace's catalog up to date."""
    store = FolderStore(workspace.catalog)
    return refresh_portal(store, catalog or registry(workspace), workspace.portal, workspace.work)


def page(workspace: Workspace, place: str, language: str = "en") -> str:
    """The text of a page."""
    folder = "" if language == "zh" else f"{language}/"
    return (workspace.catalog / f"{folder}{place}index.html").read_text("utf-8")
