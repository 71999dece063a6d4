"""Registers as lists of pages: their entries under headings, so many on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.catalog.metadata.addresses import numbered
from pipelines.portal.listing import Heading, entry_pages
from pipelines.portal.pages.putting import digest_of, put_pages
from pipelines.portal.rendering import Site
from pipelines.portal.writing import PageWriter

#: Entries on a page.
PER_PAGE = 100


def register_pages(
    site: Site,
    pages: PageWriter,
    template: str,
    place: str,
    found: Sequence[Heading],
    entries: Iterable[Any],
    context: Mapping[str, Any],
) -> None:
    """Make the pages about a register; those of which nothing has changed are not made.

    Args:
        site: what all pages share.
        pages: takes what is made.
        template: of each page; gets ``found`` and ``list`` besides ``context``.
        place: the first page.
        found: the headings.
        entries: in the order of the headings; as many as a page shows are held at a time.
        context: what else pages show; a page changes with it.
    """
    said = digest_of([context, found])
    for each in entry_pages(found, entries, PER_PAGE):
        shown = {**context, "found": found, "list": each}
        put_pages(site, pages, template, numbered(place, each.number), shown, digest_of([said, each]))
