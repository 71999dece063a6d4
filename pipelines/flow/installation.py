"""One opened installation: the workspace, its descriptors, its ledger and its surrogate key."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.core.files import PRIVATE_FOLDER_MODE
from pipelines.core.paths import Workspace
from pipelines.disclose import SurrogateKey, load_surrogate_key
from pipelines.disclose.negative_list import under
from pipelines.disclose.reviews import Reviews, load_reviews
from pipelines.disclose.reviews.lists import list_in_force
from pipelines.flow.ledger import Ledger
from pipelines.flow.rebuild import rebuild_ledger
from pipelines.flow.results import Work
from pipelines.publish import Store
from pipelines.publish.stores import catalog_store
from pipelines.registry import Catalog, current_catalog
from pipelines.registry.negative_list import NegativeList

#: Raised when a change of the stages changes their results, so that stored outcomes are made anew.
PROCESSING_REVISION = 4


@dataclass(frozen=True)
class InForce:
    """What an installation's catalog bars: by which negative list, and on which day."""

    listed: NegativeList
    day: dt.date

    @classmethod
    def now(cls, workspace: Workspace, declared: Catalog, reviews: Reviews) -> InForce:
        """The list that these decisions put in force, today."""
        return cls(list_in_force(workspace.reviews, reviews, declared.negative_list), local_today(declared))


@dataclass(frozen=True)
class Installation:
    """What every part of the flow needs. Open it with :func:`open_installation`.

    ``catalog`` is what the descriptors declare with what is barred; ``declared`` is without.
    """

    workspace: Workspace
    catalog: Catalog
    ledger: Ledger
    key: SurrogateKey
    declared: Catalog
    in_force: InForce

    def under(self, reviews: Reviews) -> Installation:
        """The installation as it would be opened under these decisions, if they bar something else or do not stand by
        what it was opened under: the negative list, the day, clearances of findings. Else itself; what has been cleared
        since waits for the next one."""
        in_force = InForce.now(self.workspace, self.declared, reviews)
        revoked = any(marks - reviews.cleared_marks(name) for name, marks in self.cleared_marks.items() if marks)
        if in_force == self.in_force and not revoked:
            return self
        return replace(self, catalog=under(self.declared, in_force.listed, in_force.day), in_force=in_force)

    @cached_property
    def processing_keys(self) -> dict[str, str]:
        """Per dataset, the hash of everything its outcomes depend on besides the delivered bytes."""
        keys = {}
        for dataset_id, dataset in self.catalog.datasets.items():
            parts = [str(PROCESSING_REVISION), dataset.digest, self.key.id, *sorted(self.cleared_marks[dataset_id])]
            keys[dataset_id] = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return keys

    @cached_property
    def cleared_marks(self) -> dict[str, frozenset[str]]:
        """Per dataset, the personal-data findings that its outcomes are decided without: as read with their keys."""
        reviews = self.reviews
        return {dataset_id: reviews.cleared_marks(dataset_id) for dataset_id in self.catalog.datasets}

    @property
    def negative_list(self) -> NegativeList:
        """The negative list in force, which need not be the registry's: changes of that wait for an approval."""
        return list_in_force(self.workspace.reviews, self.reviews, self.catalog.negative_list)

    @property
    def reviews(self) -> Reviews:
        """What officers have decided until now.

        Raises:
            ReviewsAltered: the ledger of reviews is not what it was.
        """
        return load_reviews(self.workspace.reviews)

    @cached_property
    def store(self) -> Store:
        """Where the catalog is published."""
        return catalog_store(self.workspace)

    @contextlib.contextmanager
    def exclusive(self, work: Work) -> Iterator[None]:
        """Only one process at a time processes a dataset and period; the others wait."""
        folder = self.workspace.private / "locks"
        folder.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
        handle = os.open(folder / f"{work.dataset}.{work.period}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    @contextlib.contextmanager
    def scratch(self, name: str) -> Iterator[Path]:
        """An empty private folder, removed on leaving; a killed process's is removed by the next one."""
        folder = self.workspace.work / f"{os.getpid()}-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=PRIVATE_FOLDER_MODE)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def local_today(catalog: Catalog) -> dt.date:
    """The day by the catalog's clock."""
    return dt.datetime.now(ZoneInfo(catalog.descriptor.time_zone)).date()


def now() -> str:
    """The time, for records: UTC, ISO 8601 to the microsecond."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")


@contextlib.contextmanager
def open_installation(workspace: Workspace) -> Iterator[Installation]:
    """Open a workspace: create missing folders, load descriptors, open the ledger (rebuilding a lost one).

    Raises:
        CatalogUnusable: ``catalog.yaml``, the organisations or the negative list have problems.
        ReviewsAltered: the ledger of reviews is not what it was.
    """
    declared = current_catalog(workspace.schema)
    in_force = InForce.now(workspace, declared, load_reviews(workspace.reviews))
    catalog = under(declared, in_force.listed, in_force.day)
    workspace.prepare()
    _remove_leftovers(workspace.work)
    ledger = Ledger(workspace.ledger)
    try:
        if ledger.is_empty():
            rebuild_ledger(workspace, ledger)
        yield Installation(workspace, catalog, ledger, load_surrogate_key(workspace), declared, in_force)
    finally:
        ledger.close()


def _remove_leftovers(work: Path) -> None:
    for folder in work.iterdir():
        process = folder.name.partition("-")[0]
        if not process.isdigit() or not Path("/proc", process).exists():
            shutil.rmtree(folder, ignore_errors=True)
