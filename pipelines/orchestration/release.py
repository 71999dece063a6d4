"""The two assets of a release: one release takes all datasets that have changed since the last."""

# No postponed annotations here: Dagster looks at the type of an op's context itself.
import datetime as dt
from collections.abc import Iterator, Sequence

import dagster as dg

from pipelines.core.errors import GongkaiError
from pipelines.core.messages import Message
from pipelines.flow import Installation, refresh_derived, release
from pipelines.flow.registers import try_registers
from pipelines.orchestration.keys import INDEX_KEY, INSTALLATION, RELEASE_KEY, published_key
from pipelines.orchestration.materialisations import release_data_version, release_metadata, version_observation
from pipelines.orchestration.texts import both, constant
from pipelines.publish import FolderStore, Store, Waiting
from pipelines.registry import Catalog, Problem

Event = dg.MaterializeResult[None] | dg.AssetCheckResult

#: Check on the release: do all dataset folders load?
DESCRIPTORS_CHECK = "descriptors"
#: Check on the release: is everything approved that has to be?
REVIEW_CHECK = "review"
#: Check on the release: do registers say what was released?
REGISTERS_CHECK = "registers"

_PROBLEMS = dg.TableSchema(
    columns=[
        dg.TableColumn("file", "string"),
        dg.TableColumn("line", "int"),
        dg.TableColumn("key", "string"),
        dg.TableColumn("message_zh", "string"),
        dg.TableColumn("remedy_zh", "string"),
        dg.TableColumn("message_en", "string"),
        dg.TableColumn("remedy_en", "string"),
    ]
)
_WAITING = dg.TableSchema(
    columns=[
        dg.TableColumn("dataset", "string"),
        dg.TableColumn("subject", "string"),
        dg.TableColumn("digest", "string"),
        dg.TableColumn("rejected", "bool"),
    ]
)
_SHOWN_PROBLEMS = 50


def release_assets(catalog: Catalog) -> list[dg.AssetsDefinition]:
    """``catalog/release`` and ``catalog/index``, downstream of every public asset."""

    @dg.multi_asset(
        name="catalog_release",
        specs=[
            dg.AssetSpec(
                RELEASE_KEY,
                deps=[published_key(dataset) for dataset in catalog.datasets.values()],
                description=constant("orchestration-release"),
                group_name="catalog",
                owners=[catalog.descriptor.contact],
                kinds={"parquet"},
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(
                DESCRIPTORS_CHECK, asset=RELEASE_KEY, description=constant("orchestration-check-descriptors")
            ),
            dg.AssetCheckSpec(REVIEW_CHECK, asset=RELEASE_KEY, description=constant("orchestration-check-review")),
            dg.AssetCheckSpec(
                REGISTERS_CHECK, asset=RELEASE_KEY, description=constant("orchestration-check-registers")
            ),
        ],
        required_resource_keys={INSTALLATION},
    )
    def catalog_release(context: dg.AssetExecutionContext) -> Iterator[Event]:
        installation: Installation = getattr(context.resources, INSTALLATION)
        try:
            result = release(installation)
        except GongkaiError as error:
            raise dg.Failure(description=error.message.text(), allow_retries=False) from error
        for version in result.versions:
            dataset = installation.catalog.datasets.get(version.dataset)
            if dataset is not None:
                context.log_event(version_observation(dataset, version))
        yield dg.MaterializeResult(
            asset_key=RELEASE_KEY,
            metadata=release_metadata(result),
            data_version=dg.DataVersion(release_data_version(result)),
        )
        yield descriptors_check(installation.catalog)
        yield review_check(result.waiting)
        # The inbox sensor takes them like any other delivery.
        yield registers_check(try_registers(installation, dt.datetime.now(dt.UTC)).failure)

    @dg.multi_asset(
        name="catalog_index",
        specs=[
            dg.AssetSpec(
                INDEX_KEY,
                deps=[RELEASE_KEY],
                description=constant("orchestration-index"),
                group_name="catalog",
                owners=[catalog.descriptor.contact],
                kinds={"duckdb"},
            )
        ],
        required_resource_keys={INSTALLATION},
    )
    def catalog_index(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        installation: Installation = getattr(context.resources, INSTALLATION)
        try:
            derived = refresh_derived(installation)
        except GongkaiError as error:
            raise dg.Failure(description=error.message.text(), allow_retries=False) from error
        for dataset, reason in derived.downloads.failed.items():
            context.log.error(both("cli-downloads-failed", dataset=dataset, reason=reason.text()))
        for problem in derived.metadata.problems:
            context.log.warning(problem.message.text())
        for told in derived.portal.failed.values():
            context.log.error(both(told.id, **told.params))
        problems = {
            "downloads_failed": dg.MetadataValue.int(len(derived.downloads.failed)),
            "metadata_problems": dg.MetadataValue.int(len(derived.metadata.problems)),
            "portal_failed": dg.MetadataValue.int(len(derived.portal.failed)),
        }
        found = index_metadata(installation.store, installation.catalog)
        return dg.MaterializeResult(asset_key=INDEX_KEY, metadata={**found, **problems})

    return [catalog_release, catalog_index]


def index_metadata(store: Store, catalog: Catalog) -> dict[str, dg.MetadataValue]:
    """Where the index is, and the portal: on the web, where the catalog has an address there."""
    address = store.root.as_uri() if isinstance(store, FolderStore) else store.address
    portal = catalog.descriptor.base_url or f"{address}/index.html"
    return {"dagster/uri": dg.MetadataValue.text(f"{address}/catalog.duckdb"), "portal": dg.MetadataValue.url(portal)}


def descriptors_check(catalog: Catalog) -> dg.AssetCheckResult:
    """Fails as a warning when a dataset folder has problems: it is left out, and the others work."""
    problems = catalog.problems
    metadata: dict[str, dg.MetadataValue] = {"problems": dg.MetadataValue.int(len(problems))}
    if problems:
        metadata["table"] = dg.MetadataValue.table([_problem(entry) for entry in problems[:_SHOWN_PROBLEMS]], _PROBLEMS)
    return dg.AssetCheckResult(
        asset_key=RELEASE_KEY,
        check_name=DESCRIPTORS_CHECK,
        passed=not problems,
        severity=dg.AssetCheckSeverity.WARN,
        description=both("orchestration-descriptors", problems=len(problems), datasets=len(catalog.datasets)),
        metadata=metadata,
    )


def review_check(waiting: Sequence[Waiting]) -> dg.AssetCheckResult:
    """Fails until an officer has approved what waits for it; what waits is not published, and stops nothing else."""
    names = [f"{entry.dataset} ({entry.digest[:12]})" for entry in waiting]
    text = "orchestration-review-waiting" if waiting else "orchestration-review-cleared"
    records = [
        dg.TableRecord({"dataset": entry.dataset, "subject": entry.kind.value, "digest": entry.digest,
                        "rejected": entry.rejected})
        for entry in waiting
    ]  # fmt: skip
    return dg.AssetCheckResult(
        asset_key=RELEASE_KEY,
        check_name=REVIEW_CHECK,
        passed=not waiting,
        severity=dg.AssetCheckSeverity.WARN,
        description=both(text, subjects=", ".join(names)),
        metadata={"waiting": dg.MetadataValue.table(records, _WAITING)} if records else {},
    )


def registers_check(failure: Message | None) -> dg.AssetCheckResult:
    """Fails as a warning when registers could not be told: what was released stands, and they say what they said."""
    description = both("orchestration-registers-told")
    if failure is not None:
        description = both("orchestration-registers-failed") + "\n\n" + both(failure.id, **failure.params)
    return dg.AssetCheckResult(
        asset_key=RELEASE_KEY,
        check_name=REGISTERS_CHECK,
        passed=failure is None,
        severity=dg.AssetCheckSeverity.WARN,
        description=description,
    )


def _problem(problem: Problem) -> dg.TableRecord:
    return dg.TableRecord(
        {
            "file": problem.file,
            "line": problem.line,
            "key": problem.key,
            "message_zh": problem.message.text("zh"),
            "remedy_zh": problem.remedy.text("zh"),
            "message_en": problem.message.text("en"),
            "remedy_en": problem.remedy.text("en"),
        }
    )
