"""Making the search index of a catalog: what changed, then the parts, then the manifest that names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from pipelines.catalog.harvested import HarvestedDataset, HarvestedSource
from pipelines.portal.places import BROWSE, LANGUAGES, folder
from pipelines.portal.rendering import Site, environment
from pipelines.portal.search.entries import foreign_entries, foreign_folder
from pipelines.portal.search.facets import dumped
from pipelines.portal.search.folding import COMMON
from pipelines.portal.search.index import SearchIndex
from pipelines.portal.search.parts import BLOCK, DIGITS, FOLDER, card_blocks, facet_parts, term_parts
from pipelines.portal.state import PortalState
from pipelines.portal.writing import PageWriter

MANIFEST = f"{FOLDER}/index.json"
#: Changes when the same card is shown in another way: texts of messages are not in it.
_REVISION = 2
#: Datasets at most of a catalog elsewhere that are found, its first ones: each five make the manifest longer, which
#: every query needs, and each of them the tables of facets.
SEARCHABLE = 20_000
#: What is wrong with a listing, and nothing else.
_TROUBLE = (FileNotFoundError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Listing:
    """A catalog elsewhere: what it is, and its datasets, which are read if it changed."""

    source: HarvestedSource
    datasets: Callable[[], Iterator[HarvestedDataset]]

    @property
    def digest(self) -> str:
        """Changes whenever something does that search shows of it."""
        return f"{self.source.sha256} {self.source.read} {sorted(self.source.title.items())}"


def search_pages(
    site: Site,
    state: PortalState,
    cards: Callable[[], Iterable[str]],
    pages: PageWriter,
    version: str,
    listings: Iterable[Listing] = (),
) -> Mapping[str, Exception]:
    """Bring the index up to date.

    Args:
        site: what all pages share.
        state: keeps what the index is made of.
        cards: all cards, as they are kept.
        pages: takes what is made.
        version: of the program; its messages are in what is shown.
        listings: catalogs elsewhere.

    Returns:
        What is wrong with catalogs elsewhere whose listing cannot be read, by name: what was found of them stays.
    """
    index, revision = SearchIndex.of(state.connection), f"{version} {_REVISION}"
    index.update(cards(), revision)
    failed = _update_listings(index, listings, revision)
    index.number()
    manifest = {
        "common": sorted(COMMON),
        "terms": list(term_parts(index, pages)),
        "block": BLOCK,
        "digits": DIGITS,
        "cards": "".join(card_blocks(index, pages)),
        "facets": facet_parts(index, pages),
    }
    # It names parts that are all there; who has the earlier one loads it anew when a part of it is gone.
    pages.put(MANIFEST, dumped(manifest))
    if site.has_address:
        _describe(site, pages)
    return failed


def _update_listings(index: SearchIndex, listings: Iterable[Listing], revision: str) -> Mapping[str, Exception]:
    failed: dict[str, Exception] = {}
    folders = set()
    for listing in listings:
        name = listing.source.source
        folders.add(foreign_folder(name))
        try:
            entries = foreign_entries(listing.source, islice(listing.datasets(), SEARCHABLE))
            index.update_listing(foreign_folder(name), listing.digest, entries, revision)
        except _TROUBLE as problem:
            failed[name] = problem
    index.leave_out_listings(folders)
    return failed


def _describe(site: Site, pages: PageWriter) -> None:
    """Write how browsers can search here (OpenSearch 1.1 description documents)."""
    template = environment().get_template("opensearch.xml.j2")
    for language in LANGUAGES:
        context = {
            "about": site.about,
            "language": language,
            "browse": f"{site.about.addresses.base}{folder(language)}{BROWSE}",
        }
        pages.put(opensearch_path(language), template.render(**context).encode())


def opensearch_path(language: str) -> str:
    """The description document for a language."""
    return f"{folder(language)}opensearch.xml"
