"""The documents of a catalog into its private folder: whole, bounded together, and only where they changed.

::

    fetching/.harvest/<source>/<page>/document   the bytes that came last, whatever they are
    fetching/.harvest/<source>/<page>/brought.json   their hash, and what the server said of them
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.files import sha256_of
from pipelines.core.paths import Workspace
from pipelines.fetching.deadline import Deadline
from pipelines.fetching.download import Download
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.harvesting import ckan
from pipelines.fetching.hosts import HostPolicy
from pipelines.fetching.store import Brought, SourceStore, origin_of
from pipelines.fetching.transfer import Advance
from pipelines.registry.harvests import HarvestDescriptor

#: No identifier of an organisation.
_FOLDER = ".harvest"
_MEGABYTE = 1_000_000
_DOCUMENT = "document"
#: Of a portal: a million packages.
MOST_PAGES = 10_000


@dataclass(frozen=True)
class Documents:
    """What came: a document, or pages of one in their order. ``digest``: of their bytes."""

    paths: tuple[Path, ...]
    digest: str


@dataclass(frozen=True)
class Bringing:
    """One catalog whose documents are brought."""

    workspace: Workspace
    name: str
    harvest: HarvestDescriptor
    policy: HostPolicy
    advance: Advance

    def documents(self) -> Documents:
        """Bring them.

        Raises:
            FetchFailed: when one does not come, or they do not fit together.
        """
        paged = self.harvest.kind == "ckan"
        pages = self._pages() if paged else [self._page(0, self.harvest.url, 0)]
        self._forget(len(pages))
        digests = [sha256 for _, sha256 in pages]
        whole = hashlib.sha256("\n".join(digests).encode()).hexdigest() if paged else digests[0]
        return Documents(tuple(path for path, _ in pages), whole)

    def _pages(self) -> Sequence[tuple[Path, str]]:
        pages: list[tuple[Path, str]] = []
        read, size, count = 0, 0, None
        while count is None or read < count:
            if len(pages) == MOST_PAGES:
                raise FetchFailed("harvest-incomplete", read=read, count=count or 0)
            path, sha256 = self._page(len(pages), ckan.page_address(self.harvest.url, read), size)
            page = ckan.Page.measured(path)
            if count not in (None, page.count):
                raise FetchFailed("harvest-changed-meanwhile")
            count = page.count
            if not page.read and count:
                raise FetchFailed("harvest-incomplete", read=read, count=count)
            pages.append((path, sha256))
            read, size = read + page.read, size + path.stat().st_size
            if not count:
                break
        return pages

    def _page(self, number: int, url: str, before: int) -> tuple[Path, str]:
        """Bring a page, where the server does not say that it is as it was; ``before``: bytes of the pages before."""
        store = SourceStore.at(self.workspace, _FOLDER, self.name, f"{number}")
        origin, document = origin_of(url), store.folder / _DOCUMENT
        last = store.brought(origin)
        if last is not None and not (document.is_file() and sha256_of(document) == last.sha256):
            last = None
        limit = self.harvest.max_megabytes * _MEGABYTE
        deadline = Deadline(self.harvest.max_seconds)
        download = Download(origin, limit - before, store, self.policy, deadline, self.advance, url)
        try:
            changed = download.run(last.validators if last is not None else None)
        except FetchFailed as failed:
            if failed.message.id == "fetch-too-large":  # the pages before count, too
                raise FetchFailed("fetch-too-large", megabytes=self.harvest.max_megabytes) from None
            raise
        if not changed and last is not None:
            return document, last.sha256
        brought = Brought(origin, sha256_of(store.part), store.part_validators())
        store.keep(_DOCUMENT)
        store.remember(brought)
        return document, brought.sha256

    def _forget(self, pages: int) -> None:
        """Remove pages that a longer catalog once had."""
        folder = self.workspace.fetching / _FOLDER / self.name
        for entry in folder.iterdir():
            if entry.name.isdigit() and int(entry.name) >= pages:
                shutil.rmtree(entry)
