"""Catalogs elsewhere: the list of them, and what each says of its datasets, under its own name.

Their texts, licences and addresses are others': they are shown as they are, escaped, and links lead to http and https.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from pipelines.catalog.harvested import (
    HarvestedDataset,
    HarvestedDistribution,
    HarvestedSource,
    harvested_datasets,
    in_language,
)
from pipelines.catalog.metadata.addresses import (
    HARVESTED,
    HARVESTED_PER_PAGE,
    harvested_pages,
    harvested_place,
    numbered,
)
from pipelines.catalog.metadata.texts import LANGUAGES, Texts, cut
from pipelines.catalog.metadata.vocabularies import FILE_TYPES
from pipelines.portal.pages.putting import put_pages
from pipelines.portal.rendering import Site
from pipelines.portal.search import SEARCHABLE
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter

#: Characters of a description and of a file's name, and files of a dataset, that a page shows.
_DESCRIPTION, _NAME, _FILES = 600, 80, 10


def index_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the page that lists all catalogs elsewhere."""
    context = {
        "sources": [dataclasses.asdict(each) for each in source.harvested],
        "total": sum(each.datasets for each in source.harvested),
    }
    put_pages(site, pages, "harvested.html.j2", HARVESTED, context)


def listing_depends(source: SiteSource, told: HarvestedSource) -> object:
    """What the pages about a catalog elsewhere depend on. Not when it was last asked, which is most days."""
    return [told.sha256, _head(told), sorted(source.shown)]


def listing_pages(site: Site, source: SiteSource, pages: PageWriter, told: HarvestedSource) -> None:
    """Make the pages with the datasets of a catalog elsewhere, one page of them in memory at a time.

    Raises:
        FileNotFoundError: when it has been taken away meanwhile.
        LookupError, TypeError, ValueError: when its datasets cannot be read.
    """
    place, head = harvested_place(told.source), _head(told)
    total = harvested_pages(told.datasets)
    for number, batch in enumerate(_batches(harvested_datasets(source.store, told)), 1):
        context = {
            "source": head, "searchable": SEARCHABLE, "datasets": [_shown(source, each) for each in batch],
            "number": number, "total": total, "first": place,
        }  # fmt: skip
        put_pages(site, pages, "harvested_catalog.html.j2", numbered(place, number), context)


def _batches(datasets: Iterable[HarvestedDataset]) -> Iterator[list[HarvestedDataset]]:
    """The datasets of each page; one page, which is empty, where there is none."""
    rest = iter(datasets)
    batch = list(islice(rest, HARVESTED_PER_PAGE))
    yield batch
    while batch := list(islice(rest, HARVESTED_PER_PAGE)):
        yield batch


def _head(told: HarvestedSource) -> dict[str, Any]:
    return {
        "source": told.source, "title": told.title, "publisher": told.publisher, "url": told.url, "read": told.read,
        "datasets": told.datasets, "left_out": sum(told.left_out.values()),
    }  # fmt: skip


def _shown(source: SiteSource, dataset: HarvestedDataset) -> dict[str, Any]:
    files = dataset.distributions
    return {
        "short": dataset.short, "title": _texts(dataset.title),
        "description": {language: cut(text, _DESCRIPTION) for language, text in _texts(dataset.description).items()},
        "publisher": _texts(dataset.publisher), "licence": _licence(source, dataset.licence),
        "landing_page": dataset.landing_page, "issued": dataset.issued, "modified": dataset.modified,
        "files": [_file(source, each, dataset) for each in files[:_FILES]], "more": max(0, len(files) - _FILES),
        "republished_as": dataset.republished_as if dataset.republished_as in source.shown else "",
    }  # fmt: skip


def _file(source: SiteSource, file: HarvestedDistribution, dataset: HarvestedDataset) -> dict[str, Any]:
    kind = FILE_TYPES.get(file.media_type)
    return {
        "address": file.address,
        "title": {language: cut(in_language(file.title, language) or _name(file.address), _NAME)
                  for language in LANGUAGES},
        "format": kind.name if kind else file.media_type, "bytes": file.bytes, "checksum": file.checksum,
        "licence": _licence(source, file.licence) if file.licence and file.licence != dataset.licence else None,
    }  # fmt: skip


def _licence(source: SiteSource, name: str) -> dict[str, str]:
    """What a licence is called, and where its text is; both empty where nothing is said."""
    known = source.catalog.descriptor.known_licence(name)
    return {"title": known.title, "page": known.page} if known else {"title": cut(name, _NAME), "page": name}


def _name(address: str) -> str:
    """What an address ends in, for people; its host where it has no path."""
    parts = urlsplit(address)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    return last if last and last.isprintable() else parts.netloc


def _texts(said: Texts) -> Texts:
    return {language: in_language(said, language) for language in LANGUAGES}
