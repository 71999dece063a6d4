"""``sitemap.xml`` and ``robots.txt``: where crawlers find the pages (sitemaps.org, RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from pipelines.catalog.harvested import HarvestedSource
from pipelines.catalog.metadata.addresses import (
    HARVESTED,
    PAGE_FOLDERS,
    PLACES,
    SITEMAP,
    Addresses,
    harvested_pages,
    harvested_place,
    numbered,
)

#: A sitemap has 50,000 addresses at most, which is so many pages in two languages, and 50 MB, of which some are left
#: for what is around its pages.
MOST, MOST_BYTES = 25_000, 50_000_000
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_XHTML = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def page(at: Addresses, place: str, modified: str | None = None) -> str:
    """A page in all languages, an address on each line, each with all others (Google's rules for localised pages).

    Args:
        at: where the catalog lies.
        place: the page's path without a language.
        modified: when it changed last, where that is known.
    """
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href="{escape(at.page_in(place, language))}"/>'
        for language in PAGE_FOLDERS
    )
    changed = f"<lastmod>{escape(modified)}</lastmod>" if modified else ""
    return "".join(
        f"<url><loc>{escape(at.page_in(place, language))}</loc>{changed}{alternates}</url>\n"
        for language in PAGE_FOLDERS
    )


def site_pages(at: Addresses, themes: Iterable[str], organisations: Iterable[str], released: str) -> Iterator[str]:
    """The pages that are not about one dataset; the first one changes with every release."""
    yield page(at, "", released)
    yield from (page(at, place) for place in PLACES if place)
    yield from (page(at, f"themes/{theme}/") for theme in themes)
    yield from (page(at, f"organisations/{organisation}/") for organisation in organisations)


def harvested(at: Addresses, sources: Sequence[HarvestedSource]) -> Iterator[str]:
    """The pages about catalogs elsewhere, which have their datasets; none where there is no such catalog."""
    if sources:
        yield page(at, HARVESTED)
    for source in sources:
        pages = range(1, harvested_pages(source.datasets) + 1)
        yield from (page(at, numbered(harvested_place(source.source), number)) for number in pages)


def sitemaps(pages: Iterable[str]) -> Iterator[Iterator[str]]:
    """The texts of as few sitemaps as hold all pages in turn, each in pieces; one is to be used up before the next."""
    part = count = size = 0

    def part_of(text: str) -> int:
        nonlocal part, count, size
        count, size = count + 1, size + len(text.encode())
        if count > MOST or size > MOST_BYTES:
            part, count, size = part + 1, 1, len(text.encode())
        return part

    for _, texts in groupby(pages, part_of):
        yield _sitemap(texts)


def _sitemap(pages: Iterable[str]) -> Iterator[str]:
    yield f"{_DECLARATION}<urlset {_SPACE} {_XHTML}>\n"
    yield from pages
    yield "</urlset>\n"


def part_path(number: int) -> str:
    """Where a part of a sitemap lies that has more pages than one may have; from 1."""
    return f"sitemap-{number}.xml"


def index(parts: int, at: Addresses) -> str:
    """The sitemap that leads to the parts."""
    lines = (f"<sitemap><loc>{escape(at.file(part_path(n)))}</loc></sitemap>\n" for n in range(1, parts + 1))
    return f"{_DECLARATION}<sitemapindex {_SPACE}>\n{''.join(lines)}</sitemapindex>\n"


def robots(at: Addresses) -> str:
    """``robots.txt``: all pages may be read; queries are no pages."""
    root = urlsplit(at.base).path
    return f"User-agent: *\nDisallow: {root}api/\nDisallow: {root}sql\nSitemap: {at.file(SITEMAP)}\n"
