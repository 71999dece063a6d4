"""Datasets as the index takes them up: ours by their cards, and those of catalogs elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from pipelines.catalog.harvested import HarvestedDataset, HarvestedSource, in_language
from pipelines.catalog.metadata.texts import LANGUAGES, cut
from pipelines.catalog.metadata.vocabularies import FILE_TYPES
from pipelines.core.digests import json_digest
from pipelines.core.messages import listed, translate
from pipelines.portal.cards import SUMMARY, Card
from pipelines.portal.places import harvested_dataset_place
from pipelines.portal.search.facets import FACETS, Value, format_values
from pipelines.portal.search.shown import Shown
from pipelines.portal.search.terms import FoundBy, Level, found_by, texts_of

#: Texts of a dataset elsewhere that it is found by, of a kind; it may have one in each of twenty languages.
_TEXTS = 4
_LICENCE = 80
_DAY = 10


@dataclass(frozen=True)
class Entry:
    """A dataset in the index.

    ``key`` is the identifier of one of ours, and has a slash in it for others: what is before it names their catalog.
    ``issued``: when it came in, UTC; ``texts``: what it is found by.
    """

    key: str
    issued: str
    texts: FoundBy
    shown: Shown

    @classmethod
    def of(cls, card: Card) -> Entry:
        """One of ours."""
        return cls(card.id, card.issued, texts_of(card), Shown.of(card))

    @property
    def is_foreign(self) -> bool:
        """Whether it is of a catalog elsewhere."""
        return "/" in self.key

    def made_of(self, revision: str) -> str:
        """Changes when it is found or shown in another way. Not when it came in: that is said anew with each listing
        of a catalog elsewhere."""
        return json_digest([revision, self.key, self.texts, self.shown.as_dict()])


def foreign_folder(source: str) -> str:
    """What keys of a catalog elsewhere begin with."""
    return f"{source}/"


def foreign_entries(source: HarvestedSource, datasets: Iterable[HarvestedDataset]) -> Iterator[Entry]:
    """Those of a catalog elsewhere, of its datasets in their order.

    They are not found by its name, which would be in the index with all of them: it is a facet.
    """
    facets: dict[str, list[Value]] = {facet: [] for facet in FACETS}
    facets["catalog"] = [[source.source, *(in_language(source.title, language) for language in LANGUAGES)]]
    for position, dataset in enumerate(datasets):
        formats = formats_of(dataset)
        # A day to come would put a dataset before all others for good.
        released = min(dataset.modified or dataset.issued, source.read)[:_DAY]
        cards = {
            language: {
                "place": quote(harvested_dataset_place(source.source, position, dataset.short), safe="/#"),
                "title": in_language(dataset.title, language),
                "summary": _summary(dataset, language),
                "theme": translate("harvested-from", language, catalog=in_language(source.title, language)),
                "facts": _facts(dataset, formats, language),
                "released": released,
            }
            for language in LANGUAGES
        }
        shown = Shown(cards, {**facets, "format": format_values(formats)}, released)
        yield Entry(f"{foreign_folder(source.source)}{dataset.short}", source.read, _texts(dataset), shown)


def formats_of(dataset: HarvestedDataset) -> list[str]:
    """Types of its files, as far as they have a name here; others could be any text."""
    found = (FILE_TYPES.get(each.media_type) for each in dataset.distributions)
    return list(dict.fromkeys(kind.name for kind in found if kind is not None))


def _facts(dataset: HarvestedDataset, formats: Iterable[str], language: str) -> list[str]:
    said = (in_language(dataset.publisher, language), cut(dataset.licence, _LICENCE), listed(formats, language))
    return [text for text in said if text]


def _summary(dataset: HarvestedDataset, language: str) -> str:
    return cut(in_language(dataset.description, language).replace("\n", " "), SUMMARY)


def _texts(dataset: HarvestedDataset) -> FoundBy:
    return found_by({
        Level.TITLE: list(dataset.title.values())[:_TEXTS],
        Level.NAME: list(dataset.publisher.values())[:_TEXTS],
        Level.SUMMARY: list(dict.fromkeys(_summary(dataset, each) for each in LANGUAGES)),
    })  # fmt: skip
