"""Data Packages that list tables, versions 1 and 2: each resource is a dataset (datapackage.org, Data Resource)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipelines.catalog.harvested import HarvestedDataset, HarvestedDistribution, Texts
from pipelines.core.checksums import Checksum
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

_OF_ALL = ("licenses", "license", "contributors", "homepage", "created")


def datasets(document: Path, url: str, _scratch: Path) -> Iterator[HarvestedDataset | None]:
    """The resources of a package, in its order; arguments and errors as of :func:`dcat.datasets`."""
    package: dict[str, Any] = {}
    with opened(document) as window:
        for key in members(window):
            if key in _OF_ALL:
                package[key] = window.value()
            else:
                window.pass_over()
        require_end(window)
    with opened(document) as window:
        for key in members(window):
            if key == "resources" and window.peek() == "[":
                for entry in window.elements():
                    yield _dataset(entry, package, url) if isinstance(entry, dict) else None
            else:
                window.pass_over()


def _dataset(entry: Mapping[str, Any], package: Mapping[str, Any], url: str) -> HarvestedDataset | None:
    identifier = plain(entry.get("name"))
    if not identifier:
        return None
    return HarvestedDataset(
        identifier=identifier, title=titles(entry.get("title")) or titles(identifier),
        description=descriptions(entry.get("description")), publisher=_publisher(package.get("contributors")),
        licence=_licence(entry) or _licence(package),
        landing_page=address(entry.get("homepage"), url) or address(package.get("homepage"), url),
        issued=time(entry.get("created")), modified=time(entry.get("modified")) or time(package.get("created")),
        distributions=tuple(_distributions(entry, url)),
    )  # fmt: skip


def _distributions(entry: Mapping[str, Any], url: str) -> Iterator[HarvestedDistribution]:
    """A resource is one file, or several that make it up; hash and size are those of a single one."""
    path = entry.get("path", entry.get("url"))
    paths = path if isinstance(path, list) else [path]
    for each in paths[:MOST_DISTRIBUTIONS]:
        where = address(each, url)
        if where:
            alone = len(paths) == 1
            yield HarvestedDistribution(
                address=where, title=titles(entry.get("title")),
                media_type=media_type(entry.get("mediatype"), entry.get("format"), where.rpartition(".")[2]),
                bytes=size(entry.get("bytes")) if alone else None,
                checksum=Checksum.prefixed(plain(entry.get("hash"))) if alone else None,
            )  # fmt: skip


def _licence(entry: Mapping[str, Any]) -> str:
    """The first licence that is named; version 1 has them in one object or in a text, too."""
    value = entry.get("licenses", entry.get("license"))
    for licence in objects(value):
        name = plain(licence.get("name")) or plain(licence.get("path")) or plain(licence.get("type"))
        if name:
            return name
    return plain(value)


def _publisher(value: Any) -> Texts:
    """The contributor that publishes; roles of version 2, or the one role of version 1."""
    for entry in objects(value):
        roles = entry.get("roles", entry.get("role"))
        if roles == "publisher" or (isinstance(roles, list) and "publisher" in roles):
            return titles(entry.get("title"))
    return {}
