"""The first page of the catalog, and the whole list of datasets for readers without scripts."""

from __future__ import annotations

from heapq import nlargest

from pipelines.portal.pages.card_lists import card_pages
from pipelines.portal.pages.putting import put_pages
from pipelines.portal.places import BROWSE, HOME
from pipelines.portal.registers import register_kind
from pipelines.portal.rendering import Site
from pipelines.portal.shelf import sizes
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter

#: Datasets that are told to be new.
NEWEST = 12


def lists_depend(source: SiteSource) -> object:
    """What these pages depend on."""
    registers = sorted(dataset for dataset in source.shown if register_kind(source.catalog, dataset))
    return [source.groups.digests, registers, _release(source), _catalogs(source)]


def list_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the first page, and all pages of the list."""
    # What the catalog tells of itself changes with every release and would leave room for nothing else.
    delivered = (card for _, card in source.shelf() if not register_kind(source.catalog, card.id))
    groups, catalogs = source.groups, _catalogs(source)
    count = sum(each.datasets for each in source.harvested)
    elsewhere = {"catalogs": len(catalogs), "datasets": count} if catalogs else {}
    context = {
        "newest": nlargest(NEWEST, delivered, key=lambda card: (card.released, card.id)),
        "theme_counts": sizes(groups.themes), "rows": sum(groups.rows.values()), "total": len(groups.digests),
        "release": _release(source), "catalogs": catalogs, "harvested": elsewhere,
    }  # fmt: skip
    put_pages(site, pages, "home.html.j2", HOME, context)
    # Only the first page says how many datasets there are elsewhere, which changes without a release.
    opening = {"harvested": {**elsewhere, "own": len(groups.digests)}} if catalogs else {}
    said = {"harvested": bool(catalogs)}
    card_pages(site, source, pages, "browse.html.j2", BROWSE, list(groups.digests), said, opening)


def _release(source: SiteSource) -> dict[str, object]:
    return {"number": source.snapshot.number, "released": source.snapshot.released}


def _catalogs(source: SiteSource) -> list[dict[str, object]]:
    """Catalogs elsewhere."""
    return [{"source": each.source, "title": each.title, "datasets": each.datasets} for each in source.harvested]
