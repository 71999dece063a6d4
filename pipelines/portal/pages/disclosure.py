"""Disclosure in plain words: the five disclosures, what is kept about them, and where to ask and appeal."""

from __future__ import annotations

from pipelines.portal.pages.card_lists import card_pages
from pipelines.portal.pages.putting import put_pages
from pipelines.portal.places import ACTIVE_DISCLOSURE, CORRECTIONS, DISCLOSURE, NEGATIVE_LIST, OVERDUE, class_place
from pipelines.portal.register_rows import correction_counts, disclosure_counts, overdue_counts
from pipelines.portal.registers import Register
from pipelines.portal.rendering import Site
from pipelines.portal.sources import SiteSource
from pipelines.portal.titles import class_title
from pipelines.portal.writing import PageWriter
from pipelines.registry.dataset import DisclosureClass, RegisterKind

_COUNTED = {
    RegisterKind.ACTIVE_DISCLOSURE: disclosure_counts,
    RegisterKind.CORRECTIONS: correction_counts,
    RegisterKind.OVERDUE: overdue_counts,
}


def disclosure_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the overview, and the page about each of the five disclosures.

    Raises:
        CorruptStore: when a register cannot be read.
    """
    classes = [(each.value, len(source.groups.classes.get(each.value, ()))) for each in DisclosureClass]
    entries = {kind: _count(source.registers.get(kind), kind) for kind in _COUNTED}
    context = {
        "classes": classes,
        "parts_of_it": [
            (ACTIVE_DISCLOSURE, "site-catalog", "site-catalog-about", entries[RegisterKind.ACTIVE_DISCLOSURE]),
            (NEGATIVE_LIST, "site-negative", "site-negative-about", len(source.catalog.listed)),
            (CORRECTIONS, "site-corrections", "site-corrections-about", entries[RegisterKind.CORRECTIONS]),
            (OVERDUE, "site-overdue", "site-overdue-about", entries[RegisterKind.OVERDUE]),
        ],
    }
    put_pages(site, pages, "disclosure.html.j2", DISCLOSURE, context)
    for name, _ in classes:
        datasets = source.groups.classes.get(name, [])
        about = {
            "title": class_title(name), "parent": DISCLOSURE, "parent_title": "portal-disclosure",
            "summary": f"site-class-{name}-about", "feed": None, "count": len(datasets),
        }  # fmt: skip
        card_pages(site, source, pages, "group.html.j2", class_place(name), datasets, about)


def _count(register: Register | None, kind: RegisterKind) -> int | None:
    return sum(count for _, count in _COUNTED[kind](register)) if register else None
