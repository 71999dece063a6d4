"""The loaded registry: what every later room asks about datasets, code lists and organisations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.core.errors import UnknownDataset
from pipelines.core.periods import Period, PeriodClass
from pipelines.registry.calendars import CalendarDescriptor
from pipelines.registry.catalog_descriptor import CatalogDescriptor
from pipelines.registry.dataset import DatasetDescriptor
from pipelines.registry.disclosures import Attribute, Drop, Generalise, Surrogate
from pipelines.registry.escalation import EscalationDescriptor
from pipelines.registry.expectations import ExpectationSuite
from pipelines.registry.fields import FieldSpec, ForeignKey, SchemaDescriptor, table_schema
from pipelines.registry.harvests import HarvestDescriptor
from pipelines.registry.negative_list import NegativeEntry, NegativeList
from pipelines.registry.problems import Problem
from pipelines.registry.table_schemas import for_frictionless
from pipelines.registry.tables import CodeList, Organisation

ORGANISATIONS = "organisations"


@dataclass(frozen=True)
class Dataset:
    """One usable dataset. ``digest`` changes whenever anything that its outcomes depend on changes."""

    descriptor: DatasetDescriptor
    schema: SchemaDescriptor
    expectations: ExpectationSuite | None
    folder: Path
    digest: str
    barred: Mapping[str | None, str] = field(default_factory=dict)
    """Fields that the negative list bars from publication today (``None``: all of it), with the entry that does."""
    condition_values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Every value that may stand in a field which disclosure depends on; from an enum or a code list."""

    @property
    def is_disclosed(self) -> bool:
        """Whether it is published at all: its attribute is ``active``, and nothing bars it as a whole."""
        return self.descriptor.disclosure.attribute is Attribute.ACTIVE and None not in self.barred

    @property
    def id(self) -> str:
        """Identifier."""
        return self.descriptor.id

    @property
    def theme(self) -> str:
        """Identifier of its theme."""
        return self.descriptor.theme

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """Fields, in the order of the schema."""
        return self.schema.fields

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Names of the key fields."""
        return self.schema.primaryKey

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """Foreign keys, in the order of the schema."""
        return self.schema.foreignKeys

    @cached_property
    def reads(self) -> frozenset[str]:
        """Names of the datasets that expectation frames read besides the delivery, its own among them."""
        return frozenset(name for frame in (self.expectations.frames if self.expectations else ())
                         for name in frame.datasets)  # fmt: skip

    @cached_property
    def related(self) -> frozenset[str]:
        """Names of the other datasets and code lists that foreign keys point into or expectation frames read."""
        return (self.reads | {key.reference.resource for key in self.foreign_keys}) - {self.id}

    @property
    def period_class(self) -> PeriodClass:
        """How often it is delivered."""
        return self.descriptor.period

    @cached_property
    def _by_name(self) -> Mapping[str, FieldSpec]:
        return {spec.name: spec for spec in self.schema.fields}

    def field(self, name: str) -> FieldSpec:
        """The field of that name (KeyError when there is none)."""
        return self._by_name[name]

    def has_field(self, name: str) -> bool:
        """Whether there is a field of that name."""
        return name in self._by_name

    @cached_property
    def table_schema(self) -> dict[str, Any]:
        """The plain Table Schema."""
        return table_schema(self.schema)

    @cached_property
    def _readers(self) -> Mapping[str, Callable[[Any], tuple[Any, Any]]]:
        from frictionless import Schema

        return {
            field.name: field.read_cell for field in Schema.from_descriptor(for_frictionless(self.table_schema)).fields
        }

    def read_cell(self, field: str, text: str) -> tuple[Any, Any]:
        """What frictionless reads in a cell of ``field``: the cast value, and notes where it has none."""
        return self._readers[field](text)

    def period(self, text: str) -> Period:
        """Read one of this dataset's periods (InvalidPeriod when it is not one)."""
        return Period.parse(text, self.period_class)


def published_name(spec: FieldSpec) -> str | None:
    """The name a field has in the public copy; ``None`` when it has none."""
    treatment = spec.disclosure.treatment
    if isinstance(treatment, Drop):
        return spec.name if spec.disclosure.when is not None else None
    if isinstance(treatment, (Surrogate, Generalise)):
        return treatment.published_as or spec.name
    return spec.name


@dataclass(frozen=True)
class Catalog:
    """Everything usable under ``catalog_schema/``, and every problem. Datasets with problems are in ``broken``."""

    descriptor: CatalogDescriptor
    datasets: Mapping[str, Dataset]
    codelists: Mapping[str, CodeList]
    organisations: Mapping[str, Organisation]
    organisations_table: CodeList
    problems: tuple[Problem, ...] = ()
    broken: frozenset[str] = field(default_factory=frozenset)
    negative_list: NegativeList = field(default_factory=NegativeList)
    listed: tuple[NegativeEntry, ...] = ()
    """The entries that the datasets are overlaid with: of the list in force, which need not be ``negative_list``."""
    calendars: Mapping[str, CalendarDescriptor] = field(default_factory=dict)
    escalation: EscalationDescriptor | None = None
    harvests: Mapping[str, HarvestDescriptor | None] = field(default_factory=dict)
    """Catalogs elsewhere by the names of their files; ``None`` for those that have problems."""

    def dataset(self, dataset_id: str) -> Dataset:
        """A usable dataset.

        Raises:
            UnknownDataset: when there is none of that identifier, or its folder has problems.
        """
        try:
            return self.datasets[dataset_id]
        except KeyError:
            raise UnknownDataset(dataset_id, ", ".join(sorted(self.datasets)) or "-") from None

    def table(self, name: str) -> CodeList | None:
        """A code list, or the organisations, by the name foreign keys use."""
        return self.organisations_table if name == ORGANISATIONS else self.codelists.get(name)

    @cached_property
    def summed(self) -> frozenset[str]:
        """Identifiers of the datasets that tables of sums are made of."""
        said = (dataset.descriptor.aggregate for dataset in self.datasets.values())
        return frozenset(each.dataset for each in said if each is not None)

    @cached_property
    def tables(self) -> Mapping[str, CodeList]:
        """Code lists and organisations, by the names foreign keys use."""
        return {**self.codelists, ORGANISATIONS: self.organisations_table}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Dataset identifiers, those that others refer to or read before these, else alphabetical."""
        placed: list[str] = []
        seen: set[str] = set()

        def place(dataset_id: str) -> None:
            if dataset_id in seen or dataset_id not in self.datasets:
                return
            seen.add(dataset_id)
            for other in sorted(self.datasets[dataset_id].related):
                place(other)
            placed.append(dataset_id)

        for dataset_id in sorted(self.datasets):
            place(dataset_id)
        return tuple(placed)
