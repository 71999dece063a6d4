"""Parts of the site that are about more than one dataset: each with a digest of all that its pages show.

A part that cannot be made holds no other back: its earlier pages stay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial

from pipelines.catalog.harvested import HarvestedSource
from pipelines.catalog.metadata.addresses import HARVESTED, harvested_place
from pipelines.portal.pages.about import about_pages
from pipelines.portal.pages.codelists import (
    codelist_counts,
    codelist_depends,
    codelist_page,
    codelists_page,
)
from pipelines.portal.pages.console import console_pages
from pipelines.portal.pages.corrections import correction_pages
from pipelines.portal.pages.disclosure import disclosure_pages
from pipelines.portal.pages.disclosure_catalog import disclosure_catalog_pages
from pipelines.portal.pages.harvested import index_pages, listing_depends, listing_pages
from pipelines.portal.pages.lists import list_pages, lists_depend
from pipelines.portal.pages.negative_list import negative_list_pages
from pipelines.portal.pages.organisations import organisation_pages
from pipelines.portal.pages.overdue import overdue_pages
from pipelines.portal.pages.themes import theme_pages
from pipelines.portal.places import (
    ABOUT,
    ACTIVE_DISCLOSURE,
    BROWSE,
    CODELISTS,
    CONSOLE,
    CORRECTIONS,
    DISCLOSURE,
    NEGATIVE_LIST,
    ORGANISATIONS,
    OVERDUE,
    THEMES,
    codelist_place,
)
from pipelines.portal.rendering import Site
from pipelines.portal.rules import rules_digest
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter
from pipelines.registry.dataset import RegisterKind


@dataclass(frozen=True)
class Section:
    """A part of the site: where it begins, what its pages depend on besides what all do, and what makes them."""

    place: str
    depends: Callable[[SiteSource], object]
    make: Callable[[Site, SiteSource, PageWriter], None]

    @property
    def owner(self) -> str:
        """Whose pages they are, in the index: no identifier of a dataset."""
        return f"({self.place})"


def _cards(source: SiteSource) -> object:
    return source.groups.digests


def _organisations(source: SiteSource) -> object:
    registers = (RegisterKind.SCOREBOARD, RegisterKind.OVERDUE, RegisterKind.CORRECTIONS)
    return [source.groups.digests, source.register_digest(*registers), rules_digest(source.catalog)]


def _disclosure(source: SiteSource) -> object:
    kinds = (RegisterKind.ACTIVE_DISCLOSURE, RegisterKind.CORRECTIONS, RegisterKind.OVERDUE)
    return [source.groups.digests, source.register_digest(*kinds), len(source.catalog.listed)]


def _of_register(kind: RegisterKind) -> Callable[[SiteSource], object]:
    """What a page depends on that shows a register: its rows, and which datasets there are pages about."""

    def depends(source: SiteSource) -> object:
        return [source.register_digest(kind), sorted(source.shown), sorted(source.linked), sorted(source.names)]

    return depends


def _overdue(source: SiteSource) -> object:
    return [_of_register(RegisterKind.OVERDUE)(source), rules_digest(source.catalog)]


def _negative_list(source: SiteSource) -> object:
    return [[entry.model_dump(mode="json") for entry in source.catalog.listed], source.groups.digests]


def _console(source: SiteSource) -> object:
    return [source.groups.digests, source.snapshot.tombstones]


def _harvested(source: SiteSource) -> object:
    return [asdict(each) for each in source.harvested]


def _listing(told: HarvestedSource) -> Section:
    return Section(harvested_place(told.source), partial(listing_depends, told=told), partial(listing_pages, told=told))


def _codelist(name: str) -> Section:
    return Section(codelist_place(name), partial(codelist_depends, name=name), partial(codelist_page, name=name))


def _about(source: SiteSource) -> object:
    return source.snapshot.number


_ALWAYS = (
    Section(BROWSE, lists_depend, list_pages),
    Section(THEMES, _cards, theme_pages),
    Section(ORGANISATIONS, _organisations, organisation_pages),
    Section(DISCLOSURE, _disclosure, disclosure_pages),
    Section(ACTIVE_DISCLOSURE, _of_register(RegisterKind.ACTIVE_DISCLOSURE), disclosure_catalog_pages),
    Section(NEGATIVE_LIST, _negative_list, negative_list_pages),
    Section(CORRECTIONS, _of_register(RegisterKind.CORRECTIONS), correction_pages),
    Section(OVERDUE, _overdue, overdue_pages),
    Section(CONSOLE, _console, console_pages),
    Section(CODELISTS, codelist_counts, codelists_page),
    Section(ABOUT, _about, about_pages),
)


def sections(source: SiteSource) -> tuple[Section, ...]:
    """All parts that the site has: those about catalogs elsewhere only where there are any."""
    always = (*map(_codelist, sorted(source.groups.codelists)), *_ALWAYS)
    if not source.harvested:
        return always
    listings = (_listing(told) for told in source.harvested)
    return (*always, Section(HARVESTED, _harvested, index_pages), *listings)
