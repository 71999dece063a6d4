"""``dataset.yaml``: the descriptor of one dataset."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, field_validator

from pipelines.core.findings import Severity
from pipelines.core.periods import PeriodClass
from pipelines.registry.aggregates import Aggregate
from pipelines.registry.base import Bilingual, BilingualKeywords, Descriptor, Identifier, Text
from pipelines.registry.charts import MOST_CHARTS, ChartDescriptor
from pipelines.registry.coverage import Coverage
from pipelines.registry.deadlines import DeadlineRule
from pipelines.registry.disclosures import DatasetDisclosure
from pipelines.registry.layouts import TEMPLATE_LAYOUT, Layout
from pipelines.registry.requests import RequestRegister
from pipelines.registry.small_cells import SmallCells
from pipelines.registry.sources import Source


class DisclosureClass(StrEnum):
    """The five disclosures (五公开)."""

    DECISION = "decision"
    EXECUTION = "execution"
    MANAGEMENT = "management"
    SERVICE = "service"
    RESULT = "result"


class RegisterKind(StrEnum):
    """What the catalog delivers about itself."""

    ACTIVE_DISCLOSURE = "active_disclosure"
    """The basic catalog of active disclosure (主动公开基本目录)."""
    SCOREBOARD = "scoreboard"
    CORRECTIONS = "corrections"
    OVERDUE = "overdue"
    AGGREGATE = "aggregate"
    """Sums over another dataset's rows."""


#: Periods that registers are kept by; aggregates have those of their source.
REGISTER_PERIODS = {
    RegisterKind.ACTIVE_DISCLOSURE: PeriodClass.NONE,
    RegisterKind.SCOREBOARD: PeriodClass.MONTHLY,
    RegisterKind.CORRECTIONS: PeriodClass.YEARLY,
    RegisterKind.OVERDUE: PeriodClass.NONE,
}


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


class _Drift(Descriptor):
    """How far something may move from the same department's last accepted delivery."""

    measure: str
    severity: Severity = Severity.WARNING

    @property
    def field(self) -> str:
        """The field in the measure's brackets; empty where there is none."""
        return self.measure.partition("(")[2].rstrip(")")


class RatioDrift(_Drift):
    """Rows, or the sum of a field, as a multiple of the last delivery's."""

    measure: Annotated[str, Field(pattern=r"^(rows|sum\([a-z][a-z0-9_]*\))$")]
    min_ratio: Annotated[float, Field(gt=0, le=1)]
    max_ratio: Annotated[float, Field(ge=1)]


class ShareDrift(_Drift):
    """The shares of a categorical field's values, by their population stability index against the last delivery's.

    As a rule below 0.1 nothing has moved, from 0.1 to 0.25 a little, above 0.25 the distribution is another one
    (N. Siddiqi, Credit Risk Scorecards, 2006).
    """

    measure: Annotated[str, Field(pattern=r"^shares\([a-z][a-z0-9_]*\)$")]
    max_index: Annotated[float, Field(gt=0)] = 0.25


class AbsenceDrift(_Drift):
    """The share of rows in which a field is absent, by its difference from the last delivery's (0.2: 20 points)."""

    measure: Annotated[str, Field(pattern=r"^nulls\([a-z][a-z0-9_]*\)$")]
    max_change: Annotated[float, Field(gt=0, le=1)]


def _kind_of_drift(value: Any) -> str:
    """Which kind of entry it is, by its measure; whatever is none of the others is judged as a ratio."""
    measure = value.get("measure") if isinstance(value, dict) else value.measure
    name = str(measure).partition("(")[0]
    return name if name in {"shares", "nulls"} else "ratio"


Drift = Annotated[
    Annotated[RatioDrift, Tag("ratio")] | Annotated[ShareDrift, Tag("shares")] | Annotated[AbsenceDrift, Tag("nulls")],
    Discriminator(_kind_of_drift),
]


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
    """SPDX identifier, or one of ``licences`` in catalog.yaml; absent: the catalog's."""
    keywords: BilingualKeywords
    coverage: Coverage | None = None
    """What area and time it is about. Nothing that is published of rows depends on it: see ``load._digest``."""
    disclosure: DatasetDisclosure
    acceptance: Acceptance = Acceptance()
    layouts: tuple[Layout, ...] = Field(min_length=1)
    row_constraints: tuple[RowConstraint, ...] = ()
    drift: tuple[Drift, ...] = ()
    requests: RequestRegister | None = None
    """Which fields say what, where the dataset is the register of requests for disclosure."""
    register_of: RegisterKind | None = None
    """What the catalog writes into it by itself; absent: departments deliver it."""
    aggregate: Aggregate | None = None
    """What is added up, where it is a table of sums over another dataset's rows."""
    sources: tuple[Source, ...] = ()
    """Where departments publish it: what ``gongkai fetch`` brings into the inbox."""
    small_cells: SmallCells | None = None
    """How people are kept from being told apart by what is known of them."""
    deadlines: tuple[DeadlineRule, ...] = ()
    """Until when it is to be published. Nothing that is published depends on them: see ``load._digest``."""
    charts: tuple[ChartDescriptor, ...] = Field(default=(), max_length=MOST_CHARTS)
    """What is drawn of its rows on its page; none: charts that its public schema suggests."""

    @field_validator("layouts")
    @classmethod
    def _templates_have_their_own(cls, layouts: tuple[Layout, ...]) -> tuple[Layout, ...]:
        if any(layout.name == TEMPLATE_LAYOUT for layout in layouts):
            raise ValueError(f"the layout name {TEMPLATE_LAYOUT} is kept for workbooks of `gongkai template`")
        return layouts
