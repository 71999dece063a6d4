"""The quality of metadata by the rubric of the European data portal: 405 points, from the DCAT-AP document alone.

Dimensions and points are those of the Metadata Quality Assessment of data.europa.eu. What is asked of files counts for
the one file that has most of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.catalog.metadata.vocabularies import AUTHORITY, FILE_TYPES, MEDIA_TYPES
from pipelines.core.messages import Message

MOST = 405
_OPEN = {kind.uri for kind in FILE_TYPES.values() if kind.open}
_READABLE = {kind.uri for kind in FILE_TYPES.values() if kind.readable}
#: Ratings, from so many points on.
_RATINGS = ((351, "excellent"), (221, "good"), (121, "sufficient"), (0, "bad"))

Works = Callable[[str], bool]
"""Whether an address leads to something."""


@dataclass(frozen=True)
class Item:
    """A question of the rubric: its dimension, what it gives, and whether it is fulfilled."""

    dimension: str
    name: str
    worth: int
    fulfilled: bool

    @property
    def message(self) -> Message:
        """What is asked for, in a sentence."""
        return Message(f"metadata-score-{self.name}")

    @property
    def points(self) -> int:
        """What it gave."""
        return self.worth if self.fulfilled else 0

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"dimension": self.dimension, "name": self.name, "points": self.points, "worth": self.worth}


@dataclass(frozen=True)
class Score:
    """The score of a dataset."""

    dataset: str
    items: tuple[Item, ...]

    @property
    def points(self) -> int:
        """All points."""
        return sum(item.points for item in self.items)

    @property
    def missing(self) -> tuple[Item, ...]:
        """What would give more, most first."""
        return tuple(sorted((item for item in self.items if not item.fulfilled), key=lambda item: -item.worth))

    @property
    def rating(self) -> str:
        """``excellent``, ``good``, ``sufficient`` or ``bad``."""
        return next(name for least, name in _RATINGS if self.points >= least)

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        dimensions: dict[str, int] = {}
        for item in self.items:
            dimensions[item.dimension] = dimensions.get(item.dimension, 0) + item.points
        return {
            "dataset": self.dataset, "points": self.points, "most": MOST, "rating": self.rating,
            "dimensions": dimensions, "items": [item.as_dict() for item in self.items],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Score:
        """Read the JSON form (KeyError, TypeError when it is not one)."""
        items = (
            Item(each["dimension"], each["name"], each["worth"], each["points"] == each["worth"])
            for each in document["items"]
        )
        return cls(document["dataset"], tuple(items))


def score(dataset: str, address: str, document: Mapping[str, Any], works: Works, *, complies: bool) -> Score:
    """The score of a dataset.

    Args:
        dataset: its identifier.
        address: its address.
        document: its DCAT-AP document (JSON-LD, as :mod:`pipelines.catalog.metadata.graph` writes it).
        works: tells whether an address leads to something.
        complies: whether the document keeps the rules of DCAT-AP.
    """
    by_address = {entry["@id"]: entry for entry in document["@graph"] if "@type" in entry}
    said = by_address.get(address, {})
    files = [tuple(_of_file(by_address.get(each["@id"], {}), works)) for each in said.get("dcat:distribution", ())]
    best = max(files, key=lambda items: sum(item.points for item in items), default=tuple(_of_file({}, works)))
    return Score(dataset, (*_of_dataset(said), *best, Item("interoperability", "dcat-ap", 30, complies)))


def _present(said: Mapping[str, Any], *wanted: tuple[str, str, str, int]) -> Iterator[Item]:
    """Items that count when a property is there at all: dimension, name, property, points."""
    for dimension, name, key, worth in wanted:
        yield Item(dimension, name, worth, bool(said.get(key)))


def _of_dataset(said: Mapping[str, Any]) -> Iterator[Item]:
    yield from _present(
        said,
        ("findability", "keyword", "dcat:keyword", 30),
        ("findability", "theme", "dcat:theme", 30),
        ("findability", "spatial", "dct:spatial", 20),
        ("findability", "temporal", "dct:temporal", 20),
        ("reusability", "access-rights", "dct:accessRights", 10),
        ("reusability", "contact", "dcat:contactPoint", 20),
        ("reusability", "publisher", "dct:publisher", 10),
        ("contextuality", "issued", "dct:issued", 5),
        ("contextuality", "modified", "dct:modified", 5),
    )
    yield Item("reusability", "access-rights-term", 5, _begins(said, "dct:accessRights", f"{AUTHORITY}access-right/"))


def _of_file(said: Mapping[str, Any], works: Works) -> Iterator[Item]:
    yield from _present(
        said,
        ("accessibility", "download", "dcat:downloadURL", 20),
        ("interoperability", "format", "dct:format", 20),
        ("interoperability", "media-type", "dcat:mediaType", 10),
        ("reusability", "licence", "dct:license", 20),
        ("contextuality", "rights", "dct:rights", 5),
        ("contextuality", "size", "dcat:byteSize", 5),
    )
    for name, key, worth in (("access-works", "dcat:accessURL", 50), ("download-works", "dcat:downloadURL", 30)):
        yield Item("accessibility", name, worth, any(works(address) for address in _addresses(said, key)))
    yield Item("interoperability", "format-term", 5, _begins(said, "dct:format", f"{AUTHORITY}file-type/"))
    yield Item("interoperability", "media-type-term", 5, _begins(said, "dcat:mediaType", MEDIA_TYPES))
    formats = _addresses(said, "dct:format")
    yield Item("interoperability", "open-format", 20, any(address in _OPEN for address in formats))
    yield Item("interoperability", "readable-format", 20, any(address in _READABLE for address in formats))
    yield Item("reusability", "licence-term", 10, _begins(said, "dct:license", f"{AUTHORITY}licence/"))


def _addresses(said: Mapping[str, Any], key: str) -> list[str]:
    return [value["@id"] for value in said.get(key, ()) if "@id" in value]


def _begins(said: Mapping[str, Any], key: str, vocabulary: str) -> bool:
    return any(address.startswith(vocabulary) for address in _addresses(said, key))
