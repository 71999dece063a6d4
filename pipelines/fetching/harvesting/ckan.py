"""Portals with CKAN's action API 3: pages of ``package_search``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipelines.catalog.harvested import HarvestedDataset, HarvestedDistribution, Texts
from pipelines.core.checksums import Checksum
from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.harvesting.dcat import MOST_DISTRIBUTIONS
from pipelines.fetching.harvesting.documents import members, opened, require_end
from pipelines.fetching.harvesting.texts import (
    address,
    descriptions,
    media_type,
    objects,
    plain,
    size,
    time,
    titles,
)
from pipelines.ingest.readers.json_window import JsonWindow

#: Packages of a page; portals give a thousand at most.
ROWS = 100


def page_address(portal: str, start: int) -> str:
    """Where a page is that begins with package ``start``, from 0. Sorted by name, so that pages fit together."""
    return f"{portal.rstrip('/')}/api/3/action/package_search?rows={ROWS}&start={start}&sort=name%20asc"


@dataclass
class Page:
    """A page: packages of it that were read so far, and how many packages there are in all."""

    read: int = 0
    count: int | None = None

    @classmethod
    def measured(cls, document: Path) -> Page:
        """A page with nothing kept of it but the numbers.

        Raises:
            FetchFailed: when it cannot be read, or is not the answer of a portal.
        """
        page = cls()
        for _ in page.entries(document):
            pass
        if page.count is None:
            raise FetchFailed("harvest-not-ckan")
        return page

    def entries(self, document: Path) -> Iterator[Any]:
        """The packages of a page."""
        with opened(document) as window:
            for _ in _inside(window, "result"):
                for key in members(window):
                    if key == "results" and window.peek() == "[":
                        for entry in window.elements():
                            self.read += 1
                            yield entry
                    elif key == "count":
                        number = window.value()
                        self.count = size(number)
                    else:
                        window.pass_over()
            require_end(window)


def _inside(window: JsonWindow, wanted: str) -> Iterator[None]:
    """Stops at the value of a key of the object that begins here; the object is read to its end."""
    for key in members(window):
        if key == wanted:
            yield
        else:
            window.pass_over()


def datasets(document: Path, url: str, _scratch: Path) -> Iterator[HarvestedDataset | None]:
    """The packages of a page; arguments and errors as of :func:`dcat.datasets`, ``url``: of the portal."""
    for entry in Page().entries(document):
        yield _dataset(entry, url.rstrip("/")) if isinstance(entry, dict) else None


def _dataset(entry: Mapping[str, Any], portal: str) -> HarvestedDataset | None:
    identifier = plain(entry.get("name")) or plain(entry.get("id"))
    title = titles(entry.get("title_translated")) or titles(entry.get("title"))
    if not identifier:
        return None
    return HarvestedDataset(
        identifier=identifier, title=title or titles(identifier),
        description=descriptions(entry.get("notes_translated")) or descriptions(entry.get("notes")),
        publisher=_publisher(entry.get("organization")),
        licence=plain(entry.get("license_id")) or plain(entry.get("license_url")) or plain(entry.get("license_title")),
        landing_page=_page(entry, identifier, portal),
        issued=time(entry.get("metadata_created")), modified=time(entry.get("metadata_modified")),
        distributions=tuple(_distributions(entry.get("resources"), portal)),
    )  # fmt: skip


def _page(entry: Mapping[str, Any], identifier: str, portal: str) -> str:
    """The page of a package, or what the portal names instead; pages of others are where the data came from."""
    given = address(entry.get("url"))
    return given if given.startswith(f"{portal}/") else address(f"{portal}/dataset/{quote(identifier, safe='')}")


def _distributions(value: Any, portal: str) -> Iterator[HarvestedDistribution]:
    for entry in objects(value)[:MOST_DISTRIBUTIONS]:
        where = address(entry.get("url"), f"{portal}/")
        if where:
            yield HarvestedDistribution(
                address=where, title=titles(entry.get("name_translated")) or titles(entry.get("name")),
                media_type=media_type(entry.get("mimetype"), entry.get("format")), bytes=size(entry.get("size")),
                checksum=Checksum.prefixed(plain(entry.get("hash"))),
            )  # fmt: skip


def _publisher(value: Any) -> Texts:
    for entry in objects(value):
        return titles(entry.get("title_translated")) or titles(entry.get("title"))
    return {}
