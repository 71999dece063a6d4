"""The check that fails until an officer has approved what waits."""

from __future__ import annotations

import dagster as dg

from pipelines.disclose.reviews import SubjectKind
from pipelines.orchestration.release import REVIEW_CHECK, review_check
from pipelines.publish import Waiting


def test_it_passes_where_nothing_waits() -> None:
    check = review_check(())
    assert (check.check_name, check.passed, check.metadata) == (REVIEW_CHECK, True, {})


def test_it_fails_as_a_warning_and_names_what_waits() -> None:
    waiting = [
        Waiting("tree_inventory", SubjectKind.DISCLOSURE_PLAN, "ab" * 32),
        Waiting("open_trees", SubjectKind.VERSION, "cd" * 32, rejected=True),
    ]
    check = review_check(waiting)
    assert not check.passed and check.severity is dg.AssetCheckSeverity.WARN
    assert "tree_inventory (abababababab)" in (check.description or "") and "gongkai review list" in (
        check.description or ""
    )
    table = check.metadata["waiting"]
    assert isinstance(table, dg.TableMetadataValue)
    assert [tuple(record.data.values()) for record in table.records] == [
        ("tree_inventory", "disclosure_plan", "ab" * 32, False),
        ("open_trees", "version", "cd" * 32, True),
    ]
