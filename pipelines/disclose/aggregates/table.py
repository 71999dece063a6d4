"""A table of sums by one or more dimensions, with all margins, and the equations that the published cells obey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import product

#: The root of every dimension: the total over it.
TOTAL = "total"
#: A code per dimension.
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
class Contribution:
    """What somebody adds to a cell of the lowest codes. Of a count every value is 1."""

    at: Coordinates
    contributor: str
    value: Decimal


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
    """Cells by coordinates, margins among them, in the order of the dimensions' codes."""

    dimensions: tuple[Dimension, ...]
    cells: Mapping[Coordinates, Cell]

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


def tabulate(dimensions: Sequence[Dimension], contributions: Iterable[Contribution], *, largest: int = 2) -> Table:
    """Add contributions up, into every cell that they count for.

    Contributions of one contributor to a cell count as one, of their sum.

    Args:
        dimensions: at least one.
        contributions: at the lowest codes; held in memory by cell and contributor.
        largest: how many of the largest contributions to keep per cell.

    Raises:
        KeyError: a code that a dimension does not have.
    """
    paths = [{code: dimension.path(code) for code in dimension.parents} for dimension in dimensions]
    values: dict[Coordinates, dict[str, Decimal]] = {}
    for each in contributions:
        for at in product(*(known[code] for known, code in zip(paths, each.at, strict=True))):
            of_cell = values.setdefault(at, {})
            of_cell[each.contributor] = of_cell.get(each.contributor, Decimal(0)) + each.value
    cells = {}
    for at in product(*([TOTAL, *dimension.parents] for dimension in dimensions)):
        of_cell = values.get(at, {})
        top = sorted(of_cell.values(), key=abs, reverse=True)[:largest]
        cells[at] = Cell(sum(of_cell.values(), Decimal(0)), len(of_cell), tuple(top))
    return Table(tuple(dimensions), cells)
