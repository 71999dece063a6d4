"""When more of a dataset is due, told so that it is the same on whichever day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from describing import dataset_file, update
from publishing import registry, workspace_with_registry
from shipped import REGISTRY

from pipelines.core.periods import PeriodClass
from pipelines.portal.freshness import Promise, promises, said
from pipelines.registry import load_catalog


def rule(event: str, **keys: Any) -> dict[str, Any]:
    return {
        "id": "rule", "subject": {"zh": "清单", "en": "Inventory"}, "event": event, "within": {"calendar_days": 10},
        "from_period": "2024", "basis": {"zh": "依据", "en": "Basis"}, **keys,
    }  # fmt: skip


def promised(folder: Path, *rules: dict[str, Any], newest: str | None = "2025") -> tuple[Promise, ...]:
    workspace = workspace_with_registry(folder)
    update(dataset_file(workspace), deadlines=list(rules))
    catalog = registry(workspace)
    assert catalog.problems == ()
    return promises(catalog, "tree_inventory", PeriodClass.YEARLY, newest)


@pytest.mark.parametrize(
    ("event", "within", "words", "due"),
    [
        ("period_end", {"calendar_days": 10}, "Within 10 days after the end of the period", "2027-01-10"),
        ("period_start", {"calendar_days": 1}, "Within 1 day after the first day of the period", "2026-01-02"),
        ("period_end", {"hours": 48}, "Within 48 hours after the end of the period", None),
        ("landed", {"calendar_days": 3}, "Within 3 days after a department has delivered it", None),
        ("field:planted", {"calendar_days": 7}, "Within 7 days after the day in planted", None),
    ],
)
def test_rules_in_words(tmp_path: Path, event: str, within: dict[str, int], words: str, due: str | None) -> None:
    (found,) = promised(tmp_path, rule(event, within=within))
    assert f"{found.within.text('en')} {found.after.text('en')}" == words
    assert found.due == due and found.period == ("2026" if event.startswith("period") else None)
    assert found.calendar is None and found.basis["zh"] == "依据"


def test_nothing_is_next_where_nothing_was_published_or_dates_end(tmp_path: Path) -> None:
    (none,) = promised(tmp_path / "none", rule("period_end"), newest=None)
    assert none.period is None and none.due is None
    (never,) = promised(tmp_path / "never", rule("period_end"), newest="9998")
    assert never.due is None


def test_working_days_that_nobody_has_announced_yet_give_no_day() -> None:
    catalog = load_catalog(REGISTRY)
    (known, _) = promises(catalog, "subsidy_distribution", PeriodClass.QUARTERLY, "2026-Q1")
    assert known.due == "2026-07-28" and known.calendar is not None
    (unknown, _) = promises(catalog, "subsidy_distribution", PeriodClass.QUARTERLY, "2039-Q4")
    assert unknown.period == "2040-Q1" and unknown.due is None


def test_datasets_that_the_registry_has_no_more_promise_nothing(tmp_path: Path) -> None:
    catalog = registry(workspace_with_registry(tmp_path))
    assert promises(catalog, "gone", PeriodClass.YEARLY, "2025") == () and said(catalog, "gone") == [[], []]
