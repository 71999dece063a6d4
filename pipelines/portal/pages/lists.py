"""Lists of datasets: the first page of the catalog, and the whole list for readers without scripts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import nlargest

from pipelines.portal.cards import Card
from pipelines.portal.places import HOME, LANGUAGES, browse_place, page_file
from pipelines.portal.rendering import Site
from pipelines.portal.sources import SnapshotSource
from pipelines.portal.writing import PageWriter
from pipelines.registry.dataset import RegisterKind

#: Datasets on a page of the list, and of the newest on the first page.
PER_PAGE, NEWEST = 50, 12

#: The cards of all datasets, by identifier, each with a digest of what it was made of; may be called again.
Cards = Callable[[], Iterable[tuple[str, Card]]]


def list_pages(site: Site, source: SnapshotSource, cards: Cards, pages: PageWriter) -> None:
    """Make the pages that list datasets.

    Args:
        site: what all pages share.
        source: the snapshot.
        cards: the datasets; as many as a page shows are held at a time.
        pages: takes what is made.
    """
    _home(site, source, cards, pages)
    count = sum(1 for _ in cards())
    for number, total, batch in _batches(cards, count):
        place = browse_place(number)
        # Only the first page says how many datasets there are elsewhere, which changes without a release.
        foreign = {**_foreign(source), "own": count} if number == 1 and source.harvested else bool(source.harvested)
        said = f"{total} {number} {[digest for digest, _ in batch]} {foreign}"
        digest = hashlib.sha256(said.encode()).hexdigest()
        context = {
            "cards": [card for _, card in batch], "number": number, "total": total, "harvested": foreign,
        }  # fmt: skip
        for language in LANGUAGES:
            path = page_file(place, language)
            if not pages.is_made(path, digest):
                pages.put(path, site.render("browse.html.j2", place, language, **context), digest)


def _home(site: Site, source: SnapshotSource, cards: Cards, pages: PageWriter) -> None:
    # What the catalog tells of itself changes with every release and would leave room for nothing else.
    delivered = (card for _, card in cards() if not _is_register(source, card.id))
    newest = nlargest(NEWEST, delivered, key=lambda card: (card.released, card.id))
    themes, classes, rows, total = Counter[str](), Counter[str](), 0, 0
    for _, card in cards():
        themes[card.theme] += 1
        classes[card.disclosure_class] += 1
        rows, total = rows + card.rows, total + 1
    context = {
        "newest": newest, "theme_counts": themes, "class_counts": classes, "rows": rows, "total": total,
        "snapshot": source.snapshot, "catalogs": source.harvested, "harvested": _foreign(source),
    }  # fmt: skip
    for language in LANGUAGES:
        pages.put(page_file(HOME, language), site.render("home.html.j2", HOME, language, **context))


def _is_register(source: SnapshotSource, dataset: str) -> bool:
    known = source.catalog.datasets.get(dataset)
    return known is not None and known.descriptor.register_of not in {None, RegisterKind.AGGREGATE}


def _foreign(source: SnapshotSource) -> Mapping[str, int]:
    """How many catalogs elsewhere there are, and datasets of them; empty where there are none."""
    if not source.harvested:
        return {}
    return {"catalogs": len(source.harvested), "datasets": sum(each.datasets for each in source.harvested)}


def _batches(cards: Cards, count: int) -> Iterator[tuple[int, int, Sequence[tuple[str, Card]]]]:
    """Numbers of pages, how many there are, and the cards on each, of so many."""
    total = max(1, -(-count // PER_PAGE))
    batch: list[tuple[str, Card]] = []
    number = 1
    for entry in cards():
        batch.append(entry)
        if len(batch) == PER_PAGE:
            yield number, total, batch
            number, batch = number + 1, []
    if batch or number == 1:
        yield number, total, batch
