"""Other people's scripts in the catalog: those that were set up, in folders whose names have their hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.portal.assets import FOLDER
from pipelines.portal.browser_assets import Bundle, pinned_bundles
from pipelines.portal.writing import PageWriter


@dataclass(frozen=True)
class PlacedBundle:
    """A bundle that is at hand. ``source`` is its local folder."""

    bundle: Bundle
    source: Path

    @property
    def path(self) -> str:
        """Its folder relative to the store's root, which ends in a slash."""
        return f"{FOLDER}/{self.bundle.folder}/"

    def size(self, name: str) -> int:
        """Bytes of a file of it."""
        return (self.source / name).stat().st_size


def bundles_at(folder: Path | None) -> Mapping[str, PlacedBundle]:
    """The bundles of pages that were set up in a folder, by name."""
    if folder is None:
        return {}
    placed = {name: PlacedBundle(bundle, folder / bundle.folder) for name, bundle in pinned_bundles().items()}
    return {name: each for name, each in placed.items() if each.bundle.in_portal and each.source.is_dir()}


def put_bundles(bundles: Iterable[PlacedBundle], pages: PageWriter) -> None:
    """Copy bundles into the store; what is there is not even read."""
    for placed in bundles:
        for name in placed.bundle.files:
            path = f"{placed.path}{name}"
            if not pages.is_made(path, placed.bundle.sha256):
                pages.put(path, (placed.source / name).read_bytes(), placed.bundle.sha256)
