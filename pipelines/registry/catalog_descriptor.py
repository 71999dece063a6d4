"""``catalog.yaml``: what is said once for the whole catalog."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from pipelines.registry.base import BaseAddress, Bilingual, Descriptor, Identifier, Text, WebAddress
from pipelines.registry.coverage import Spatial
from pipelines.registry.deadlines import ZoneName
from pipelines.registry.licences import LICENCES, Licence
from pipelines.registry.sources import HostName

#: Schemas and databases of DuckDB's own, and of the index beside those of the themes.
_RESERVED = {"main", "catalog", "temp", "system", "information_schema", "pg_catalog"}
_RESERVED |= {"changes", "codelists", "labelled"}


def _is_free(name: str) -> str:
    if name in _RESERVED:
        raise ValueError(f"{name} is taken; themes become schemas of the index")
    return name


ThemeId = Annotated[Identifier, AfterValidator(_is_free)]


class Theme(Descriptor):
    """A theme: also the DuckDB schema and the Dagster group of its datasets."""

    id: ThemeId
    title: Bilingual
    uri: WebAddress | None = None
    """Term of a published theme vocabulary (dcat:theme)."""


class CatalogDescriptor(Descriptor):
    """The catalog."""

    id: Identifier
    title: Bilingual
    description: Bilingual
    publisher: Identifier
    contact: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    contact_name: Bilingual | None = None
    """Whom the contact reaches; absent: the publisher."""
    licence: Text
    licences: dict[Text, Licence] = Field(default_factory=dict)
    """Licences that are not among those that are known by their SPDX identifiers."""
    rights: Bilingual | None = None
    """What users may do with the data, in a sentence (dct:rights)."""
    base_url: BaseAddress | None = None
    """Where the catalog is found on the web. Identifiers of datasets and versions begin with it, so it should never
    change. Without it no metadata is published."""
    spatial: Spatial | None = None
    """What area the datasets are about, unless they say otherwise."""
    first_year: Annotated[int, Field(ge=1990, le=2100)]
    """Partitions begin here; deliveries for earlier periods are refused."""
    themes: tuple[Theme, ...] = Field(min_length=1)
    time_zone: ZoneName = "Asia/Shanghai"
    """By which clock days of deadlines begin and end."""
    fetch_hosts: tuple[HostName, ...] = ()
    """Hosts that ``gongkai fetch`` may reach: exact names; without a port, those of http and https."""
    fetch_private_hosts: tuple[HostName, ...] = ()
    """Those of them, by name or by address, that lie in a network of one's own."""

    @model_validator(mode="after")
    def _licence_is_known(self) -> CatalogDescriptor:
        if self.known_licence(self.licence) is None:
            raise ValueError(
                f"{self.licence} is no licence that is known by its SPDX identifier; describe it in licences"
            )
        return self

    def known_licence(self, name: str) -> Licence | None:
        """A licence by its identifier."""
        return self.licences.get(name) or LICENCES.get(name)
