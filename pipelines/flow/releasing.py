"""Release what has been composed, and keep what is derived from the release up to date."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from pipelines.catalog import index_sums
from pipelines.catalog import refresh_index as build_index
from pipelines.catalog.downloads import Refreshed, VersionFiles
from pipelines.catalog.downloads import make_downloads as make_version_downloads
from pipelines.catalog.downloads import refresh_downloads as bring_downloads_up
from pipelines.catalog.downloads.refreshing import Progress, no_progress
from pipelines.catalog.metadata import MetadataRefresh
from pipelines.catalog.metadata import refresh_metadata as make_metadata
from pipelines.core.errors import GongkaiError
from pipelines.disclose.reviews import Reviews
from pipelines.flow.catching_up import catch_up, forget_replaced
from pipelines.flow.data_docs import keep_results
from pipelines.flow.installation import Installation
from pipelines.flow.machine import machine_trouble
from pipelines.flow.recording import record_asked, record_closed
from pipelines.flow.results import ReleasedVersion, ReleaseResult, Work
from pipelines.portal import PortalRefresh
from pipelines.portal import refresh_portal as make_portal
from pipelines.publish import (
    Release,
    ReviewsOutdated,
    Segment,
    Store,
    is_released,
    latest_number,
    latest_snapshot,
    pending_candidates,
    registry_state,
    remove_candidates,
)
from pipelines.publish import release as publish
from pipelines.publish.release_notes import notes_sums, write_release_notes
from pipelines.publish.signing import heal_signatures, load_signing_key, signed_sums
from pipelines.publish.stores import require_create_only

_logger = logging.getLogger(__name__)


class CatalogMissing(GongkaiError):
    """The catalog's folder lacks releases that were made into it: going on would give their numbers out again."""

    message_id = "flow-catalog-missing"

    def __init__(self, folder: str, snapshot: int) -> None:
        super().__init__(folder=folder, snapshot=snapshot)


def require_catalog(inst: Installation) -> None:
    """Make sure that the released catalog is where it was, and that releases into it exclude each other.

    Raises:
        CatalogMissing: it was moved or deleted, or an older copy has taken its place.
        CreateOnlyMissing: its store cannot keep two releases apart.
    """
    require_releases(inst)
    require_create_only(inst.store, inst.workspace.store_cache)


def require_releases(inst: Installation) -> None:
    """Make sure that the catalog has all releases that were made into it.

    Raises:
        CatalogMissing: it was moved or deleted, or an older copy has taken its place.
    """
    released = inst.ledger.released()[1]
    if released > latest_number(inst.store):
        raise CatalogMissing(inst.store.address, released)


def pending_release(inst: Installation) -> bool:
    """Tell whether a release has anything to do: candidates to take up, descriptors that changed since the last, or
    what comes after the commit of one that did not come to its end. Signing comes last."""
    number = latest_number(inst.store)
    is_known = inst.ledger.released()[0] == release_state(inst, inst.reviews)
    if number and not (is_known and signed_sums(inst.store, number) is not None):
        return True
    snapshot, keys = latest_snapshot(inst.store), inst.processing_keys
    return any(
        is_released(inst.catalog, snapshot, dataset_id) and segment.processing_key == keys[dataset_id]
        for dataset_id, segment in pending_candidates(inst.workspace)
    )


def release_state(inst: Installation, reviews: Reviews) -> str:
    """Changes whenever something changes that decides what a release takes up, besides candidates."""
    return f"{registry_state(inst.catalog)} {reviews.head.sha256 or '-'}"


def release(inst: Installation) -> ReleaseResult:
    """Release all candidates as one catalog snapshot, and take out what may not be shown any more.

    Without either, only derived pointers are healed. What may be shown is told by the decisions and the day of the
    release, not by those that the installation was opened under: an officer may decide while deliveries are processed.
    """
    require_catalog(inst)
    with machine_trouble():
        catch_up(inst)
        inst, released, reviews = under_decisions(inst, _publish)
    forget_replaced(inst, released.replaced)
    for dataset_id, segment in released.outdated:
        _make_anew(inst, dataset_id, segment)
    number = released.snapshot.number if released.snapshot else 0
    inst.ledger.record_released(release_state(inst, reviews), number)
    keep_results(inst)
    tell(inst)
    versions = tuple(
        ReleasedVersion(
            dataset=manifest.dataset,
            version=str(manifest.version),
            previous=manifest.previous.version if manifest.previous else None,
            rows=manifest.rows,
            periods=tuple(segment.period for segment in manifest.segments),
            public_schema=manifest.schema,
        )
        for manifest in released.versions
    )
    snapshot = released.snapshot
    if snapshot is None:
        return ReleaseResult(None, None, (), waiting=released.waiting)
    return ReleaseResult(snapshot.number, snapshot.released, versions, released.withdrawn, released.notices,
                         released.waiting)  # fmt: skip


def under_decisions(
    inst: Installation, publishing: Callable[[Installation, Reviews], Release]
) -> tuple[Installation, Release, Reviews]:
    """Publish under the decisions as they stand, again if they are outdated by then.

    Returns:
        The installation under these decisions, the release, and the decisions.
    """
    while True:
        reviews = inst.reviews
        inst = inst.under(reviews)
        with contextlib.suppress(ReviewsOutdated):
            return inst, publishing(inst, reviews), reviews


def _publish(inst: Installation, reviews: Reviews) -> Release:
    _remove_stale_candidates(inst)
    if record_closed(inst) or record_asked(inst, reviews):
        raise ReviewsOutdated
    return publish(inst.workspace, inst.store, inst.catalog, inst.processing_keys, reviews, dt.datetime.now(dt.UTC))


def tell(inst: Installation) -> None:
    """Write the release notes of the newest snapshot, where they are not written yet."""
    with machine_trouble():
        snapshot = latest_snapshot(inst.store)
        if snapshot is not None:
            write_release_notes(inst.store, snapshot)


def refresh_index(inst: Installation) -> bool:
    """Make the DuckDB index stand for the latest snapshot; tell whether there is one."""
    with machine_trouble():
        return build_index(inst.store, inst.workspace.work)


def refresh_metadata(inst: Installation) -> MetadataRefresh:
    """Make the metadata stand for the latest snapshot and the registry; what breaks a rule is logged, too.

    Raises:
        ContractMissing: when a rule that documents are to keep is not there.
    """
    workspace = inst.workspace
    with machine_trouble(), inst.exclusive(Work("catalog", "metadata")):
        done = make_metadata(inst.store, inst.catalog, workspace.schema, workspace.metadata, workspace.work)
    for problem in done.problems:
        _logger.error("metadata: %s", problem.message.text())
    return done


def refresh_downloads(inst: Installation, progress: Progress = no_progress) -> Refreshed:
    """Make the latest versions' downloads; see :func:`pipelines.catalog.downloads.refresh_downloads`."""
    with machine_trouble():
        return bring_downloads_up(inst.store, inst.workspace.work, progress)


def refresh_portal(inst: Installation, progress: Progress = no_progress) -> PortalRefresh:
    """Make the portal's pages stand for the latest snapshot, the registry, and the negative list as it is in force."""
    workspace = inst.workspace
    with machine_trouble(), inst.exclusive(Work("catalog", "portal")):
        catalog = inst.under(inst.reviews).catalog
        scripts = workspace.browser_assets
        return make_portal(inst.store, catalog, workspace.portal, workspace.work, progress, scripts)


@dataclass(frozen=True)
class Derived:
    """What became of the files that are derived from a release."""

    downloads: Refreshed
    metadata: MetadataRefresh
    portal: PortalRefresh


def refresh_derived(
    inst: Installation, progress: Progress = no_progress, portal_progress: Progress = no_progress
) -> Derived:
    """Make everything that is derived from the latest snapshot stand for it.

    The last steps of every release: index, downloads, metadata, which name them, pages, which show both, signatures.

    Args:
        inst: the installation.
        progress: told of the downloads.
        portal_progress: told of the portal's pages.

    Raises:
        ContractMissing: when a rule that metadata are to keep is not there.
    """
    refresh_index(inst)
    derived = Derived(refresh_downloads(inst, progress), refresh_metadata(inst), refresh_portal(inst, portal_progress))
    sign_releases(inst)
    return derived


def make_downloads(inst: Installation, dataset: str, version: str | None) -> VersionFiles:
    """Make a version's downloads anew; see :func:`pipelines.catalog.downloads.make_downloads`."""
    with machine_trouble():
        return make_version_downloads(inst.store, inst.workspace.work, dataset, version)


def sign_releases(inst: Installation) -> tuple[int, ...]:
    """Sign the newest release with what is derived from it, and those that a crash left unsigned; their numbers.

    The last step of a release. The signing key is made when there is something to sign for the first time.
    """
    if not latest_number(inst.store):
        return ()
    with machine_trouble():
        return heal_signatures(inst.store, load_signing_key(inst.workspace), partial(_derived, inst.store))


def _derived(store: Store, snapshot: int) -> Mapping[str, str]:
    """What is signed with a snapshot besides the catalog itself; not metadata, which is replaced with every release."""
    return {**index_sums(store, snapshot), **notes_sums(store, snapshot)}


def _remove_stale_candidates(inst: Installation) -> None:
    """Candidates made under other descriptors than today's are not released; what replaces them is composed anew."""
    for dataset_id, segment in pending_candidates(inst.workspace):
        key = inst.processing_keys.get(dataset_id)
        if key is not None and segment.processing_key != key:
            _make_anew(inst, dataset_id, segment)


def _make_anew(inst: Installation, dataset_id: str, segment: Segment) -> None:
    """Have a candidate composed again that is not released as it is."""
    # First the ledger: a candidate that was gone and still recorded would never be made again.
    inst.ledger.forget_composition(Work(dataset_id, segment.period), segment.digest)
    remove_candidates(inst.workspace, [(dataset_id, segment)])
    _logger.info("%s %s: candidate of an older descriptor or release removed", dataset_id, segment.period)
