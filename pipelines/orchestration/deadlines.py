"""Deadlines in Dagster: one check per dataset that has any, and one sensor that asks for it when something changed.

Deadlines pass without anything being processed, so no run of a dataset would notice. The sensor compares what is
overdue with what it was when it last asked; a tick reads releases since the last one and what is open.
"""

# No postponed annotations here: Dagster looks at the type of an op's context itself.
import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from pipelines.core.errors import GongkaiError
from pipelines.core.paths import Workspace
from pipelines.flow import Installation, open_installation
from pipelines.flow.deadlines import Obligation, State, obligations
from pipelines.flow.escalation import escalate, to_escalate
from pipelines.orchestration.keys import DEADLINE_CHECK, DEADLINES_JOB, INSTALLATION, published_key
from pipelines.orchestration.texts import both, constant, line
from pipelines.registry import Catalog, Dataset

#: Overdue obligations shown in the UI; `gongkai deadlines` has all.
_SHOWN = 20
_COLUMNS = ("deadline", "period", "department", "responsible", "due_date", "days_overdue")
_SCHEMA = dg.TableSchema(
    columns=[dg.TableColumn(name, "int" if name == "days_overdue" else "string") for name in _COLUMNS]
)


def with_deadlines(catalog: Catalog) -> list[Dataset]:
    """Datasets that have deadlines."""
    return [dataset for dataset in catalog.datasets.values() if dataset.descriptor.deadlines]


def deadline_checks(datasets: Sequence[Dataset]) -> dg.AssetChecksDefinition:
    """The check of all datasets, in one op; afterwards it tells who has to be told."""

    @dg.multi_asset_check(
        name="catalog_deadlines",
        specs=[
            dg.AssetCheckSpec(
                DEADLINE_CHECK, asset=published_key(dataset), description=constant("orchestration-check-deadline")
            )
            for dataset in datasets
        ],
        required_resource_keys={INSTALLATION},
        # Whoever materialises one asset in the UI has its checks made with it.
        can_subset=True,
    )
    def deadlines(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        installation: Installation = getattr(context.resources, INSTALLATION)
        at = dt.datetime.now(dt.UTC)
        try:
            found = open_by_dataset(installation, at)
            for dataset in datasets:
                if _key(dataset) in context.selected_asset_check_keys:
                    yield deadline_check(dataset, found.get(dataset.id, []), at)
            # Only the run for it tells somebody: who makes one check in the UI does not expect mail to go out.
            told = escalate(installation, at, _overdue(found, at)) if context.run.job_name == DEADLINES_JOB else []
        except GongkaiError as error:
            raise dg.Failure(description=error.message.text(), allow_retries=False) from error
        failed = [entry.message for entry in told if entry.message is not None]
        context.log.info(line("orchestration-escalated", messages=len(told) - len(failed)))
        if failed:
            # They are written down, and handed over again by the next run.
            raise dg.Failure(description=both("orchestration-not-escalated", messages=len(failed),
                                              reason=failed[0].text()), allow_retries=False)  # fmt: skip

    return deadlines


def open_by_dataset(inst: Installation, at: dt.datetime) -> Mapping[str, list[Obligation]]:
    """What is open at a time, by dataset."""
    found: defaultdict[str, list[Obligation]] = defaultdict(list)
    for obligation in obligations(inst, at, open_only=True):
        found[obligation.dataset].append(obligation)
    return found


def _overdue(found: Mapping[str, list[Obligation]], at: dt.datetime) -> list[Obligation]:
    return [entry for entries in found.values() for entry in entries if entry.state(at) is State.OVERDUE]


def deadline_check(dataset: Dataset, entries: Sequence[Obligation], at: dt.datetime) -> dg.AssetCheckResult:
    """The check of one dataset: fails as a warning where something is overdue.

    Args:
        dataset: whose it is.
        entries: what is open.
        at: the time.
    """
    counts = {state: sum(entry.state(at) is state for entry in entries) for state in State}
    overdue = sorted((entry for entry in entries if entry.state(at) is State.OVERDUE), key=lambda entry: entry.due)
    metadata: dict[str, Any] = {
        state.value: counts[state] for state in (State.OVERDUE, State.UNCERTAIN, State.DUE_SOON, State.DUE)
    }
    if overdue:
        rows = [entry.row(at) for entry in overdue[:_SHOWN]]
        records = [dg.TableRecord({name: row[name] for name in _COLUMNS}) for row in rows]
        metadata["obligations"] = dg.MetadataValue.table(records, _SCHEMA)
    return dg.AssetCheckResult(
        asset_key=published_key(dataset),
        check_name=DEADLINE_CHECK,
        passed=not overdue,
        severity=dg.AssetCheckSeverity.WARN,
        description=both("orchestration-deadline-state", overdue=counts[State.OVERDUE], soon=counts[State.DUE_SOON],
                         uncertain=counts[State.UNCERTAIN]),
        metadata=metadata,
    )  # fmt: skip


def deadlines_job(datasets: Sequence[Dataset]) -> "dg.UnresolvedAssetJobDefinition":
    """The job of the checks."""
    return dg.define_asset_job(
        DEADLINES_JOB, selection=checks_of(datasets), description=constant("orchestration-deadlines-job")
    )


def checks_of(datasets: Sequence[Dataset]) -> dg.AssetSelection:
    """The checks of deadlines of datasets: nothing that processes a delivery makes them."""
    return dg.AssetSelection.checks(*(_key(dataset) for dataset in datasets))


def _key(dataset: Dataset) -> dg.AssetCheckKey:
    return dg.AssetCheckKey(published_key(dataset), DEADLINE_CHECK)


def deadlines_sensor(workspace: Workspace, job: "dg.UnresolvedAssetJobDefinition") -> dg.SensorDefinition:
    """A sensor that asks for the job when what is overdue changed, at least once a day, and while messages wait."""

    @dg.sensor(
        name="deadlines",
        job=job,
        minimum_interval_seconds=600,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=constant("orchestration-deadlines-sensor"),
    )
    def deadlines(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        with open_installation(workspace) as installation:
            return evaluate(installation, context.cursor, dt.datetime.now(dt.UTC))

    return deadlines


def evaluate(inst: Installation, cursor: str | None, at: dt.datetime) -> dg.SensorResult:
    """What a tick at a time asks for; ``cursor`` is what the last one has seen."""
    overdue = _overdue(open_by_dataset(inst, at), at)
    waiting = sorted(entry.notice.id for entry in to_escalate(inst, at, overdue))
    # The day too, since days overdue are shown; while messages wait, the hour: they are tried again once in each.
    clock = at.astimezone(ZoneInfo(inst.catalog.descriptor.time_zone))
    seen = [
        f"{clock:%Y-%m-%dT%H}" if waiting else f"{clock:%Y-%m-%d}",
        *sorted(entry.key for entry in overdue),
        *waiting,
    ]
    digest = hashlib.sha256("\n".join(seen).encode()).hexdigest()[:32]
    if digest == cursor:
        return dg.SensorResult(
            skip_reason=line("orchestration-deadlines-unchanged", overdue=len(overdue)), cursor=digest
        )
    request = dg.RunRequest(run_key=f"deadlines:{clock:%Y-%m-%dT%H:%M:%S}:{digest}")
    return dg.SensorResult(run_requests=[request], cursor=digest)
