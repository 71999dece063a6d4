"""``harvest/<source>.yaml``: a catalog elsewhere whose datasets appear in this one, listed or re-published."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipelines.registry.base import Bilingual, Descriptor, Identifier, Text
from pipelines.registry.sources import WebAddress

#: Folder of the descriptors.
HARVEST = "harvest"
#: Instead of a period: the one that the other catalog says the dataset is about (dct:temporal).
FROM_TEMPORAL = "from_temporal"


class Selection(Descriptor):
    """Which datasets of a catalog appear: patterns of their identifiers, with ``*``, ``?`` and ``[…]``."""

    include: Annotated[tuple[Text, ...], Field(min_length=1, max_length=1000)] = ("*",)
    exclude: Annotated[tuple[Text, ...], Field(max_length=1000)] = ()

    def has(self, identifier: str) -> bool:
        """Tell whether a dataset appears."""
        named = any(fnmatchcase(identifier, pattern) for pattern in self.include)
        return named and not any(fnmatchcase(identifier, pattern) for pattern in self.exclude)


class Republication(Descriptor):
    """A dataset elsewhere that is delivered as one of ours: which of its files, and where in the inbox it goes."""

    dataset: Identifier
    """Ours."""
    organisation: Identifier
    """The publisher in whose name it is delivered."""
    file: Text
    """The name it gets in the inbox."""
    period: Text
    """The period it is about; ``all`` for datasets without periods; or :data:`FROM_TEMPORAL`."""
    media_type: Text | None = None
    title: Text | None = None
    """Of its distribution, in any language; with ``media_type`` both have to fit."""
    max_megabytes: Annotated[int, Field(ge=1, le=10_000)] = 200
    max_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600

    @model_validator(mode="after")
    def _names_a_distribution(self) -> Self:
        if self.media_type is None and self.title is None:
            raise ValueError("say which distribution it is, by media_type, title or both")
        return self


class HarvestDescriptor(Descriptor):
    """A catalog elsewhere."""

    title: Bilingual
    publisher: Bilingual
    """The name that its datasets appear under where they name no publisher of their own."""
    kind: Literal["dcat", "datapackage", "ckan"]
    """``dcat``: DCAT in JSON-LD, DCAT-US ``data.json`` among them; ``ckan``: a portal with CKAN's action API."""
    url: WebAddress
    """The document, or the portal."""
    licence: Text | None = None
    """The licence of datasets that name none."""
    licences: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    """Datasets under other licences do not appear; none named: all do. Needed for what is re-published."""
    datasets: Selection = Selection()
    republish: dict[Text, Republication] = Field(default_factory=dict, max_length=1000)
    """By identifier of the dataset elsewhere."""
    max_megabytes: Annotated[int, Field(ge=1, le=2_000)] = 50
    """Of all documents of the catalog together."""
    max_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600
    """Of each of its documents."""
    max_datasets: Annotated[int, Field(ge=1, le=1_000_000)] = 20_000
    """Of those that appear."""

    @model_validator(mode="after")
    def _is_a_portal(self) -> Self:
        if self.kind == "ckan" and "?" in self.url:
            raise ValueError("url is the portal's address, without a query")
        return self

    @model_validator(mode="after")
    def _licences_for_republication(self) -> Self:
        if self.republish and not self.licences:
            raise ValueError("licences names those under which datasets may be re-published")
        if self.licence is not None and self.licences and self.licence not in self.licences:
            raise ValueError("licence is not among licences")
        return self
