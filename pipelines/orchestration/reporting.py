"""Runs in a terminal are shown in Dagster too: as a run of the job ``terminal``, with the same events as its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg
from dagster._core.events import AssetObservationData, StepMaterializationData

from pipelines.core.messages import Message
from pipelines.core.paths import Workspace
from pipelines.flow.results import PeriodResult, ReleaseResult
from pipelines.orchestration.checks import check_outcomes
from pipelines.orchestration.home import prepare_home
from pipelines.orchestration.keys import INDEX_KEY, RELEASE_KEY, published_key
from pipelines.orchestration.materialisations import (
    DATA_VERSION_TAG,
    materialisations,
    news,
    release_data_version,
    release_metadata,
    version_observation,
)
from pipelines.orchestration.partitions import partition_key
from pipelines.orchestration.release import descriptors_check, index_metadata, registers_check, review_check
from pipelines.orchestration.transactions import stored_together
from pipelines.publish.stores import catalog_store
from pipelines.registry import Catalog, Dataset

_CODE_VERSION_TAG = "dagster/code_version"
_Data = dg.AssetCheckEvaluation | StepMaterializationData | AssetObservationData
#: Job that terminal runs are filed under; it is not defined, so it cannot be launched.
TERMINAL_JOB = "terminal"


def report_run(workspace: Workspace, catalog: Catalog, results: Sequence[PeriodResult],
               release: ReleaseResult | None, registers: Message | None = None) -> None:  # fmt: skip
    """Report what a terminal run has done to Dagster's storage.

    Args:
        workspace: whose run it was.
        catalog: its registry; results of datasets that it does not have are left out.
        results: of every (dataset, period) that there was something to do for. As in Dagster's own runs, their
            checks are always told, their assets only when they are new to Dagster.
        release: what was released, if anything.
        registers: why registers could not be told after it, if so.
    """
    prepare_home(workspace)
    with dg.DagsterInstance.get() as instance, stored_together(instance) as commit:
        run = instance.add_run(dg.DagsterRun(job_name=TERMINAL_JOB, status=dg.DagsterRunStatus.SUCCESS))
        report = _Report(instance, run.run_id)
        for result in results:
            dataset = catalog.datasets.get(result.work.dataset)
            if dataset is not None:
                _report_period(report, workspace, dataset, result)
                commit()
        if release is not None and release.versions:
            _report_release(report, workspace, catalog, release)
        if release is not None:
            report.check(_evaluation(review_check(release.waiting)))
            report.check(_evaluation(registers_check(registers)))
        report.event(dg.DagsterEventType.RUN_SUCCESS)


@dataclass(frozen=True)
class _Report:
    """One terminal run in Dagster's storage.

    Not ``report_runless_asset_event``: Dagster keeps one evaluation per check, partition and run, so the second
    that belongs to no run fails; and only a check of the same run surely counts for a materialisation.
    """

    instance: dg.DagsterInstance
    run_id: str

    def event(self, kind: dg.DagsterEventType, data: _Data | None = None) -> None:
        event = dg.DagsterEvent(kind.value, TERMINAL_JOB, event_specific_data=data)
        self.instance.report_dagster_event(event, self.run_id)

    def check(self, evaluation: dg.AssetCheckEvaluation) -> None:
        self.event(dg.DagsterEventType.ASSET_CHECK_EVALUATION, evaluation)

    def materialised(self, materialization: dg.AssetMaterialization) -> None:
        self.event(dg.DagsterEventType.ASSET_MATERIALIZATION, StepMaterializationData(materialization))

    def observed(self, observation: dg.AssetObservation) -> None:
        self.event(dg.DagsterEventType.ASSET_OBSERVATION, AssetObservationData(observation))


def _report_period(report: _Report, workspace: Workspace, dataset: Dataset, result: PeriodResult) -> None:
    partition = partition_key(dataset.period(result.work.period))
    for state in news(report.instance, materialisations(dataset, result, workspace), partition):
        report.materialised(
            dg.AssetMaterialization(
                asset_key=state.key,
                partition=partition,
                metadata=state.metadata,
                tags={DATA_VERSION_TAG: state.data_version, _CODE_VERSION_TAG: dataset.digest},
            )
        )
    for outcome in check_outcomes(result, workspace.private):
        report.check(
            dg.AssetCheckEvaluation(
                asset_key=published_key(dataset),
                check_name=outcome.check.value,
                passed=outcome.passed,
                severity=outcome.severity,
                description=outcome.description,
                metadata=outcome.metadata,
                partition=partition,
            )
        )


def _report_release(report: _Report, workspace: Workspace, catalog: Catalog, release: ReleaseResult) -> None:
    for version in release.versions:
        dataset = catalog.datasets.get(version.dataset)
        if dataset is not None:
            report.observed(version_observation(dataset, version))
    report.materialised(
        dg.AssetMaterialization(
            asset_key=RELEASE_KEY,
            metadata=release_metadata(release),
            tags={DATA_VERSION_TAG: release_data_version(release)},
        )
    )
    found = index_metadata(catalog_store(workspace), catalog)
    report.materialised(dg.AssetMaterialization(asset_key=INDEX_KEY, metadata=found))
    report.check(_evaluation(descriptors_check(catalog)))


def _evaluation(result: dg.AssetCheckResult) -> dg.AssetCheckEvaluation:
    """A check of the release as an event."""
    return dg.AssetCheckEvaluation(
        asset_key=RELEASE_KEY,
        check_name=str(result.check_name),
        passed=result.passed,
        severity=result.severity,
        description=result.description,
        metadata=result.metadata,
    )
