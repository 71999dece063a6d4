"""The installation's own catalog: its store, its signatures, and the index that is derived from it."""

from __future__ import annotations

import dataclasses

from pipelines.catalog import verify_index
from pipelines.core.paths import Workspace
from pipelines.flow.machine import machine_trouble
from pipelines.publish.stores import catalog_store
from pipelines.publish.verifying import CatalogReport, verify_catalog
from pipelines.publish.verifying.checking import Progress, no_progress


def verify_installed(workspace: Workspace, progress: Progress = no_progress) -> CatalogReport:
    """Everything that ``gongkai verify`` compares without a folder given.

    The index is looked at only where what it is derived from is sound.
    """
    with machine_trouble():
        store = catalog_store(workspace)
        report = verify_catalog(store, progress)
        if report.problems or not report.snapshots:
            return report
        return dataclasses.replace(report, problems=tuple(sorted(verify_index(store, workspace.work))))
