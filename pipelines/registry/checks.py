"""Checks of one dataset beyond its models: do names resolve, does the SQL bind, does frictionless agree?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipelines.core.messages import Message, Parameter
from pipelines.core.periods import PeriodClass
from pipelines.registry.aggregate_checks import unusable_aggregate
from pipelines.registry.catalog import ORGANISATIONS, Dataset, published_name
from pipelines.registry.catalog_descriptor import CatalogDescriptor
from pipelines.registry.chart_checks import unusable_charts
from pipelines.registry.conditions import vouched_values
from pipelines.registry.dataset import REGISTER_PERIODS, ShareDrift
from pipelines.registry.deadline_checks import unusable_deadlines
from pipelines.registry.disclosures import Generalise
from pipelines.registry.documents import Document
from pipelines.registry.expectations import DELIVERY, PREVIOUS
from pipelines.registry.expressions import binding_error, binding_errors, constraint_query
from pipelines.registry.field_checks import unusable_parts
from pipelines.registry.fields import FieldSpec
from pipelines.registry.layout_checks import UnusedColumn, layout_names
from pipelines.registry.problems import Key, Problem, line_of, written
from pipelines.registry.request_checks import unusable_requests
from pipelines.registry.small_cells import CodeListLevel
from pipelines.registry.small_cells_checks import unusable_small_cells
from pipelines.registry.source_checks import unusable_sources
from pipelines.registry.steps import Lookup, MapCodes
from pipelines.registry.table_schemas import for_frictionless
from pipelines.registry.tables import CodeList
from pipelines.registry.treatment_types import fits


@dataclass(frozen=True)
class Surroundings:
    """What a dataset may refer to. ``datasets`` are all that could be read."""

    catalog: CatalogDescriptor
    tables: Mapping[str, CodeList]
    datasets: Mapping[str, Dataset]
    calendars: AbstractSet[str] = frozenset()

    @cached_property
    def fields(self) -> Mapping[str, tuple[FieldSpec, ...]]:
        """The fields of every dataset."""
        return {name: dataset.fields for name, dataset in self.datasets.items()}


@dataclass(frozen=True)
class DatasetChecker:
    """Collects the problems of one dataset; ``files`` maps file names to paths relative to the registry."""

    dataset: Dataset
    documents: Mapping[str, Document]
    around: Surroundings
    prefix: str

    def problems(self) -> list[Problem]:
        """Every problem, in the order of the files and their keys."""
        found = [*self._descriptor(), *self._schema(), *self._layouts()]
        return [*found, *self._sql()]

    def _problem(self, document: str, key: Key, kind: str, remedy: Mapping[str, Parameter] | None = None, /,
                 **params: Parameter) -> Problem:  # fmt: skip
        parsed = self.documents.get(document)
        line = line_of(key, parsed.lines) if parsed else None
        return Problem(f"{self.prefix}/{document}", Message(kind, params), Message(f"{kind}-remedy", remedy or {}),
                       written(key), line, self.dataset.id)  # fmt: skip

    def _descriptor(self) -> Iterator[Problem]:
        name, dataset = "dataset.yaml", self.dataset.descriptor
        themes = [theme.id for theme in self.around.catalog.themes]
        if dataset.theme not in themes:
            yield self._problem(name, ("theme",), "check-unknown-theme", {"known": ", ".join(themes)},
                                theme=dataset.theme)  # fmt: skip
        if dataset.licence is not None and self.around.catalog.known_licence(dataset.licence) is None:
            yield self._problem(name, ("licence",), "check-unknown-licence", licence=dataset.licence)
        named: list[tuple[Key, str]] = [(("publishers", i), unit) for i, unit in enumerate(dataset.publishers)]
        for key, organisation in [*named, (("disclosure", "unit"), dataset.disclosure.unit)]:
            if organisation not in self.around.tables[ORGANISATIONS].by_key:
                yield self._problem(name, key, "check-unknown-organisation", organisation=organisation)
        for position, constraint in enumerate(dataset.row_constraints):
            yield from self._known_field(name, ("row_constraints", position, "field"), constraint.field)
        for position, drift in enumerate(dataset.drift):
            key = ("drift", position, "measure")
            if drift.field:
                yield from self._known_field(name, key, drift.field)
                if isinstance(drift, ShareDrift) and not self._is_categorical(drift.field):
                    yield self._problem(name, key, "check-not-categorical", field=drift.field)
        yield from self._parts(name)

    def _parts(self, name: str) -> Iterator[Problem]:
        """What the parts of the descriptor say that have checks of their own."""
        dataset = self.dataset.descriptor
        for source in unusable_sources(dataset, self.around.catalog.first_year):
            yield self._problem(name, ("sources", *source.key), source.kind, **source.params)
        for small in unusable_small_cells(self.dataset, self.around.tables):
            yield self._problem(name, ("small_cells", *small.key), small.kind, small.remedy, **small.params)
        organisations = self.around.tables[ORGANISATIONS].by_key
        for deadline in unusable_deadlines(self.dataset, organisations, self.around.calendars,
                                           self.around.catalog.first_year):  # fmt: skip
            yield self._problem(name, ("deadlines", *deadline.key), deadline.kind, **deadline.params)
        for chart in unusable_charts(self.dataset, self.around.tables):
            yield self._problem(name, ("charts", *chart.key), chart.kind, chart.remedy, **chart.params)
        kept_by = REGISTER_PERIODS.get(dataset.register_of) if dataset.register_of is not None else None
        if kept_by is not None and dataset.period is not kept_by:
            yield self._problem(name, ("period",), "check-register-period", register=str(dataset.register_of),
                                period=kept_by.value)  # fmt: skip
        for aggregate in unusable_aggregate(self.dataset, self.around.datasets, self.around.tables):
            yield self._problem(name, aggregate.key, aggregate.kind, aggregate.remedy, **aggregate.params)
        for part, kind, params in unusable_requests(self.dataset, self.around.calendars):
            yield self._problem(name, ("requests", part), kind, **params)
        for resource in dataset.acceptance.references:
            if resource not in {key.reference.resource for key in self.dataset.foreign_keys}:
                yield self._problem(name, ("acceptance", "references", resource), "check-unknown-reference",
                                    resource=resource)  # fmt: skip

    def _known_field(self, name: str, key: Key, field: str) -> Iterator[Problem]:
        if not self.dataset.has_field(field):
            yield self._problem(name, key, "check-unknown-field", field=field)

    def _is_categorical(self, field: str) -> bool:
        """Tell whether a field has a fixed set of values; one that does not exist is told elsewhere."""
        if not self.dataset.has_field(field):
            return True
        spec = self.dataset.field(field)
        return spec.type == "boolean" or spec.codelist is not None or spec.constraints.enum is not None

    def _schema(self) -> Iterator[Problem]:
        name = "schema.json"
        yield from self._table_schema(name)
        if not self.dataset.primary_key:
            yield self._problem(name, (), "check-primary-key")
        for position, spec in enumerate(self.dataset.fields):
            if spec.codelist is not None and spec.codelist not in self.around.tables:
                yield self._problem(name, ("fields", position, "codelist"), "check-unknown-codelist",
                                    {"codelist": spec.codelist}, codelist=spec.codelist)  # fmt: skip
            unit = spec.disclosure.unit
            if unit is not None and unit not in self.around.tables[ORGANISATIONS].by_key:
                yield self._problem(name, ("fields", position, "disclosure", "unit"), "check-unknown-organisation",
                                    organisation=unit)  # fmt: skip
            treatment = spec.disclosure.treatment
            if treatment is not None and not fits(treatment, spec.type):
                how = treatment.to if isinstance(treatment, Generalise) else treatment.type
                yield self._problem(name, ("fields", position, "disclosure", "treatment"), "check-treatment-type",
                                    to=how, type=spec.type)  # fmt: skip
            yield from self._conditions(name, position, spec)
        yield from self._public_names(name)
        yield from self._references(name)

    def _table_schema(self, name: str) -> Iterator[Problem]:
        """What frictionless says about the schema, and where it would fail at the first value."""
        from frictionless import FrictionlessException, Schema

        try:
            made = Schema.from_descriptor(for_frictionless(self.dataset.table_schema))
        except FrictionlessException as refused:
            for error in refused.reasons or [refused.error]:
                yield self._problem(name, ("fields",), "check-table-schema", reason=error.note)
            return
        except Exception as problem:  # an example that the field's reader fails at
            reason = str(problem) or type(problem).__name__
            yield self._problem(name, ("fields",), "check-table-schema", reason=reason)
            return
        for position, field in enumerate(made.fields):
            for part in unusable_parts(field):
                yield self._problem(name, ("fields", position, *part.key), part.kind, **part.params)

    def _conditions(self, name: str, position: int, spec: FieldSpec) -> Iterator[Problem]:
        """``when`` decides what is hidden: it needs a field that every row fills in, with a value that is checked."""
        for other, values in (spec.disclosure.when or {}).items():
            key: Key = ("fields", position, "disclosure", "when", other)
            if not self.dataset.has_field(other):
                yield self._problem(name, key, "check-unknown-field", field=other)
                continue
            known = vouched_values(self.dataset, other, self.around.tables)
            if known is None or not self.dataset.field(other).constraints.required:
                yield self._problem(name, key, "check-open-condition", field=other)
            for value in values:
                if known is not None and value not in known:
                    yield self._problem(name, key, "check-unknown-condition", value=value, field=other)

    def _public_names(self, name: str) -> Iterator[Problem]:
        names = Counter(filter(None, (published_name(spec) for spec in self.dataset.fields)))
        if not names:
            yield self._problem(name, ("fields",), "check-nothing-public")
        for public, count in names.items():
            if count > 1:
                yield self._problem(name, ("fields",), "check-published-twice", name=public)

    def _references(self, name: str) -> Iterator[Problem]:
        for position, key in enumerate(self.dataset.foreign_keys):
            resource = key.reference.resource
            place: Key = ("foreignKeys", position, "reference", "resource")
            if resource in self.around.tables:
                known = self.around.tables[resource].columns
            elif resource in self.around.fields:
                known = tuple(spec.name for spec in self.around.fields[resource])
            else:
                yield self._problem(name, place, "check-unknown-reference", resource=resource)
                continue
            for field in key.reference.fields:
                if field not in known:
                    yield self._problem(name, place, "check-unknown-reference-field", resource=resource, field=field)

    def _layouts(self) -> Iterator[Problem]:
        for found in layout_names(self.dataset):
            if isinstance(found, UnusedColumn):
                yield self._problem("dataset.yaml", found.key, "check-unused-column", name=found.name)
            else:
                yield self._problem("dataset.yaml", found.key, "check-similar-field", name=found.name,
                                    similar=found.similar)  # fmt: skip
        for number, layout in enumerate(self.dataset.descriptor.layouts):
            for position, step in enumerate(layout.steps):
                key: Key = ("layouts", number, "steps", position)
                if not isinstance(step, (Lookup, MapCodes)):
                    continue
                table = self.around.tables.get(step.codelist)
                if table is None:
                    yield self._problem("dataset.yaml", (*key, "codelist"), "check-unknown-codelist",
                                        {"codelist": step.codelist}, codelist=step.codelist)  # fmt: skip
                elif step.column not in table.columns:
                    yield self._problem("dataset.yaml", (*key, "column"), "check-unknown-reference-field",
                                        resource=step.codelist, field=step.column)  # fmt: skip

    def _sql(self) -> Iterator[Problem]:
        tables = self.referenced_columns()
        fields = self.dataset.fields
        queries = [constraint_query(constraint.check) for constraint in self.dataset.descriptor.row_constraints]
        for position, reason in enumerate(binding_errors(queries, {DELIVERY: fields}, {})):
            if reason is not None:
                yield self._problem("dataset.yaml", ("row_constraints", position, "check"), "check-expression",
                                    reason=reason)  # fmt: skip
        for position, frame in enumerate(self.dataset.expectations.frames if self.dataset.expectations else ()):
            unusable = [*self._frame_datasets(position, frame.datasets)]
            yield from unusable
            views = {**{name: self.around.fields.get(name, ()) for name in frame.datasets},
                     DELIVERY: fields, PREVIOUS: fields}  # fmt: skip
            reason = None if unusable else binding_error(frame.sql, views, tables)
            if reason is not None:
                yield self._problem("expectations.yaml", ("frames", position, "sql"), "check-expression",
                                    reason=reason)  # fmt: skip

    def _frame_datasets(self, position: int, names: tuple[str, ...]) -> Iterator[Problem]:
        for place, name in enumerate(names):
            key: Key = ("frames", position, "datasets", place)
            if name not in self.around.fields or name in {DELIVERY, PREVIOUS}:
                yield self._problem("expectations.yaml", key, "check-unknown-dataset",
                                    {"known": ", ".join(sorted(self.around.fields))}, name=name)  # fmt: skip
            elif name == self.dataset.id and self.dataset.period_class is PeriodClass.NONE:
                yield self._problem("expectations.yaml", key, "check-no-earlier-periods", name=name)

    def referenced_columns(self) -> dict[str, tuple[str, ...]]:
        """Columns of the code lists that expectation frames may use."""
        found: dict[str, tuple[str, ...]] = {}
        for key in self.dataset.foreign_keys:
            resource = key.reference.resource
            table = self.around.tables.get(resource)
            if table is not None:
                found[resource] = table.columns
        return found


def circles(datasets: Mapping[str, Dataset]) -> list[tuple[str, ...]]:
    """Foreign keys and expectation frames that lead from a dataset through others back to it; each circle once.

    Self-references excepted: a dataset's own rows are those of the delivery or of earlier periods.
    """
    found: dict[frozenset[str], tuple[str, ...]] = {}
    finished: set[str] = set()

    def walk(dataset_id: str, path: tuple[str, ...]) -> None:
        if dataset_id in path:
            circle = path[path.index(dataset_id) :]
            found.setdefault(frozenset(circle), (*circle, dataset_id))
            return
        if dataset_id in finished or dataset_id not in datasets:
            return
        for other in sorted(datasets[dataset_id].related):
            walk(other, (*path, dataset_id))
        finished.add(dataset_id)

    for dataset_id in sorted(datasets):
        walk(dataset_id, ())
    return list(found.values())


def referenced_tables(dataset: Dataset) -> set[str]:
    """Names of the code lists a dataset's outcomes depend on."""
    names = {key.reference.resource for key in dataset.foreign_keys}
    names |= {spec.codelist for spec in dataset.fields if spec.codelist is not None}
    if dataset.descriptor.small_cells is not None:
        levels = [level for each in dataset.descriptor.small_cells.quasi_identifiers.values() for level in each]
        names |= {level.codelist for level in levels if isinstance(level, CodeListLevel)}
    steps: list[Any] = [step for layout in dataset.descriptor.layouts for step in layout.steps]
    return names | {step.codelist for step in steps if isinstance(step, (Lookup, MapCodes))}
