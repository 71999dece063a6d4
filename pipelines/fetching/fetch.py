"""Fetching: every source on its own, the files of one inbox folder placed together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from pipelines.core.errors import UnsafePath
from pipelines.core.files import sha256_of
from pipelines.core.messages import Message
from pipelines.core.paths import Workspace, join_inside
from pipelines.core.records import DeliveryKey
from pipelines.fetching.errors import FetchFailed, machine_failed
from pipelines.fetching.hosts import HostPolicy
from pipelines.fetching.placing import place
from pipelines.fetching.plan import Wanted
from pipelines.fetching.store import Brought, SourceStore, exclusive
from pipelines.fetching.transfer import Advance
from pipelines.fetching.ways import way_of
from pipelines.ingest.provenance import remember_origin
from pipelines.registry import Catalog


class Outcome(StrEnum):
    """What became of a source."""

    PLACED = "placed"
    UNCHANGED = "unchanged"
    HELD = "held"
    FAILED = "failed"


@dataclass(frozen=True)
class Fetched:
    """What became of a source; ``path`` is relative to the inbox, ``size`` in bytes where something came."""

    wanted: Wanted
    outcome: Outcome
    path: str = ""
    size: int | None = None
    message: Message | None = None
    remedy: Message | None = None


@dataclass(frozen=True)
class _Ready:
    """A file that came and differs from the inbox's."""

    wanted: Wanted
    store: SourceStore
    path: str
    size: int
    brought: Brought

    def told(self, outcome: Outcome, failed: FetchFailed | None = None) -> Fetched:
        if failed is None:
            return Fetched(self.wanted, outcome, self.path, self.size)
        return Fetched(self.wanted, outcome, self.path, self.size, failed.message, failed.remedy)


def fetch(workspace: Workspace, catalog: Catalog, wanted: Sequence[Wanted],
          begin: Callable[[Wanted], Advance]) -> Iterator[Fetched]:  # fmt: skip
    """Bring sources into the inbox.

    Where one file of a delivery fails, the delivery's other files are held back: a part of them would be
    taken for the whole. All other deliveries are brought.

    Args:
        workspace: Whose inbox.
        catalog: Says which hosts may be reached.
        wanted: The sources.
        begin: Called with each source before it is fetched; returns what is told of its progress.

    Raises:
        FetchUnderWay: when another process is fetching.
    """
    with exclusive(workspace):
        fetcher = _Fetcher(workspace, catalog, begin)
        ordered = sorted(wanted, key=_folder_of)
        for _, group in groupby(ordered, key=_folder_of):
            yield from fetcher.folder(list(group))


def _folder_of(wanted: Wanted) -> tuple[str, str, str]:
    return wanted.dataset.id, wanted.period or "", wanted.source.organisation


class _Fetcher:
    def __init__(self, workspace: Workspace, catalog: Catalog, begin: Callable[[Wanted], Advance]) -> None:
        self._workspace, self._begin = workspace, begin
        descriptor = catalog.descriptor
        self._first_year = descriptor.first_year
        self._policy = HostPolicy(descriptor.fetch_hosts, descriptor.fetch_private_hosts)

    def folder(self, group: Sequence[Wanted]) -> Iterator[Fetched]:
        """Fetch the sources of one inbox folder, and place what came if all did."""
        results = [self._one(wanted) for wanted in group]
        ready = [entry for entry in results if isinstance(entry, _Ready)]
        failure: FetchFailed | None = None
        if any(isinstance(entry, Fetched) and entry.outcome is Outcome.FAILED for entry in results):
            outcome, failure = Outcome.HELD, FetchFailed("fetch-held")
        else:
            outcome = Outcome.PLACED
            try:
                self._place(group[0], ready)
            except OSError as problem:
                outcome, failure = Outcome.FAILED, machine_failed(problem)
        for entry in results:
            yield entry.told(outcome, failure) if isinstance(entry, _Ready) else entry
            if isinstance(entry, _Ready):
                entry.store.discard()

    def _one(self, wanted: Wanted) -> _Ready | Fetched:
        advance = self._begin(wanted)
        try:
            return self._brought(wanted, wanted.key(self._first_year), advance)
        except FetchFailed as told:
            failed = told
        except UnsafePath as unsafe:
            failed = FetchFailed("fetch-place", **unsafe.message.params)
        except OSError as problem:
            failed = machine_failed(problem)
        return Fetched(wanted, Outcome.FAILED, message=failed.message, remedy=failed.remedy)

    def _brought(self, wanted: Wanted, key: DeliveryKey, advance: Advance) -> _Ready | Fetched:
        path = f"{key.organisation}/{key.dataset}/{key.period}/{wanted.source.file}"
        target = join_inside(self._workspace.inbox, path)
        store = SourceStore.of(self._workspace, key, wanted.state)
        checksum = wanted.foreign.checksum if wanted.foreign is not None else None
        vouched = (checksum.algorithm, checksum.value) if checksum is not None else ()
        way = way_of(wanted.source, key.period, store, self._policy, advance, vouched)
        last = store.brought(way.origin) if target.is_file() else None
        if last is not None and vouched:
            return Fetched(wanted, Outcome.UNCHANGED, path)  # what was brought came to the checksum that is still given
        if not way.run(last.validators if last is not None else None):
            return Fetched(wanted, Outcome.UNCHANGED, path)
        if wanted.foreign is not None and checksum is not None and not checksum.fits(store.part):
            kept = store.keep("refused")
            raise wanted.foreign.mismatch(wanted.source.file, kept.relative_to(self._workspace.data).as_posix())
        size = store.part.stat().st_size
        brought = Brought(way.origin, sha256_of(store.part), store.part_validators())
        if not _is_there(target, brought, last):
            return _Ready(wanted, store, path, size, brought)
        store.remember(brought)
        store.discard()
        return Fetched(wanted, Outcome.UNCHANGED, path, size)

    def _place(self, first: Wanted, ready: Sequence[_Ready]) -> None:
        key = first.key(self._first_year)
        for entry in ready:
            if entry.wanted.foreign is not None:
                remember_origin(self._workspace, key, entry.brought.sha256, entry.wanted.foreign.origin)
        folder = self._workspace.inbox / key.organisation / key.dataset / key.period
        place(folder, {entry.wanted.source.file: entry.store.part for entry in ready})
        for entry in ready:
            entry.store.remember(entry.brought)


def _is_there(target: Path, brought: Brought, last: Brought | None) -> bool:
    """Tell whether the inbox has had these bytes; a file that was corrected there since is left as it is."""
    if not target.is_file():
        return False
    return (last is not None and last.sha256 == brought.sha256) or sha256_of(target) == brought.sha256
