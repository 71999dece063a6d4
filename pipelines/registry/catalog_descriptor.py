"""``catalog.yaml``: what is said once for the whole catalog."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from pipelines.registry.base import Bilingual, Descriptor, Identifier, Text
from pipelines.registry.deadlines import ZoneName
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
    uri: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    """Term of a published theme vocabulary (dcat:theme)."""


class CatalogDescriptor(Descriptor):
    """The catalog."""

    id: Identifier
    title: Bilingual
    description: Bilingual
    publisher: Identifier
    contact: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    licence: Text
    first_year: Annotated[int, Field(ge=1990, le=2100)]
    """Partitions begin here; deliveries for earlier periods are refused."""
    themes: tuple[Theme, ...] = Field(min_length=1)
    time_zone: ZoneName = "Asia/Shanghai"
    """By which clock days of deadlines begin and end."""
    fetch_hosts: tuple[HostName, ...] = ()
    """Hosts that ``gongkai fetch`` may reach: exact names; without a port, those of http and https."""
    fetch_private_hosts: tuple[HostName, ...] = ()
    """Those of them, by name or by address, that lie in a network of one's own."""
