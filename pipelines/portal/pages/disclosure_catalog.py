"""The basic catalog of active disclosure (主动公开基本目录): what is to be disclosed, delivered or not."""

from __future__ import annotations

from pipelines.portal.listing import headings
from pipelines.portal.pages.register_pages import PER_PAGE, register_pages
from pipelines.portal.places import ACTIVE_DISCLOSURE
from pipelines.portal.register_rows import STATUSES, disclosure_counts, disclosure_entries
from pipelines.portal.rendering import Site
from pipelines.portal.sources import SiteSource
from pipelines.portal.titles import class_titles
from pipelines.portal.writing import PageWriter
from pipelines.registry.dataset import RegisterKind


def disclosure_catalog_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the pages of the catalog, by the five disclosures.

    Raises:
        CorruptStore: when the register cannot be read.
    """
    register = source.registers.get(RegisterKind.ACTIVE_DISCLOSURE)
    found = headings(disclosure_counts(register) if register else (), PER_PAGE)
    entries = disclosure_entries(register) if register else ()
    context = {
        "register": register.dataset if register else None, "class_names": class_titles(), "statuses": STATUSES,
        "shown": source.shown, "names": source.names,
    }  # fmt: skip
    register_pages(site, pages, "disclosure_catalog.html.j2", ACTIVE_DISCLOSURE, found, entries, context)
