"""What the asset checks say, for every way a delivery can end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import dagster as dg
from support import delivery

from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message
from pipelines.core.records import CheckSummary, Verdict
from pipelines.flow import DeliveryResult, PeriodResult, Work
from pipelines.orchestration.checks import CheckOutcome, check_outcomes

CLEAN = dict.fromkeys(Check, CheckSummary(ran=True))
FINDING = Finding(
    check=Check.TABLE_SCHEMA,
    rule="type-error",
    severity=Severity.ERROR,
    message=Message("orchestration-schedule-nothing"),
    remedy=Message("orchestration-release-nothing"),
    location=Location("trees.csv", None, 7, "height"),
)


def outcomes(verdict: Verdict, checks: Mapping[Check, CheckSummary], *found: Finding) -> dict[Check, CheckOutcome]:
    result = DeliveryResult(delivery(), verdict, 9, {}, 8, 1, checks, found, "outcomes/x/y")
    period = PeriodResult(Work("tree_inventory", "2025"), (), (), (result,), False, None, 0)
    return {outcome.check: outcome for outcome in check_outcomes(period, Path("/private"))}


def test_a_clean_delivery_passes_every_check() -> None:
    found = outcomes(Verdict.ACCEPTED, CLEAN)
    assert set(found) == {Check.TABLE_SCHEMA, Check.EXPECTATIONS, Check.PERSONAL_DATA, Check.DRIFT}
    assert all(outcome.passed for outcome in found.values())
    assert found[Check.DRIFT].metadata["report"].path == "/private/outcomes/x/y"


def test_quarantined_rows_warn_and_are_listed() -> None:
    checks = {**CLEAN, Check.TABLE_SCHEMA: CheckSummary(True, errors=1, rules={"type-error": 1})}
    found = outcomes(Verdict.PARTLY_ACCEPTED, checks, FINDING)
    outcome = found[Check.TABLE_SCHEMA]
    assert not outcome.passed
    assert outcome.severity is dg.AssetCheckSeverity.WARN
    (record,) = outcome.metadata["findings"].records
    assert record.data["row"] == 7
    assert record.data["rule"] == "type-error"
    assert record.data["value"] is None
    assert found[Check.EXPECTATIONS].passed


def test_an_unreadable_delivery_fails_the_first_check_and_the_others_say_they_did_not_run() -> None:
    found = outcomes(Verdict.REJECTED, {Check.READ: CheckSummary(True, errors=1, rules={"encoding-error": 1})})
    assert found[Check.TABLE_SCHEMA].severity is dg.AssetCheckSeverity.ERROR
    assert found[Check.TABLE_SCHEMA].metadata["rules"].data == {"encoding-error": 1}
    assert not found[Check.PERSONAL_DATA].passed
    assert found[Check.PERSONAL_DATA].severity is dg.AssetCheckSeverity.WARN


def test_a_rejection_shows_where_the_errors_are() -> None:
    found = outcomes(Verdict.REJECTED, {**CLEAN, Check.PERSONAL_DATA: CheckSummary(True, errors=2)})
    assert found[Check.PERSONAL_DATA].severity is dg.AssetCheckSeverity.ERROR
    assert found[Check.TABLE_SCHEMA].passed


def test_a_rejection_without_errors_does_not_go_unseen() -> None:
    assert not outcomes(Verdict.REJECTED, CLEAN)[Check.TABLE_SCHEMA].passed


def test_warnings_pass() -> None:
    found = outcomes(Verdict.ACCEPTED, {**CLEAN, Check.DRIFT: CheckSummary(True, warnings=1)})
    assert found[Check.DRIFT].passed
    assert found[Check.DRIFT].metadata["warnings"] == 1


def test_without_deliveries_there_is_nothing_to_fail() -> None:
    period = PeriodResult(Work("tree_inventory", "2025"), (), (), (), False, None, 0)
    found = check_outcomes(period, Path("/private"))
    assert [outcome.passed for outcome in found] == [True] * 4
