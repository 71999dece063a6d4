"""The overdue list: what should have been published and was not, by who has to answer for it."""

from __future__ import annotations

from pipelines.catalog.metadata.texts import LANGUAGES, shorts
from pipelines.portal.listing import headings
from pipelines.portal.pages.register_pages import PER_PAGE, register_pages
from pipelines.portal.places import OVERDUE
from pipelines.portal.register_rows import overdue_counts, overdue_entries
from pipelines.portal.rendering import Site
from pipelines.portal.rules import time_limits
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter
from pipelines.registry.dataset import RegisterKind


def overdue_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the pages of the list, by departments.

    Raises:
        CorruptStore: when the register cannot be read.
    """
    register = source.registers.get(RegisterKind.OVERDUE)
    found = headings(overdue_counts(register) if register else (), PER_PAGE)
    entries = overdue_entries(register, time_limits(source.catalog)) if register else ()
    calendars = [shorts({language: each.title.in_language(language) for language in LANGUAGES})
                 for _, each in sorted(source.catalog.calendars.items())]  # fmt: skip
    names = {heading.key: source.names.get(heading.key, dict.fromkeys(LANGUAGES, heading.key)) for heading in found}
    context = {
        "register": register.dataset if register else None, "shown": source.shown, "names": source.names,
        "calendars": calendars,
        "own_names": {language: {key: name[language] for key, name in names.items()} for language in LANGUAGES},
    }  # fmt: skip
    register_pages(site, pages, "overdue.html.j2", OVERDUE, found, entries, context)
