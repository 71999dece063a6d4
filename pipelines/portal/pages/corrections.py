"""Corrections and withdrawals: every version that changed or took back what had been published, and why."""

from __future__ import annotations

from pipelines.portal.listing import headings
from pipelines.portal.pages.register_pages import PER_PAGE, register_pages
from pipelines.portal.places import CORRECTIONS
from pipelines.portal.register_rows import CORRECTION_KINDS, correction_counts, correction_entries
from pipelines.portal.rendering import Site
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter
from pipelines.registry.dataset import RegisterKind


def correction_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the pages of the register, by years, the newest first.

    Raises:
        CorruptStore: when the register cannot be read.
    """
    register = source.registers.get(RegisterKind.CORRECTIONS)
    found = headings(correction_counts(register) if register else (), PER_PAGE)
    entries = correction_entries(register) if register else ()
    context = {
        "register": register.dataset if register else None, "kinds": CORRECTION_KINDS, "shown": source.linked,
        "names": source.names,
    }  # fmt: skip
    register_pages(site, pages, "corrections.html.j2", CORRECTIONS, found, entries, context)
