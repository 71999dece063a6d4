"""Whether ``small_cells`` agrees with the schema and the code lists."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.core.messages import Parameter
from pipelines.registry.catalog import Dataset, published_name
from pipelines.registry.conditions import vouched_values
from pipelines.registry.disclosures import Attribute, Surrogate
from pipelines.registry.fields import FieldSpec
from pipelines.registry.small_cells import MOST_NODES, CodeListLevel, Level, SmallCells, kind_of, name_of, nest
from pipelines.registry.tables import CodeList
from pipelines.registry.treatment_types import published_type

_TYPES = {
    "date": frozenset({"date", "datetime"}),
    "band": frozenset({"integer", "number", "year"}),
    "prefix": frozenset({"string"}),
    "codelist": frozenset({"string"}),
}
PARENT = "parent"


@dataclass(frozen=True)
class Unusable:
    """What is wrong: ``key`` leads to it from ``small_cells``."""

    key: tuple[str | int, ...]
    kind: str
    params: Mapping[str, Parameter] = field(default_factory=dict)
    remedy: Mapping[str, Parameter] = field(default_factory=dict)


def public_fields(dataset: Dataset) -> dict[str, FieldSpec]:
    """The fields of the public copy, by their names there."""
    return {name: spec for spec in dataset.fields if (name := published_name(spec)) is not None}


def code_list_of(spec: FieldSpec, level: Level) -> str | None:
    """The code list that a level of ``codelist`` climbs."""
    return level.codelist if isinstance(level, CodeListLevel) else spec.codelist


def ancestors(table: CodeList) -> dict[str, tuple[str, ...]]:
    """Of each code, the codes from the root down to itself; a parent that is not in the list, or that leads in a
    circle, is a root."""
    found: dict[str, tuple[str, ...]] = {}
    for code in table.by_key:
        path: list[str] = []
        at = code
        while at in table.by_key and at not in path:
            path.append(at)
            at = table.by_key[at].get(PARENT, "")
        found[code] = tuple(reversed(path))
    return found


def depth(table: CodeList) -> int:
    """How many levels a code list has."""
    return max((len(path) for path in ancestors(table).values()), default=0)


def unusable_small_cells(dataset: Dataset, tables: Mapping[str, CodeList]) -> Iterator[Unusable]:
    """Everything that is wrong with ``small_cells``, in the order of its keys."""
    said = dataset.descriptor.small_cells
    if said is None:
        return
    public = public_fields(dataset)
    yield from _key(dataset, said)
    yield from _conditions(dataset, said, public, tables)
    if said.person is not None and said.person not in public:
        yield _unknown(("person",), said.person, public)
    heights = []
    for name, levels in said.quasi_identifiers.items():
        key = ("quasi_identifiers", name)
        if name not in public:
            yield _unknown(key, name, public)
            continue
        if name in {said.person, *said.sensitive, *said.applies_to}:
            yield Unusable(key, "small-cells-two-roles", {"field": name})
        if not nest(levels):
            listed = ", ".join(map(name_of, levels))
            yield Unusable(key, "small-cells-levels", {"field": name, "levels": listed})
        yield from _levels(key, public[name], levels, tables)
        heights.append(1 + sum(_steps(public[name], level, tables) for level in levels))
    for name in said.weights.keys() - said.quasi_identifiers.keys():
        known = {"known": ", ".join(said.quasi_identifiers)}
        yield Unusable(("weights", name), "small-cells-weight", {"field": name}, known)
    for name in said.sensitive:
        if name not in public:
            yield _unknown(("sensitive", name), name, public)
    if math.prod(heights) > MOST_NODES:
        yield Unusable(("quasi_identifiers",), "small-cells-lattice", {"nodes": math.prod(heights), "most": MOST_NODES})


def _unknown(key: tuple[str | int, ...], name: str, public: Mapping[str, FieldSpec]) -> Unusable:
    return Unusable(key, "small-cells-unknown-field", {"field": name}, {"known": ", ".join(public)})


def _key(dataset: Dataset, said: SmallCells) -> Iterator[Unusable]:
    """Versions are compared by the key, and what is suppressed is kept by it: it has to be public and untouched."""
    for name in dataset.primary_key:
        spec = dataset.field(name)
        active = spec.disclosure.attribute is Attribute.ACTIVE
        if not active and not isinstance(spec.disclosure.treatment, Surrogate):
            yield Unusable((), "small-cells-key", {"field": name})
        elif published_name(spec) in said.quasi_identifiers:
            key = ("quasi_identifiers", published_name(spec) or name)
            yield Unusable(key, "small-cells-in-key", {"field": name})


def _conditions(dataset: Dataset, said: SmallCells, public: Mapping[str, FieldSpec],
                tables: Mapping[str, CodeList]) -> Iterator[Unusable]:  # fmt: skip
    for name, values in said.applies_to.items():
        key = ("applies_to", name)
        if name not in public:
            yield _unknown(key, name, public)
            continue
        spec = public[name]
        known = vouched_values(dataset, spec.name, tables)
        if known is None or not spec.constraints.required or spec.disclosure.attribute is not Attribute.ACTIVE:
            yield Unusable(key, "check-open-condition", {"field": name})
        for value in values:
            if known is not None and value not in known:
                yield Unusable(key, "check-unknown-condition", {"value": value, "field": name})


def _levels(key: tuple[str | int, ...], spec: FieldSpec, levels: tuple[Level, ...],
            tables: Mapping[str, CodeList]) -> Iterator[Unusable]:  # fmt: skip
    kind = published_type(spec)
    for position, level in enumerate(levels):
        allowed = _TYPES.get(kind_of(level))
        if allowed is not None and kind not in allowed:
            yield Unusable((*key, position), "small-cells-level", {"level": name_of(level), "type": kind})
        elif kind_of(level) == "codelist":
            name = code_list_of(spec, level) or "-"
            if name not in tables or PARENT not in tables[name].columns:
                yield Unusable((*key, position), "small-cells-codelist", {"codelist": name})


def _steps(spec: FieldSpec, level: Level, tables: Mapping[str, CodeList]) -> int:
    if kind_of(level) != "codelist":
        return 1
    table = tables.get(code_list_of(spec, level) or "")
    return max(depth(table) - 1, 1) if table is not None else 1
