"""A table of sums by one or more dimensions, with all margins, and the equations that the published cells obey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import product

from pipelines.registry.aggregates import TOTAL

#: A code per dimension; :data:`TOTAL` is the root of each.
Coordinates = tuple[str, ...]


@dataclass(frozen=True)
class Dimension:
    """A dimension: code → the code above it; :data:`TOTAL` is above those that have none.

    Raises:
        ValueError: a code is above itself, or a code above is unknown.
    """

    name: str
    parents: Mapping[str, str]

    def __post_init__(self) -> None:
        for code in self.parents:
            self.path(code)

    def path(self, code: str) -> tuple[str, ...]:
        """A code and those above it, up to the total."""
        path = [code]
        while path[-1] != TOTAL:
            above = self.parents.get(path[-1])
            if above is None or above in path:
                raise ValueError(f"{self.name}: {code} does not lead to the total")
            path.append(above)
        return tuple(path)

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Code → the codes below it; none of the lowest."""
        found: dict[str, list[str]] = {}
        for code, above in self.parents.items():
            found.setdefault(above, []).append(code)
        return {above: tuple(codes) for above, codes in found.items()}

    @classmethod
    def flat(cls, name: str, codes: Iterable[str]) -> Dimension:
        """A dimension whose codes are all below the total."""
        return cls(name, dict.fromkeys(codes, TOTAL))


@dataclass(frozen=True)
class Cell:
    """A cell: its value, how many contributed, and the largest contributions, descending."""

    value: Decimal
    contributors: int
    largest: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Equation:
    """A cell is the sum of others."""

    total: Coordinates
    parts: tuple[Coordinates, ...]


@dataclass(frozen=True)
class Table:
    """Cells by coordinates, margins among them, in the order of the dimensions' codes.

    ``cells`` are what nobody knows from elsewhere: where rows are published too, what is left without them. ``known``
    are cells that need no table, so leaving them out hides nothing. ``vacant`` are those of which everybody who knows
    the field knows that nobody is there; absent: those to which nobody contributed.
    """

    dimensions: tuple[Dimension, ...]
    cells: Mapping[Coordinates, Cell]
    known: frozenset[Coordinates] = frozenset()
    vacant: frozenset[Coordinates] | None = field(default=None)

    @cached_property
    def still(self) -> frozenset[Coordinates]:
        """Cells that no intruder takes for other than they are."""
        if self.vacant is not None:
            return self.known | self.vacant
        return self.known | {at for at, cell in self.cells.items() if not cell.contributors}

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """Every sum that a reader of the whole table knows: along each dimension, whatever the other codes."""
        found = []
        for at in self.cells:
            for place, dimension in enumerate(self.dimensions):
                below = dimension.children.get(at[place])
                if below:
                    found.append(Equation(at, tuple((*at[:place], code, *at[place + 1 :]) for code in below)))
        return tuple(found)


def coordinates(dimensions: Iterable[Dimension]) -> tuple[Coordinates, ...]:
    """All cells of a table, totals first, in the order of the dimensions' codes."""
    return tuple(product(*([TOTAL, *dimension.parents] for dimension in dimensions)))
