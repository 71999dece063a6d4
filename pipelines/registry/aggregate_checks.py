"""Whether ``aggregate`` agrees with its own schema, and with the dataset that it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.core.messages import Parameter
from pipelines.registry.aggregates import COLUMNS, FREE, PRIMARY, SECONDARY, STATUS, TOTAL, Aggregate
from pipelines.registry.catalog import Dataset
from pipelines.registry.conditions import vouched_values
from pipelines.registry.dataset import RegisterKind
from pipelines.registry.disclosures import Attribute, Generalise, Surrogate
from pipelines.registry.fields import FieldSpec
from pipelines.registry.small_cells import kind_of, name_of
from pipelines.registry.small_cells_checks import code_list_of, public_fields
from pipelines.registry.tables import CodeList
from pipelines.registry.treatment_types import published_type


@dataclass(frozen=True)
class UnusableAggregate:
    """What is wrong: ``key`` leads to it from the descriptor."""

    key: tuple[str, ...]
    kind: str
    params: Mapping[str, Parameter] = field(default_factory=dict)
    remedy: Mapping[str, Parameter] = field(default_factory=dict)


def unusable_aggregate(dataset: Dataset, datasets: Mapping[str, Dataset],
                       tables: Mapping[str, CodeList]) -> Iterator[UnusableAggregate]:  # fmt: skip
    """Everything that is wrong with ``aggregate``, in the order of its keys.

    Args:
        dataset: whose descriptor may declare one.
        datasets: all that could be read, by identifier.
        tables: code lists and organisations, by name.
    """
    said = dataset.descriptor.aggregate
    if (said is not None) is not (dataset.descriptor.register_of is RegisterKind.AGGREGATE):
        yield UnusableAggregate(("register_of",), "aggregate-register")
        return
    if said is None:
        return
    yield from _own_columns(dataset, said, tables)
    source = datasets.get(said.dataset)
    if source is None or source.descriptor.register_of is not None:
        known = sorted(name for name, each in datasets.items() if each.descriptor.register_of is None)
        yield _of("dataset", "aggregate-source", {"dataset": said.dataset}, {"known": ", ".join(known)})
        return
    if source.period_class is not dataset.period_class:
        kind = source.period_class.value
        yield UnusableAggregate(("period",), "aggregate-period", {"period": kind, "dataset": source.id})
    public = public_fields(source)
    for name in (*said.dimensions, said.measure, said.persons, *said.applies_to):
        if name not in public:
            known_fields = {"known": ", ".join(public)}
            yield _of("dataset", "aggregate-field", {"field": name, "dataset": source.id}, known_fields)
            return
    yield from _dimensions(source, said, public, tables)
    yield from _measure(source, said, public)
    yield from _persons(said, public)
    yield from _conditions(source, said, public, tables)


def _of(part: str, kind: str, params: Mapping[str, Parameter],
        remedy: Mapping[str, Parameter] | None = None) -> UnusableAggregate:  # fmt: skip
    return UnusableAggregate(("aggregate", part), kind, params, remedy or {})


def _own_columns(dataset: Dataset, said: Aggregate, tables: Mapping[str, CodeList]) -> Iterator[UnusableAggregate]:
    for name in (*said.dimensions, *COLUMNS):
        if not dataset.has_field(name):
            yield _of("dimensions", "aggregate-column", {"field": name})
    if set(said.dimensions) - set(dataset.primary_key):
        yield _of("dimensions", "aggregate-key", {"fields": ", ".join(said.dimensions)})
    if dataset.has_field(STATUS):
        known = vouched_values(dataset, STATUS, tables)
        if known is None or not {FREE, PRIMARY, SECONDARY} <= known:
            yield _of("dimensions", "aggregate-status", {"codes": ", ".join((FREE, PRIMARY, SECONDARY))})


def _dimensions(source: Dataset, said: Aggregate, public: Mapping[str, FieldSpec],
                tables: Mapping[str, CodeList]) -> Iterator[UnusableAggregate]:  # fmt: skip
    for name, codelist in said.dimensions.items():
        spec = public[name]
        if codelist not in tables:
            yield _of("dimensions", "check-unknown-codelist", {"codelist": codelist}, {"codelist": codelist})
        elif TOTAL in tables[codelist].by_key:
            yield _of("dimensions", "aggregate-total", {"codelist": codelist, "code": TOTAL})
        shown = spec.disclosure.attribute is Attribute.ACTIVE or isinstance(spec.disclosure.treatment, Generalise)
        small = source.descriptor.small_cells
        for level in small.quasi_identifiers.get(name, ()) if small is not None else ():
            if level != "all" and (kind_of(level) != "codelist" or code_list_of(spec, level) != codelist):
                yield _of("dimensions", "aggregate-level", {"field": name, "level": name_of(level)},
                          {"codelist": codelist})  # fmt: skip
        if not shown or published_type(spec) != "string" or not spec.constraints.required:
            yield _of("dimensions", "aggregate-dimension", {"field": name, "dataset": source.id})


def _measure(source: Dataset, said: Aggregate, public: Mapping[str, FieldSpec]) -> Iterator[UnusableAggregate]:
    spec = public[said.measure]
    least = spec.constraints.minimum
    is_exact = spec.disclosure.attribute is Attribute.ACTIVE and spec.type in {"integer", "number"}
    decimals = spec.type == "integer" or spec.decimals is not None
    if not is_exact or not decimals or not spec.constraints.required or least is None or float(least) < 0:
        yield _of("measure", "aggregate-measure", {"field": said.measure})
    small = source.descriptor.small_cells
    if small is not None and {said.measure, said.persons} & set(small.quasi_identifiers):
        yield _of("measure", "aggregate-quasi-identifier", {"dataset": source.id})


def _persons(said: Aggregate, public: Mapping[str, FieldSpec]) -> Iterator[UnusableAggregate]:
    disclosure = public[said.persons].disclosure
    if disclosure.attribute is not Attribute.ACTIVE and not isinstance(disclosure.treatment, Surrogate):
        yield _of("persons", "aggregate-persons", {"field": said.persons})


def _conditions(source: Dataset, said: Aggregate, public: Mapping[str, FieldSpec],
                tables: Mapping[str, CodeList]) -> Iterator[UnusableAggregate]:  # fmt: skip
    for name, values in said.applies_to.items():
        spec = public[name]
        known = vouched_values(source, spec.name, tables)
        if known is None or not spec.constraints.required or spec.disclosure.attribute is not Attribute.ACTIVE:
            yield _of("applies_to", "check-open-condition", {"field": name})
        for value in values:
            if known is not None and value not in known:
                yield _of("applies_to", "check-unknown-condition", {"value": value, "field": name})
