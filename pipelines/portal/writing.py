"""Putting pages into the store: what has the same bytes is not written, what is no longer made is removed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.portal.places import (
    ABOUT,
    BROWSE,
    CODELISTS,
    CONSOLE,
    DATASETS,
    DISCLOSURE,
    LANGUAGES,
    ORGANISATIONS,
    SEARCH,
    THEMES,
    folder,
)
from pipelines.portal.settling import mark_unsettled
from pipelines.portal.state import PortalState
from pipelines.publish import Store

#: Where pages lie and nothing else does.
_FOLDERS = (
    BROWSE, DATASETS, THEMES, ORGANISATIONS, CODELISTS, DISCLOSURE, ABOUT, CONSOLE, SEARCH,
    *map(folder, LANGUAGES[1:]),
)  # fmt: skip


def sweep(store: Store, state: PortalState) -> None:
    """Remove pages that the index does not know, which an earlier one did that was lost: nobody else would ever.

    What they show may have been withdrawn since. Looks at all pages once, when an index is new.
    """
    if state.is_swept:
        return
    for place in _FOLDERS:
        for entry in store.entries(place.rstrip("/")):
            if state.page(entry.path) is None:
                store.remove(entry.path)
    state.sweep()


@dataclass
class PageWriter:
    """Writes the pages of one owner, which is a dataset or a part of the site; :meth:`finish` removes its others."""

    store: Store
    state: PortalState
    owner: str
    _put: set[str] = field(default_factory=set)

    def is_made(self, path: str, made_of: str) -> bool:
        """Whether a page was made of this, so that it need not be made again; it is kept then.

        Args:
            path: the file, relative to the store's root.
            made_of: a digest of all that it shows.
        """
        known = self.state.page(path)
        if known is None or known[0] != made_of:
            return False
        self._put.add(path)
        return True

    def put(self, path: str, content: bytes, made_of: str = "") -> None:
        """Write a page, unless it has these bytes already; ``made_of``: see :meth:`is_made`."""
        sha256 = hashlib.sha256(content).hexdigest()
        known = self.state.page(path)
        if known is None or known[1] != sha256:
            # A page that a crash leaves unremembered must not pass for the one before it, nor stay for ever.
            self.state.keep_page(path, self.owner, "", "")
            mark_unsettled(self.state)
            self.store.put_derived(path, content)
        if known != (made_of, sha256):
            self.state.keep_page(path, self.owner, made_of, sha256)
        self._put.add(path)

    def take_away(self, folder: str) -> None:
        """Remove the owner's pages in a folder, whose path ends in a slash."""
        self._remove([path for path in self.state.pages_of(self.owner) if path.startswith(folder)])

    def finish(self) -> None:
        """Remove the owner's pages that were not put."""
        self._remove([path for path in self.state.pages_of(self.owner) if path not in self._put])

    def _remove(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.store.remove(path)
        self.state.forget_pages(paths)
