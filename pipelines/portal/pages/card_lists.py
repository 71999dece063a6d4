"""Datasets that belong together as cards, so many on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pipelines.catalog.metadata.addresses import numbered
from pipelines.portal.pages.putting import are_made, digest_of, put_pages
from pipelines.portal.rendering import Site
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter

#: Datasets on a page.
PER_PAGE = 50


def card_pages(
    site: Site,
    source: SiteSource,
    pages: PageWriter,
    template: str,
    place: str,
    datasets: Sequence[str],
    context: Mapping[str, Any],
    opening: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Make the pages about a group of datasets; those of which nothing has changed are not made.

    Args:
        site: what all pages share.
        source: has the cards.
        pages: takes what is made.
        template: of each page; gets ``cards``, ``number``, ``total`` and ``first`` besides ``context``.
        place: the first page.
        datasets: the group; as many cards as a page shows are held at a time.
        context: what else pages show; a page changes with it.
        opening: what the first page shows besides, or in its place.
    """
    total = max(1, -(-len(datasets) // PER_PAGE))
    for number in range(1, total + 1):
        shown = datasets[(number - 1) * PER_PAGE : number * PER_PAGE]
        said = {**context, **opening} if number == 1 else context
        digest = digest_of([total, number, source.groups.digests_of(shown), said])
        where = numbered(place, number)
        if are_made(pages, where, digest):
            continue
        found = {"cards": source.shelf.some(shown), "number": number, "total": total, "first": place}
        put_pages(site, pages, template, where, {**said, **found}, digest)
