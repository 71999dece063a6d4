"""One op per dataset that yields its two assets and four checks: cost follows events and ops, so both are few."""

# No postponed annotations here: Dagster looks at the type of an op's context itself.
import warnings
from collections.abc import Iterator

import dagster as dg

from pipelines.core.errors import GongkaiError
from pipelines.core.messages import translate
from pipelines.flow import Installation, Work, process
from pipelines.orchestration.checks import CheckOutcome, check_outcomes
from pipelines.orchestration.columns import column_schema
from pipelines.orchestration.keys import (
    CHECKS,
    INSTALLATION,
    PERIOD_CLASS_TAG,
    deliveries_key,
    published_key,
)
from pipelines.orchestration.materialisations import Materialisation, materialisations, news
from pipelines.orchestration.partitions import partitions_for, period_text
from pipelines.orchestration.texts import constant, line
from pipelines.registry import Catalog, Dataset

Event = dg.MaterializeResult[None] | dg.AssetCheckResult


def dataset_assets(catalog: Catalog) -> list[dg.AssetsDefinition]:
    """One assets definition per usable dataset."""
    depths: dict[str, int] = {}
    for dataset_id in catalog.order:
        related = catalog.datasets[dataset_id].related
        depths[dataset_id] = max((depths[name] + 1 for name in related if name in depths), default=0)
    return [_assets(catalog, dataset, depths[dataset_id]) for dataset_id, dataset in sorted(catalog.datasets.items())]


def _assets(catalog: Catalog, dataset: Dataset, depth: int) -> dg.AssetsDefinition:
    partitions = partitions_for(dataset.period_class, catalog.descriptor.first_year)

    @dg.multi_asset(
        # Prefixed: a dataset may be called "release".
        name=f"dataset_{dataset.id}",
        specs=[_deliveries_spec(dataset), _published_spec(dataset)],
        check_specs=_check_specs(dataset, partitions),
        partitions_def=partitions,
        required_resource_keys={INSTALLATION},
        can_subset=False,
        # Referenced datasets go first within a run. Not a dependency: an unchanged dataset yields nothing,
        # and Dagster would skip all that depends on it.
        op_tags={"dagster/priority": str(-depth)},
    )
    def process_dataset(context: dg.AssetExecutionContext) -> Iterator[Event]:
        installation: Installation = getattr(context.resources, INSTALLATION)
        key = context.partition_key if context.has_partition_key else None
        work = Work(dataset.id, period_text(dataset.period_class, key))
        try:
            result = process(installation, work)
        except GongkaiError as error:
            raise dg.Failure(description=error.message.text(), allow_retries=False) from error
        states = news(context.instance, materialisations(dataset, result, installation.workspace), key)
        yield from _events(dataset, states, check_outcomes(result, installation.workspace.private))
        if result.unfinished or result.not_landed:
            # What could be done is told above; the run fails so that somebody looks and the next one tries again.
            told = [*result.unfinished, *(entry.path for entry in result.not_landed)]
            raise dg.Failure(description=line("orchestration-unfinished", names=", ".join(told)), allow_retries=True)
        installation.ledger.mark_reported([work])

    return process_dataset


def _events(dataset: Dataset, states: list[Materialisation], outcomes: list[CheckOutcome]) -> Iterator[Event]:
    """What the op tells Dagster. Checks are always told: a declared check that is not yielded fails the step."""
    for state in states:
        yield dg.MaterializeResult(
            asset_key=state.key, metadata=state.metadata, data_version=dg.DataVersion(state.data_version)
        )
    for outcome in outcomes:
        yield dg.AssetCheckResult(
            asset_key=published_key(dataset),
            check_name=outcome.check.value,
            passed=outcome.passed,
            severity=outcome.severity,
            description=outcome.description,
            metadata=outcome.metadata,
        )


def _deliveries_spec(dataset: Dataset) -> dg.AssetSpec:
    title = dataset.descriptor.title
    return dg.AssetSpec(
        deliveries_key(dataset),
        description="\n\n".join(
            translate("orchestration-deliveries", language, title=title.in_language(language))
            for language in ("zh", "en")
        ),
        group_name=dataset.theme,
        owners=_owners(dataset),
        tags=_tags(dataset),
        code_version=dataset.digest,
        skippable=True,
    )


def _published_spec(dataset: Dataset) -> dg.AssetSpec:
    descriptor = dataset.descriptor
    return dg.AssetSpec(
        published_key(dataset),
        deps=[deliveries_key(dataset)],
        description="\n\n".join(
            f"{descriptor.title.in_language(lang)}: {descriptor.description.in_language(lang)}" for lang in ("zh", "en")
        ),
        # The schema goes on this asset alone: it is half of what Dagster has to load per dataset.
        metadata={"dagster/column_schema": column_schema(dataset)},
        group_name=dataset.theme,
        owners=_owners(dataset),
        tags=_tags(dataset),
        kinds={"parquet", "duckdb"},
        code_version=dataset.digest,
        skippable=True,
    )


def _check_specs(dataset: Dataset, partitions: dg.PartitionsDefinition[str] | None) -> list[dg.AssetCheckSpec]:
    with warnings.catch_warnings():
        # Checks by partition are "in preview": without them a good month would hide a bad one.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return [
            dg.AssetCheckSpec(
                check.value,
                asset=published_key(dataset),
                description=constant(f"orchestration-check-{check.value.replace('_', '-')}"),
                partitions_def=partitions,
            )
            for check in CHECKS
        ]


def _owners(dataset: Dataset) -> list[str]:
    return [f"team:{organisation}" for organisation in dataset.descriptor.publishers]


def _tags(dataset: Dataset) -> dict[str, str]:
    return {
        PERIOD_CLASS_TAG: dataset.period_class.value,
        "gongkai/disclosure_class": dataset.descriptor.disclosure_class.value,
    }
