"""``dataset.yaml``: the descriptor of one dataset."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from pipelines.core.findings import Severity
from pipelines.core.periods import PeriodClass
from pipelines.registry.base import Bilingual, BilingualKeywords, Descriptor, Identifier, Text
from pipelines.registry.disclosures import DatasetDisclosure
from pipelines.registry.layouts import Layout


class DisclosureClass(StrEnum):
    """The five disclosures (五公开)."""

    DECISION = "decision"
    EXECUTION = "execution"
    MANAGEMENT = "management"
    SERVICE = "service"
    RESULT = "result"


class OnRowError(StrEnum):
    """What happens to a delivery with faulty rows."""

    QUARANTINE = "quarantine"
    REJECT = "reject"


class Acceptance(Descriptor):
    """When a delivery with faulty rows still counts."""

    on_row_error: OnRowError = OnRowError.QUARANTINE
    max_quarantined_share: Annotated[float, Field(ge=0, le=1)] = 0.1
    """More quarantined rows than this share reject the delivery."""
    references: dict[Identifier, Severity] = Field(default_factory=dict)
    """How a foreign key into another dataset that finds nothing is judged; not named: error."""


class RowConstraint(Descriptor):
    """A rule over the fields of one row: a DuckDB expression. As with an SQL CHECK constraint, a row fails
    only where the expression is false; unknown (null) passes."""

    id: Identifier
    field: Identifier
    """The field that a violation is reported at."""
    check: Text
    severity: Severity = Severity.ERROR
    message: Bilingual
    remedy: Bilingual


class Drift(Descriptor):
    """How far a measure may move from the same department's last accepted delivery."""

    measure: Annotated[str, Field(pattern=r"^(rows|sum\([a-z][a-z0-9_]*\))$")]
    min_ratio: Annotated[float, Field(gt=0, le=1)]
    max_ratio: Annotated[float, Field(ge=1)]
    severity: Severity = Severity.WARNING


class DatasetDescriptor(Descriptor):
    """One dataset of the catalog, without its schema, expectations and examples."""

    id: Identifier
    title: Bilingual
    description: Bilingual
    theme: Identifier
    disclosure_class: DisclosureClass
    publishers: tuple[Identifier, ...] = Field(min_length=1)
    """Organisations that deliver it."""
    period: PeriodClass
    licence: Text | None = None
    """SPDX identifier; absent: the catalog's."""
    keywords: BilingualKeywords
    disclosure: DatasetDisclosure
    acceptance: Acceptance = Acceptance()
    layouts: tuple[Layout, ...] = Field(min_length=1)
    row_constraints: tuple[RowConstraint, ...] = ()
    drift: tuple[Drift, ...] = ()
