"""All cards as pages about many datasets need them: one after the other, or those of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.catalog.metadata.texts import Texts
from pipelines.portal.cards import Card
from pipelines.portal.state import PortalState

#: Datasets that are named of those that use a code list.
_NAMED = 50


@dataclass(frozen=True)
class CardShelf:
    """The cards of datasets that are shown, each with the digest of what it was made of."""

    state: PortalState

    def __call__(self) -> Iterator[tuple[str, Card]]:
        """All of them, by identifier."""
        for digest, card in self.state.cards():
            yield digest, Card.from_json(card)

    def texts(self) -> Iterator[str]:
        """All of them as they are kept."""
        return (card for _, card in self.state.cards())

    def some(self, datasets: Iterable[str]) -> list[Card]:
        """Those of some datasets, in their order; of those that have one."""
        found = (self.state.card(dataset) for dataset in datasets)
        return [Card.from_json(card) for card in found if card is not None]


@dataclass
class CodelistUse:
    """A code list as the dataset with the newest version has it, and which datasets use it: ``count`` of them, the
    first 50 with their titles."""

    sha256: str = ""
    released: str = ""
    datasets: dict[str, Texts] = field(default_factory=dict)
    count: int = 0

    def add(self, card: Card, sha256: str) -> None:
        """Take up a dataset that uses it."""
        self.count += 1
        if len(self.datasets) < _NAMED:
            self.datasets[card.id] = card.title
        if card.released > self.released:
            self.sha256, self.released = sha256, card.released


@dataclass(frozen=True)
class CardGroups:
    """Which datasets belong together. Hardly more than identifiers is held, however many datasets there are.

    ``digests``: dataset → the digest of what its card was made of; ``rows``: dataset → how many it has; the others are
    theme, class or organisation → its datasets, by identifier. ``theme_titles`` and ``names`` are those that cards
    give, of themes and organisations that the registry need not have any more; ``publishers``: dataset → who delivers
    it; ``codelists``: who uses each code list.
    """

    digests: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    themes: dict[str, list[str]] = field(default_factory=dict)
    classes: dict[str, list[str]] = field(default_factory=dict)
    organisations: dict[str, list[str]] = field(default_factory=dict)
    theme_titles: dict[str, Texts] = field(default_factory=dict)
    names: dict[str, Texts] = field(default_factory=dict)
    publishers: dict[str, Sequence[str]] = field(default_factory=dict)
    codelists: dict[str, CodelistUse] = field(default_factory=dict)

    @classmethod
    def of(cls, cards: Iterable[tuple[str, Card]]) -> CardGroups:
        """Go through all cards once."""
        groups = cls()
        for digest, card in cards:
            groups._add(digest, card)
        return groups

    def _add(self, digest: str, card: Card) -> None:
        self.digests[card.id] = digest
        self.rows[card.id] = card.rows
        self.themes.setdefault(card.theme, []).append(card.id)
        self.classes.setdefault(card.disclosure_class, []).append(card.id)
        self.theme_titles.setdefault(card.theme, card.theme_title)
        self.publishers[card.id] = tuple(card.publishers)
        for organisation, name in card.publishers.items():
            self.organisations.setdefault(organisation, []).append(card.id)
            self.names.setdefault(organisation, name)
        for codelist, sha256 in card.codelists.items():
            self.codelists.setdefault(codelist, CodelistUse()).add(card, sha256)

    def digests_of(self, datasets: Iterable[str]) -> list[str]:
        """What cards of datasets were made of: changes whenever one of them does."""
        return [self.digests[dataset] for dataset in datasets]


def sizes(groups: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many datasets each group has."""
    return {name: len(datasets) for name, datasets in groups.items()}
