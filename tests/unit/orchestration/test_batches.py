"""Work is grouped into runs of one class and period, of bounded size."""

from __future__ import annotations

import dagster as dg
import pytest
from support import tree_descriptor, tree_schema, write_registry

from pipelines.core.findings import Check
from pipelines.flow import Work
from pipelines.orchestration.batches import BATCH_SIZE, Batch, batches, can_be_requested, run_request
from pipelines.orchestration.keys import CHECKS, LARGE, SIZE_TAG
from pipelines.registry import Catalog, load_catalog

NAMES = [f"trees_{number:03d}" for number in range(BATCH_SIZE + 5)]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    datasets = {name: ({**tree_descriptor(), "id": name}, tree_schema()) for name in NAMES}
    return load_catalog(write_registry(tmp_path_factory.mktemp("registry"), **datasets))


def test_runs_hold_at_most_a_batch_of_one_period(catalog: Catalog) -> None:
    works = [Work(name, "2025") for name in NAMES] + [Work(NAMES[0], "2024")]
    found = list(batches(catalog, reversed(works)))
    assert [(batch.period, len(batch.datasets)) for batch in found] == [("2024", 1), ("2025", BATCH_SIZE), ("2025", 5)]


def test_large_deliveries_run_alone(catalog: Catalog) -> None:
    large = Work(NAMES[1], "2025")
    found = list(batches(catalog, [Work(name, "2025") for name in NAMES[:3]], frozenset({large})))
    assert [batch.datasets for batch in found] == [(NAMES[1],), (NAMES[0], NAMES[2])]
    assert run_request(catalog, found[0], "k").tags[SIZE_TAG] == LARGE
    assert SIZE_TAG not in run_request(catalog, found[1], "k").tags


def test_a_request_names_job_partition_and_assets(catalog: Catalog) -> None:
    request = run_request(catalog, Batch(catalog.dataset(NAMES[0]).period_class, "2025", (NAMES[0],)), "k")
    assert (request.job_name, request.partition_key) == ("process_yearly", "2025")
    assert set(request.asset_selection or ()) == {
        dg.AssetKey(["parks", NAMES[0]]),
        dg.AssetKey(["parks", NAMES[0], "deliveries"]),
    }


@pytest.mark.parametrize("period", ["2025", "2024"])
def test_known_partitions_can_be_requested(catalog: Catalog, period: str) -> None:
    assert can_be_requested(catalog, Work(NAMES[0], period))


@pytest.mark.parametrize(("dataset", "period"), [("unheard_of", "2025"), (NAMES[0], "2025-03"), (NAMES[0], "9999")])
def test_what_dagster_does_not_know_is_not_requested(catalog: Catalog, dataset: str, period: str) -> None:
    assert not can_be_requested(catalog, Work(dataset, period))


def test_the_checks_are_those_that_findings_name() -> None:
    assert set(CHECKS) == set(Check) - {Check.READ}
