"""The installation's own catalog: its store, its signatures, and the index and downloads that are derived from it."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator

from pipelines.catalog import verify_index
from pipelines.catalog.downloads import verify_downloads
from pipelines.core.errors import CorruptStore
from pipelines.core.paths import Workspace
from pipelines.disclose.reviews import LedgerHead, ReviewLedger
from pipelines.flow.machine import machine_trouble
from pipelines.publish import load_snapshot, snapshot_numbers
from pipelines.publish.stores import Store, catalog_store
from pipelines.publish.verifying import CatalogReport, verify_catalog
from pipelines.publish.verifying.checking import Progress, no_progress
from pipelines.publish.verifying.problems import REVIEWS, StoreProblem


def verify_installed(workspace: Workspace, progress: Progress = no_progress) -> CatalogReport:
    """Everything that ``gongkai verify`` compares without a folder given.

    The index is looked at only where what it is derived from is sound.
    """
    with machine_trouble():
        store = catalog_store(workspace)
        report = verify_catalog(store, progress)
        report = dataclasses.replace(report, problems=(*report.problems, *_reviews(workspace, store)))
        if not report.problems and report.snapshots:
            report = dataclasses.replace(report, problems=tuple(sorted(verify_index(store, workspace.work))))
        return _with_downloads(report, store, progress)


def _with_downloads(report: CatalogReport, store: Store, progress: Progress) -> CatalogReport:
    with contextlib.suppress(CorruptStore):  # the latest snapshot, which has been told
        problems, notes, compared = verify_downloads(store, progress)
        return dataclasses.replace(
            report,
            problems=(*report.problems, *problems),
            notes=(*report.notes, *notes),
            files=report.files + len(compared),
            bytes=report.bytes + sum(entry.size for entry in compared),
        )
    return report


def _reviews(workspace: Workspace, store: Store) -> Iterator[StoreProblem]:
    """Whether the ledger of reviews is the one that every release was made under."""
    ledger, heads = ReviewLedger(workspace.reviews), set[LedgerHead]()
    for number in snapshot_numbers(store):
        with contextlib.suppress(CorruptStore):  # told by whoever looks at snapshots
            heads.add(load_snapshot(store, number).ledger_head)
    altered = ledger.altered(*heads)
    if altered is not None:
        yield StoreProblem(ledger.path.relative_to(workspace.data).as_posix(), REVIEWS, str(altered.entry))
