"""What ``small_cells`` means for a table: which rows, which fields, and SQL for each level of each hierarchy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pipelines.core.sql import identifier, literal
from pipelines.registry import CodeList, Dataset, FieldSpec, published_name
from pipelines.registry.conditions import vouched_values
from pipelines.registry.small_cells import DATE_LEVELS, Band, CodeListLevel, Level, Prefix, kind_of
from pipelines.registry.small_cells_checks import ancestors, code_list_of, public_fields
from pipelines.registry.treatment_types import published_type
from pipelines.registry.types import sql_type_of

EXACT, ALL = "exact", "all"
#: Node of the lattice of generalisations: the level of each quasi-identifier, in their order.
Node = tuple[int, ...]


@dataclass(frozen=True)
class Known:
    """How a version shows a quasi-identifier: the name of its level and, of a code list, which code was shown for each
    code of the list as it was then; ``None``: nobody knows any more."""

    level: str
    codes: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Step:
    """One level: ``kind`` as of the descriptor's levels, and its size: a band's width, a prefix's length, how many
    levels of a code list are climbed."""

    kind: str
    size: int = 0
    codes: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Code → code above it, of a code list; what is not among them becomes absent."""

    @property
    def name(self) -> str:
        """As receipts have it: ``month``, ``band 10``, ``codelist 1``."""
        return f"{self.kind} {self.size}" if self.size else self.kind

    def covers(self, known: Known) -> bool:
        """Whether it is as coarse as what is known of a version, or coarser, whatever the values.

        Levels of a code list are counted from its deepest codes, so the same number means something else once the list
        has become deeper: each code that was shown has to lie within one code of this level.
        """
        kind, _, size = known.level.partition(" ")
        if self.kind == ALL or known.level == EXACT:
            return True
        if self.kind in DATE_LEVELS and kind in DATE_LEVELS:
            return DATE_LEVELS.index(self.kind) >= DATE_LEVELS.index(kind)
        if self.kind != kind or not size.isdigit():
            return False
        if kind == "codelist":
            return known.codes is not None and self._unites(known.codes)
        was = int(size)
        return self.size <= was if kind == "prefix" else was > 0 and self.size % was == 0

    def _unites(self, shown: Mapping[str, str]) -> bool:
        within: dict[str, str | None] = {}
        return all(
            within.setdefault(above, self.codes.get(code)) == self.codes.get(code) for code, above in shown.items()
        )


@dataclass(frozen=True)
class Hierarchy:
    """A quasi-identifier by its public name, with its DuckDB type and its levels, the exact value first."""

    name: str
    kind: str
    spec: FieldSpec
    steps: tuple[Step, ...]
    weight: float = 1.0

    def sql(self, level: int, column: str) -> str:
        """SQL for the value at a level. A code list's level is looked up: see :meth:`codes`."""
        step = self.steps[level]
        match step.kind:
            case "exact" | "codelist":
                return column
            case "all":
                return f"CAST(NULL AS {self.kind})"
            case "band":
                return f"CAST({_banded(column, self.kind, step.size)} AS {self.kind})"
            case "prefix":
                return f"left({column}, {step.size})"
            case unit:
                return f"CAST(date_trunc({literal(unit)}, {column}) AS {self.kind})"

    def codes(self, level: int) -> Mapping[str, str] | None:
        """What to look up instead of :meth:`sql` at that level."""
        step = self.steps[level]
        return step.codes if step.kind == "codelist" else None

    def first_covering(self, known: Known) -> int | None:
        """The finest level that is as coarse as what is known of a version; ``None`` when there is none."""
        return next((place for place, step in enumerate(self.steps) if step.covers(known)), None)

    def level(self, name: str) -> int | None:
        """The level of that name."""
        return next((place for place, step in enumerate(self.steps) if step.name == name), None)

    def with_all(self) -> Hierarchy:
        """With ``all`` as its last level."""
        return self if self.steps[-1].kind == ALL else replace(self, steps=(*self.steps, Step(ALL)))


@dataclass(frozen=True)
class Plan:
    """``spared``: field → values of rows that are not about people. ``key`` are the fields of the public key."""

    k: int
    hierarchies: tuple[Hierarchy, ...]
    person: str | None
    sensitive: Mapping[str, int]
    max_suppressed_share: float
    spared: Mapping[str, frozenset[str]]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The quasi-identifiers."""
        return tuple(each.name for each in self.hierarchies)

    @property
    def tops(self) -> Node:
        """The coarsest node."""
        return tuple(len(each.steps) - 1 for each in self.hierarchies)

    @cached_property
    def digest(self) -> str:
        """Changes with whatever a decision depends on besides the rows and earlier versions."""
        steps = {
            each.name: [each.weight, *([step.name, sorted(step.codes.items())] for step in each.steps)]
            for each in self.hierarchies
        }
        spared = {name: sorted(values) for name, values in self.spared.items()}
        state: list[Any] = [
            self.k, steps, self.person, dict(self.sensitive), self.max_suppressed_share, spared, self.key,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()

    def applies(self, available: Sequence[str], alias: str = "") -> str:
        """SQL: whether a row is about people. A value that nobody knows does not spare it, nor does a missing field."""
        tests = []
        for name, values in self.spared.items():
            if values and name in available:
                others = ", ".join(map(literal, sorted(values)))
                tests.append(f"coalesce(CAST({alias}{identifier(name)} AS VARCHAR) NOT IN ({others}), true)")
        return " AND ".join(tests) or "true"

    def person_sql(self, available: Sequence[str]) -> str:
        """SQL: who a row is about. Rows without one count as the same person's."""
        if self.person is None:
            names = [name for name in self.key if name in available]
            return combined([identifier(name) for name in names])
        return f"coalesce(CAST({identifier(self.person)} AS VARCHAR), '')" if self.person in available else "''"

    def same_key(self, one: str, other: str) -> str:
        """SQL: whether two rows have the same key. Parts of it may be absent, which is a value like any other here.

        Compared as text: the key of an earlier version may have had another type.
        """
        parts = [tuple(f"CAST({row}.{identifier(name)} AS VARCHAR)" for row in (one, other)) for name in self.key]
        return " AND ".join(f"{left} IS NOT DISTINCT FROM {right}" for left, right in parts)

    def covering(self, versions: Sequence[Mapping[str, Known]]) -> tuple[Plan, Node]:
        """The finest node that is as coarse as all of these, each by field.

        A field whose hierarchy has no such level gets one: it will be absent.
        """
        hierarchies, floor = [], []
        for each in self.hierarchies:
            shown = [known[each.name] for known in versions if each.name in known]
            fits = all(each.first_covering(known) is not None for known in shown)
            hierarchies.append(each if fits else each.with_all())
            floor.append(max((hierarchies[-1].first_covering(known) or 0 for known in shown), default=0))
        return replace(self, hierarchies=tuple(hierarchies)), tuple(floor)


def make_plan(dataset: Dataset, tables: Mapping[str, CodeList]) -> Plan | None:
    """The plan of a dataset that the registry found no fault with; ``None`` when it declares no small cells.

    Args:
        dataset: the dataset.
        tables: code lists and organisations, by name.
    """
    said = dataset.descriptor.small_cells
    if said is None:
        return None
    public = public_fields(dataset)
    spared = {
        name: (vouched_values(dataset, public[name].name, tables) or frozenset()) - frozenset(values)
        for name, values in said.applies_to.items()
    }
    return Plan(
        k=said.k,
        hierarchies=tuple(
            replace(_hierarchy(name, public[name], levels, tables), weight=said.weights.get(name, 1.0))
            for name, levels in said.quasi_identifiers.items()
        ),
        person=said.person,
        sensitive=dict(said.sensitive),
        max_suppressed_share=said.max_suppressed_share,
        spared=spared,
        key=tuple(published_name(dataset.field(name)) or name for name in dataset.primary_key),
    )


def _hierarchy(name: str, spec: FieldSpec, levels: Sequence[Level], tables: Mapping[str, CodeList]) -> Hierarchy:
    steps = [Step(EXACT)]
    for level in levels:
        match level:
            case Band(band=width):
                steps.append(Step("band", width))
            case Prefix(prefix=length):
                steps.append(Step("prefix", length))
            case CodeListLevel() | "codelist":
                steps += _climbing(tables[code_list_of(spec, level) or ""])
            case _:
                steps.append(Step(kind_of(level) if level == ALL else level))
    return Hierarchy(name, sql_type_of(published_type(spec), spec.decimals), spec, tuple(steps))


def _climbing(table: CodeList) -> list[Step]:
    """A level for each but the deepest of a code list; codes that are as high already stay."""
    paths = ancestors(table)
    deepest = max((len(path) for path in paths.values()), default=1)
    return [
        Step("codelist", climbed, {code: path[: deepest - climbed][-1] for code, path in paths.items()})
        for climbed in range(1, deepest)
    ]


def _banded(column: str, kind: str, width: int) -> str:
    if kind == "DOUBLE":
        return f"floor({column} / {width}) * {width}"
    # The remainder takes the sign of the number; bands go on below zero.
    return f"{column} - (({column} % {width}) + {width}) % {width}"


def combined(values: Sequence[str]) -> str:
    """SQL for one text out of several values: as netstrings (D. J. Bernstein, 1997), so that none runs on."""
    texts = [f"CAST({value} AS VARCHAR)" for value in values]
    parts = ", ".join(f"coalesce(strlen({text}) || ':', '-'), {text}, ','" for text in texts)
    return f"concat({parts})" if parts else "''"
