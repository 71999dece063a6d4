"""``charts:`` of a dataset: which figures of its rows are drawn on its page.

Nothing that is published of rows depends on it: see ``load._digest``. Fields are named as they are published.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from pipelines.registry.base import Bilingual, Descriptor, Identifier

#: A dataset has so many charts at most: more are a report, not a look at it.
MOST_CHARTS = 3
#: Lines that can still be told apart.
MOST_LINES = 4
#: Levels of a code list below each other.
MOST_LEVELS = 3


KeyPath = tuple[str | int, ...]


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


Values = Annotated[
    tuple[str | int, ...],
    BeforeValidator(_as_tuple, json_schema_input_type=str | int | tuple[str | int, ...]),
    Field(min_length=1),
]
"""Values of a field; one may stand by itself. Booleans and years are compared as they are written."""


class Measure(StrEnum):
    """What is told of a quantity's values in a period."""

    SUM = "sum"
    MEAN = "mean"
    MEDIAN = "median"


class Periods(StrEnum):
    """Rows of which periods are counted."""

    NEWEST = "newest"
    ALL = "all"


class ChartBase(Descriptor):
    """What all charts may say."""

    title: Bilingual | None = None
    """Absent: made of the fields' titles."""
    where: dict[Identifier, Values] = Field(default_factory=dict)
    """Only rows with one of these values in each field."""
    once_per: Identifier | None = None
    """Rows with the same value in this field say the same thing; it is counted once a period."""
    codelists: dict[Identifier, Identifier] = Field(default_factory=dict)
    """Code lists of fields whose public schema names none, because they are generalised before publication."""

    by_period: ClassVar[bool] = False
    """Whether it is a chart over periods."""

    #: Keys that name fields whose values are added up, and fields whose values are told apart.
    quantity_keys: ClassVar[tuple[str, ...]] = ()
    code_keys: ClassVar[tuple[str, ...]] = ()

    @property
    def quantities(self) -> Mapping[KeyPath, str]:
        """Fields whose values are added up, by the key that names them."""
        return self._named(self.quantity_keys)

    @property
    def coded(self) -> Mapping[KeyPath, str]:
        """Fields whose values are told apart, by the key that names them."""
        return self._named(self.code_keys)

    @property
    def fields(self) -> Mapping[KeyPath, str]:
        """All fields that it reads, by the key that names them."""
        where: dict[KeyPath, str] = {("where", name): name for name in self.where}
        return {**self.quantities, **self.coded, **where, **self._named(("once_per",))}

    def _named(self, keys: tuple[str, ...]) -> dict[KeyPath, str]:
        found: dict[KeyPath, str] = {}
        for key in keys:
            named = getattr(self, key)
            if isinstance(named, tuple):
                found |= {(key, place): name for place, name in enumerate(named)}
            elif named is not None:
                found[(key,)] = named
        return found


class _OverValue(ChartBase):
    value: Identifier | None = None
    """The quantity that is added up; absent: rows are counted."""
    periods: Periods = Periods.NEWEST
    quantity_keys: ClassVar[tuple[str, ...]] = ("value",)


class TreeChart(_OverValue):
    """A quantity by a code list whose codes lie below each other, such as a budget by function."""

    kind: Literal["tree"]
    by: Identifier
    levels: Annotated[int, Field(ge=1, le=MOST_LEVELS)] = 2
    code_keys: ClassVar[tuple[str, ...]] = ("by",)


class CodesChart(_OverValue):
    """A quantity by the values of a coded field, the largest first."""

    kind: Literal["codes"]
    by: Identifier
    code_keys: ClassVar[tuple[str, ...]] = ("by",)


class CategoriesChart(_OverValue):
    """A quantity by two coded fields: bars of one, divided by the other."""

    kind: Literal["categories"]
    rows: Identifier
    by: Identifier
    code_keys: ClassVar[tuple[str, ...]] = ("rows", "by")

    @model_validator(mode="after")
    def _two_fields(self) -> CategoriesChart:
        if self.rows == self.by:
            raise ValueError("rows and by are two different fields")
        return self


class StatusChart(ChartBase):
    """How many rows have each value of a coded field, period by period."""

    kind: Literal["status"]
    by: Identifier
    by_period: ClassVar[bool] = True
    code_keys: ClassVar[tuple[str, ...]] = ("by",)


class ProgressChart(ChartBase):
    """Quantities of one unit over periods, as lines: planned and actual, physical and financial."""

    kind: Literal["progress"]
    values: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=MOST_LINES)]
    measure: Measure = Measure.SUM
    by_period: ClassVar[bool] = True
    quantity_keys: ClassVar[tuple[str, ...]] = ("values",)


class DistributionChart(ChartBase):
    """How the values of a quantity are distributed."""

    kind: Literal["distribution"]
    value: Identifier
    periods: Periods = Periods.NEWEST
    quantity_keys: ClassVar[tuple[str, ...]] = ("value",)


class RowsChart(ChartBase):
    """How many rows each period has."""

    kind: Literal["rows"]
    by_period: ClassVar[bool] = True


ChartDescriptor = Annotated[
    TreeChart | CodesChart | CategoriesChart | StatusChart | ProgressChart | DistributionChart | RowsChart,
    Field(discriminator="kind"),
]
