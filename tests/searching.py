"""Portals of made-up cards in tests: lists, scripts and the search index, without datasets behind them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from listing import keep
from shipped import CATALOG

from pipelines.catalog.harvested import HarvestedDataset
from pipelines.catalog.metadata.gathering import catalog_facts
from pipelines.portal.assets import own_assets
from pipelines.portal.cards import Card
from pipelines.portal.pages.lists import list_pages
from pipelines.portal.rendering import Site
from pipelines.portal.search import Listing, search_pages
from pipelines.portal.shelf import CardShelf
from pipelines.portal.sources import SiteSource
from pipelines.portal.state import PortalState
from pipelines.portal.writing import PageWriter
from pipelines.publish import FolderStore, Snapshot

BASE = "https://data.testville.example/open/"


def card(name: str, zh: str = "行道树", en: str = "Street trees", **keys: Any) -> Card:
    """A card with a title in both languages."""
    said: dict[str, Any] = {
        "id": name, "title": {"zh": zh, "en": en}, "summary": {"zh": "一行一棵。", "en": "One row each."},
        "theme": "construction", "theme_title": {"zh": "工程建设", "en": "Construction"},
        "publishers": {"parks_office": {"zh": "市园林局", "en": "Parks Office"}}, "unit": "parks_office",
        "keywords": {"zh": ["绿化"], "en": ["greenery"]}, "fields": {"zh": ["树高"], "en": ["Height"]},
        "disclosure_class": "service", "attribute": "active", "period": "yearly", "periods": ("2024", "2025"),
        "formats": ("CSV", "Parquet"), "version": "1.0.0", "issued": "2026-01-01T00:00:00Z",
        "released": "2026-01-01T00:00:00Z", "rows": 2, "size": 100, "points": None, "codelists": {}, **keys,
    }  # fmt: skip
    return Card(**said)


def make(
    folder: Path, cards: Iterable[Card], version: str = "1", foreign: Sequence[HarvestedDataset] = ()
) -> FolderStore:
    """Bring a portal in ``folder/catalog`` up to date with these cards, in order of identifiers.

    ``foreign``: the datasets of a catalog elsewhere, which is kept, too.
    """
    store = FolderStore(folder / "catalog")
    site = Site(catalog_facts(CATALOG, BASE), own_assets())
    shown = list(cards)
    (folder / "catalog").mkdir(parents=True, exist_ok=True)
    with PortalState.open(folder / "portal.sqlite") as state:
        assets, lists, search = (PageWriter(store, state, owner) for owner in ("(assets)", "(lists)", "(search)"))
        for asset in site.assets.values():
            assets.put(asset.path, asset.content)
        snapshot = Snapshot(1, "2026-01-01T00:00:00Z", None, {})
        told = [keep(store, folder, foreign)] if foreign else []
        for dataset in state.digests.keys() - {each.id for each in shown}:
            state.remove(dataset)
        for each in shown:
            state.keep(each.id, each.as_json(), each.as_json())
        shelf = CardShelf(state)
        list_pages(site, SiteSource(store, CATALOG, site.about, snapshot, {}, shelf, told), lists)
        search_pages(site, state, shelf.texts, search, version, [Listing(each, lambda: iter(foreign)) for each in told])
        for writer in (assets, lists, search):
            writer.finish()
    return store


def parts(folder: Path) -> dict[str, bytes]:
    """All files of the search index, by path."""
    store = FolderStore(folder / "catalog")
    return {entry.path: store.read(entry.path) for entry in store.entries("search")}


def manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the search index."""
    said: dict[str, Any] = json.loads(FolderStore(folder / "catalog").read("search/index.json"))
    return said


def postings(folder: Path) -> dict[str, list[tuple[int, int]]]:
    """Term → numbers of datasets and levels, of all parts in their order."""
    found: dict[str, list[tuple[int, int]]] = {}
    store = FolderStore(folder / "catalog")
    for first, name in manifest(folder)["terms"]:
        part: dict[str, Sequence[int]] = json.loads(store.read(f"search/terms/{name}.json"))
        assert all(term >= first for term in part)
        for term, numbers in part.items():
            assert term not in found
            place, found[term] = 0, []
            for number in numbers:
                place += number // 5
                found[term].append((place, number % 5))
    assert list(found) == sorted(found)
    return found


def blocks(folder: Path) -> list[str]:
    """The hash of each block of cards."""
    said = manifest(folder)
    return [said["cards"][start : start + said["digits"]] for start in range(0, len(said["cards"]), said["digits"])]


def facets(folder: Path) -> dict[str, list[list[str]]]:
    """Per facet the English names of the values of each dataset."""
    store, found = FolderStore(folder / "catalog"), {}
    for facet, name in manifest(folder)["facets"].items():
        table = json.loads(store.read(f"search/facets/{facet}.{name}.json"))
        if facet != "released":
            values = [each["en"] for each in table["values"]]
            found[facet] = [[values[place] for place in table["sets"][ord(each) - 0x20]] for each in table["of"]]
    return found
