"""``sitemap.xml`` and ``robots.txt``: where crawlers find the pages about datasets (sitemaps.org, RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from pipelines.catalog.metadata.addresses import SITEMAP, Addresses

#: A sitemap has so many pages at most.
MOST = 50_000
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def page(address: str, modified: str) -> str:
    """A page and when it changed last, on one line."""
    return f"<url><loc>{escape(address)}</loc><lastmod>{escape(modified)}</lastmod></url>\n"


def sitemap(pages: Iterable[str]) -> Iterator[str]:
    """The text of a sitemap, in pieces."""
    yield f"{_DECLARATION}<urlset {_SPACE}>\n"
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
