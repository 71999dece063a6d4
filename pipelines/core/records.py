"""The frozen records that stages hand to each other: Delivery → RawTable → ValidatedTable → DisclosedTable.

Tables themselves lie in Parquet files in private work folders; a record names the file and says what is
in it, so that no stage needs a whole table in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipelines.core.findings import Finding

#: Source coordinates: the columns that a RawTable's and a ValidatedTable's Parquet begin with.
FILE_COLUMN, SHEET_COLUMN, ROW_COLUMN = "_file", "_sheet", "_row"
#: Ragged rows of a RawTable: how many cells the row was delivered with, and the cells beyond the header.
CELLS_COLUMN, EXTRA_COLUMN = "_cells", "_extra"
COORDINATES = (FILE_COLUMN, SHEET_COLUMN, ROW_COLUMN)


@dataclass(frozen=True, order=True)
class DeliveryKey:
    """What a delivery is about: a dataset, a period, and the department that publishes it."""

    dataset: str
    period: str
    organisation: str

    def __str__(self) -> str:
        return f"{self.dataset}.{self.period}.{self.organisation}"


@dataclass(frozen=True)
class LandedFile:
    """One delivered file: the name it came under, and its bytes in the landing store."""

    name: str
    sha256: str
    size: int
    path: Path


@dataclass(frozen=True)
class Delivery:
    """All files that a department delivered for one dataset and period; ``sequence`` counts redeliveries from 1."""

    key: DeliveryKey
    sequence: int
    digest: str
    files: tuple[LandedFile, ...]

    @property
    def id(self) -> str:
        """``<dataset>.<period>.<organisation>.<sequence>``."""
        return f"{self.key}.{self.sequence}"


@dataclass(frozen=True)
class SourceReading:
    """How one table of a delivered file was read, for the report."""

    file: str
    sheet: str | None
    format: str
    encoding: str | None
    layout: str
    header_row: int
    unit: str | None


@dataclass(frozen=True)
class RawTable:
    """What the readers found, all text, in field names where the layout knows them.

    ``parquet`` has the columns ``_file, _sheet, _row, _cells, _extra`` and then ``c0 … cn``, one per entry
    of ``labels`` (labels may repeat or be empty: judging them is validation's business). Absent cells
    are null, empty cells are ``""``. ``excluded`` counts the rows of the files that are not in the table,
    by reason (``preamble``, ``header``, ``total``, ``footer``, ``blank``); with ``rows`` they make up
    ``rows_in_files``. ``steps`` counts the cells each tidy step changed.
    """

    delivery: Delivery
    parquet: Path
    labels: tuple[str, ...]
    rows: int
    rows_in_files: int
    excluded: Mapping[str, int]
    steps: Mapping[str, int]
    readings: tuple[SourceReading, ...]
    findings: tuple[Finding, ...]


class Verdict(StrEnum):
    """What becomes of a delivery."""

    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    REJECTED = "rejected"


@dataclass(frozen=True)
class CheckSummary:
    """One check of a delivery: how much it found. ``ran`` is false where an earlier stage ended the delivery."""

    ran: bool = False
    errors: int = 0
    warnings: int = 0
    rules: Mapping[str, int] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether the check ran and found no error."""
        return self.ran and self.errors == 0


@dataclass(frozen=True)
class ValidatedTable:
    """Rows that passed, typed by the schema. ``parquet``: ``_file, _sheet, _row``, then every schema field.

    ``quarantine`` holds the rows kept out: ``_file, _sheet, _row, rules`` and the delivered cells as text.
    Both are private.
    """

    delivery: Delivery
    parquet: Path
    rows: int
    quarantine: Path
    rows_quarantined: int
    unresolved_references: bool


@dataclass(frozen=True)
class FieldReceipt:
    """What disclosure did to one field of a delivery: never a value.

    ``level`` and ``k`` are there where small cells were looked at: how the field is shown, and how many persons share
    each combination at least.
    """

    field: str
    attribute: str
    treatment: str
    basis: str | None
    published_as: str | None
    rows: int
    level: str | None = None
    k: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON form, without what was not looked at."""
        return {name: value for name, value in vars(self).items() if name not in {"level", "k"} or value is not None}


@dataclass(frozen=True)
class DisclosedTable:
    """The only table that may be published. Made by ``pipelines.disclose`` alone (a test holds this).

    ``parquet`` has exactly the public fields, in the order of ``schema`` (a Table Schema descriptor).
    """

    delivery: Delivery
    parquet: Path
    rows: int
    schema: Mapping[str, Any]
    receipt: tuple[FieldReceipt, ...]
