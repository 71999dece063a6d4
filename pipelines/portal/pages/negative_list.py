"""The negative list (负面清单): what is not disclosed, on what basis, and when that is looked at again.

What is in force, which an officer has approved. Of datasets that are not published it tells how many are concerned,
and of the others their titles; what of a dataset is withheld stands on its own page, as its receipt tells it.
"""

from __future__ import annotations

from typing import Any

from pipelines.catalog.metadata.texts import LANGUAGES, apart, long, longs
from pipelines.portal.pages.putting import put_pages
from pipelines.portal.places import NEGATIVE_LIST
from pipelines.portal.rendering import Site
from pipelines.portal.sources import SiteSource
from pipelines.portal.writing import PageWriter
from pipelines.registry.base import Bilingual
from pipelines.registry.negative_list import NegativeEntry


def negative_list_pages(site: Site, source: SiteSource, pages: PageWriter) -> None:
    """Make the page with all entries in force."""
    entries = [_entry(source, entry) for entry in source.catalog.listed]
    units = {each["unit"] for each in entries}
    context = {
        "entries": entries, "names": {unit: source.names[unit] for unit in sorted(units & source.names.keys())},
        "shown": (),
    }  # fmt: skip
    put_pages(site, pages, "negative_list.html.j2", NEGATIVE_LIST, context)


def _entry(source: SiteSource, entry: NegativeEntry) -> dict[str, Any]:
    concerned = sorted({scope.dataset for scope in entry.scope})
    cards = source.shelf.some(dataset for dataset in concerned if dataset in source.shown)
    types = [each if isinstance(each, str) else each.type for each in entry.treatments]
    return {
        "id": entry.id, "matter": _texts(entry.matter), "explanation": _texts(entry.explanation),
        "basis": apart(long(entry.basis)), "unit": entry.unit, "valid_from": entry.valid_from.isoformat(),
        "valid_to": entry.valid_to.isoformat() if entry.valid_to else "", "review_date": entry.review_date.isoformat(),
        # A field that is dropped is not shown.
        "treatments": [name for name in dict.fromkeys(types) if name != "drop"],
        "datasets": [(card.id, card.title) for card in cards], "unpublished": len(concerned) - len(cards),
    }  # fmt: skip


def _texts(text: Bilingual) -> Any:
    return longs({language: text.in_language(language) for language in LANGUAGES})
