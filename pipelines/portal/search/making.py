"""Making the search index of a catalog: what changed, then the parts, then the manifest that names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pipelines.portal.places import BROWSE, LANGUAGES, folder
from pipelines.portal.rendering import Site, environment
from pipelines.portal.search.facets import dumped
from pipelines.portal.search.folding import COMMON
from pipelines.portal.search.index import SearchIndex
from pipelines.portal.search.parts import BLOCK, DIGITS, FOLDER, card_blocks, facet_parts, term_parts
from pipelines.portal.state import PortalState
from pipelines.portal.writing import PageWriter

MANIFEST = f"{FOLDER}/index.json"
#: Changes when the same card is shown in another way: texts of messages are not in it.
_REVISION = 1


def search_pages(
    site: Site, state: PortalState, cards: Callable[[], Iterable[str]], pages: PageWriter, version: str
) -> None:
    """Bring the index up to date.

    Args:
        site: what all pages share.
        state: keeps what the index is made of.
        cards: all cards, as they are kept.
        pages: takes what is made.
        version: of the program; its messages are in what is shown.
    """
    index = SearchIndex.of(state.connection)
    index.update(cards(), f"{version} {_REVISION}")
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
