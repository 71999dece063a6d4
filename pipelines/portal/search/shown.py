"""What results show of a dataset, in each language, and what they can be narrowed and sorted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pipelines.catalog.metadata.texts import LANGUAGES
from pipelines.portal.cards import Card
from pipelines.portal.places import dataset_place
from pipelines.portal.search.facets import Value, facets_of


@dataclass(frozen=True)
class Shown:
    """``cards``: by language, the texts of a card as they stand there; ``facets``: see :func:`facets_of`;
    ``released``: when the newest version came, UTC."""

    cards: Mapping[str, Mapping[str, Any]]
    facets: Mapping[str, Sequence[Value]]
    released: str

    @classmethod
    def of(cls, card: Card) -> Shown:
        """What is shown of a card."""
        cards = {
            language: {
                "place": quote(dataset_place(card.id)),
                "title": card.title[language],
                "summary": card.summary[language],
                "theme": card.theme_title[language],
                "facts": card.facts(language),
                "released": card.released,
            }
            for language in LANGUAGES
        }
        return cls(cards, facets_of(card), card.released)

    def as_dict(self) -> dict[str, Any]:
        """As it is kept."""
        return {"cards": self.cards, "facets": self.facets, "released": self.released}
