"""``sources:`` in ``dataset.yaml``: where a department publishes what it would otherwise put into the inbox."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag

from pipelines.registry.base import Descriptor, Identifier, Text

#: Stands in a web address for the period that is asked for; in a query it is the bound value ``:period``.
PERIOD_PLACEHOLDER = "{period}"


def _lowered(name: str) -> str:
    return name.lower()


#: A host as web addresses write it: a name (its ASCII form, ``xn--…``), an IPv4 address or an IPv6 address in
#: brackets; a port may follow.
HostName = Annotated[
    str,
    Field(pattern=r"^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$"),
    AfterValidator(_lowered),
]

#: No user name or password, no blanks, no backslash; the host holds no placeholder.
WebAddress = Annotated[str, Field(pattern=r"^https?://[^\s\\/?#@{}]+(/[^\s\\#]*)?$")]


class _Source(Descriptor):
    """What all sources have."""

    name: Identifier
    organisation: Identifier
    """The publisher in whose name it is delivered."""
    file: Text
    """The name it gets in the inbox."""
    period: Text | None = None
    """The one period it is about; absent: the period that is asked for."""
    max_megabytes: Annotated[int, Field(ge=1, le=10_000)] = 200
    max_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600


class WebSource(_Source):
    """A file on the web."""

    url: WebAddress

    @property
    def asks_for_period(self) -> bool:
        """Whether the address differs by period."""
        return PERIOD_PLACEHOLDER in self.url


class DatabaseSource(_Source):
    """Rows of a database, written as CSV."""

    query: Text
    database: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
    """The environment variable with the SQLAlchemy URL: credentials stand in no descriptor."""

    @property
    def asks_for_period(self) -> bool:
        """Whether the query is bound to the period."""
        return ":period" in self.query


def _kind_of_source(value: Any) -> str:
    """Which kind of source it is, by its keys; whatever is no query is judged as a file on the web."""
    keys = value if isinstance(value, dict) else vars(value)
    return "database" if "query" in keys or "database" in keys else "web"


Source = Annotated[
    Annotated[WebSource, Tag("web")] | Annotated[DatabaseSource, Tag("database")], Discriminator(_kind_of_source)
]
