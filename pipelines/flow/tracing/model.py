"""What tracing finds. Source coordinates and counts, and values of active key fields only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from pipelines.ingest.provenance import FileOrigin


class Reason(StrEnum):
    """Why a delivered row is not published, or a delivery could not be looked into."""

    QUARANTINED = "quarantined"
    WAITING = "waiting"
    REJECTED = "rejected"
    REPLACED = "replaced"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Place:
    """Where a row was delivered. ``row`` is counted as a spreadsheet shows it; ``column`` is the label of the column
    that ``unpivot`` made the row of, where that is certain; ``sha256`` is of the delivered file (for a member of an
    archive: of the archive); ``origin`` is known of files that were harvested from a catalog elsewhere."""

    file: str
    sheet: str | None
    row: int
    column: str | None
    sha256: str | None
    origin: FileOrigin | None = None


@dataclass(frozen=True)
class Cell:
    """Where a published field's value was delivered: ``addresses`` (C7) in workbooks; else columns from 1 and labels.

    Without any column the value is from the layout or the delivery itself. With ``one_of`` it is from one of them and
    it is not certain which; ``filled``: where the cell is empty, a step took the value from elsewhere.
    """

    field: str
    addresses: tuple[str, ...]
    columns: tuple[int, ...]
    labels: tuple[str, ...]
    one_of: bool
    filled: bool


@dataclass(frozen=True)
class Scaling:
    """Columns whose amounts were multiplied: by how many yuan there are in the unit."""

    columns: tuple[str, ...]
    unit: str
    factor: int


@dataclass(frozen=True)
class Handling:
    """How the row's table was read. ``steps`` are those of its layout that changed cells, counted over the delivery."""

    layout: str
    format: str
    encoding: str | None
    unit: str | None
    scaling: tuple[Scaling, ...]
    steps: Mapping[str, int]


@dataclass(frozen=True)
class DeliveryOf:
    """The delivery that a row came with. ``landed``: UTC time, ISO 8601."""

    delivery: str
    period: str
    organisation: str
    landed: str


@dataclass(frozen=True)
class Newer:
    """The newest delivery of the same department and period; ``verdict`` ``None``: it has not been decided."""

    delivery: str
    verdict: str | None


@dataclass(frozen=True)
class Traced:
    """One row and where it comes from.

    ``key`` has the values of the key's active fields; ``segment`` is the object that holds the row. Where ``reason``
    says why the row is not published, ``rules`` are those that it or its delivery breaks, and ``replaced_by`` names
    the delivery that stands instead. ``held``: published, but today's descriptor rejects its delivery. ``cells`` are
    known where today's descriptor read the row.
    """

    source: DeliveryOf
    place: Place
    handling: Handling | None
    key: Mapping[str, str | None] = field(default_factory=dict)
    segment: str | None = None
    held: bool = False
    newer: Newer | None = None
    reason: Reason | None = None
    rules: tuple[str, ...] = ()
    replaced_by: str | None = None
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Unsearched:
    """A delivery whose rows are not stored, so that it cannot be told whether it has the key."""

    source: DeliveryOf
    reason: Reason
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Version:
    """The version looked into, and the snapshot that shows it: the current one, or for an earlier version its first."""

    version: str
    snapshot: int
    released: str


@dataclass(frozen=True)
class Trace:
    """The answer. Lists are limited; ``rows_published`` and ``rows_unpublished`` count everything that was found.

    ``untraced`` counts published rows, per delivery or deliveries, whose source coordinates are not stored any more.
    """

    dataset: str
    fields: tuple[str, ...]
    version: Version | None
    rows_published: int
    published: tuple[Traced, ...]
    untraced: Mapping[str, int]
    rows_unpublished: int
    unpublished: tuple[Traced, ...]
    unsearched: tuple[Unsearched, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return asdict(self)
