"""Checks of ``charts:``: are the fields public, quantities or coded, and do the values exist?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.core.messages import Parameter
from pipelines.core.periods import PeriodClass
from pipelines.registry.catalog import Dataset
from pipelines.registry.charts import ChartBase, ProgressChart, TreeChart
from pipelines.registry.fields import FieldSpec
from pipelines.registry.small_cells_checks import PARENT, public_fields
from pipelines.registry.tables import CodeList
from pipelines.registry.treatment_types import published_type

_QUANTITIES = frozenset({"integer", "number"})
_Key = tuple[str | int, ...]


@dataclass(frozen=True)
class UnusableChart:
    """What is wrong with a chart: ``key`` leads to it from the list of charts."""

    key: _Key
    kind: str
    params: Mapping[str, Parameter] = field(default_factory=dict)
    remedy: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True)
class _Checked:
    """A chart with what it is checked against."""

    chart: ChartBase
    public: Mapping[str, FieldSpec]
    tables: Mapping[str, CodeList]

    def codelist(self, name: str) -> str | None:
        """The code list of a field, which need not exist."""
        return self.chart.codelists.get(name) or self.public[name].codelist

    def problems(self) -> Iterator[UnusableChart]:
        known = ", ".join(self.public)
        for key, name in self.chart.fields.items():
            if name not in self.public:
                yield UnusableChart(key, "check-chart-not-public", {"field": name}, {"known": known})
        yield from self._codelists()
        for key, name in self.chart.quantities.items():
            if name in self.public and published_type(self.public[name]) not in _QUANTITIES:
                yield UnusableChart(key, "check-chart-no-quantity", {"field": name})
        for key, name in self.chart.coded.items():
            if name in self.public and not self._is_coded(name):
                yield UnusableChart(key, "check-chart-not-coded", {"field": name})
        if isinstance(self.chart, TreeChart) and self.chart.by in self.public:
            table = self.tables.get(self.codelist(self.chart.by) or "")
            if table is not None and PARENT not in table.columns:
                yield UnusableChart(("by",), "check-chart-no-parents", {"codelist": table.id})
        yield from self._units()
        yield from self._values()

    def _codelists(self) -> Iterator[UnusableChart]:
        for name, codelist in self.chart.codelists.items():
            key: _Key = ("codelists", name)
            if name not in self.public:
                yield UnusableChart(key, "check-chart-not-public", {"field": name}, {"known": ", ".join(self.public)})
            if codelist not in self.tables:
                yield UnusableChart(key, "check-unknown-codelist", {"codelist": codelist}, {"codelist": codelist})

    def _is_coded(self, name: str) -> bool:
        spec = self.public[name]
        is_listed = self.codelist(name) is not None or spec.constraints.enum is not None
        return is_listed or spec.type == "boolean" or spec.categories is not None

    def _units(self) -> Iterator[UnusableChart]:
        if isinstance(self.chart, ProgressChart):
            units = {self.public[name].unit for name in self.chart.values if name in self.public}
            if len(units) > 1:
                said = ", ".join(sorted(unit or "–" for unit in units))
                yield UnusableChart(("values",), "check-chart-units", {"units": said})

    def _values(self) -> Iterator[UnusableChart]:
        for name, values in self.chart.where.items():
            table = self.tables.get(self.codelist(name) or "") if name in self.public else None
            unknown = [value for value in values if table is not None and str(value) not in table.by_key]
            if table is not None and unknown:
                yield UnusableChart(("where", name), "check-chart-unknown-code",
                                    {"code": str(unknown[0]), "codelist": table.id})  # fmt: skip


def unusable_charts(dataset: Dataset, tables: Mapping[str, CodeList]) -> Iterator[UnusableChart]:
    """Everything that is wrong with the charts of a dataset, in their order.

    Args:
        dataset: the dataset.
        tables: code lists and organisations, by name.
    """
    public = public_fields(dataset)
    for position, chart in enumerate(dataset.descriptor.charts):
        if chart.by_period and dataset.period_class is PeriodClass.NONE:
            yield UnusableChart((position, "kind"), "check-chart-no-periods")
        for found in _Checked(chart, public, tables).problems():
            yield UnusableChart((position, *found.key), found.kind, found.params, found.remedy)
