"""What a report stores is there together, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster_installation import DagsterInstallation, opened

from pipelines.orchestration.transactions import stored_together

KEY = dg.AssetKey("trees")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[DagsterInstallation]:
    with opened(tmp_path) as installation:
        yield installation


def report(instance: dg.DagsterInstance, partition: str) -> None:
    instance.report_runless_asset_event(dg.AssetMaterialization(KEY, partition=partition))


def seen() -> list[str | None]:
    """Partitions that another process would find, in their order."""
    with dg.DagsterInstance.get() as other:
        return [record.partition_key for record in other.fetch_materializations(KEY, 10, ascending=True).records]


def test_others_see_what_was_committed(installation: DagsterInstallation) -> None:
    with stored_together(installation.instance) as commit:
        report(installation.instance, "1")
        assert installation.instance.get_materialized_partitions(KEY) == {"1"}
        assert seen() == []
        commit()
        assert seen() == ["1"]
        report(installation.instance, "2")
        report(installation.instance, "3")
        assert seen() == ["1"]
    assert seen() == ["1", "2", "3"]
    report(installation.instance, "4")
    assert seen() == ["1", "2", "3", "4"]


def test_what_was_not_committed_before_a_failure_is_gone(installation: DagsterInstallation) -> None:
    with pytest.raises(RuntimeError, match="half-way"), stored_together(installation.instance) as commit:
        report(installation.instance, "1")
        commit()
        report(installation.instance, "2")
        raise RuntimeError("half-way")
    report(installation.instance, "3")
    assert seen() == ["1", "3"]
