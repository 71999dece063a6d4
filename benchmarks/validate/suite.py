"""Which files are measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.validate.files.distinct import DISTINCT
from benchmarks.validate.files.kinds import Kind
from benchmarks.validate.files.orders import ORDERS
from benchmarks.validate.files.payments import PAYMENTS
from benchmarks.validate.files.wide import WIDE

#: Rows of the payments table; the other files have a share of it.
ROWS = {"quick": 200_000, "full": 1_000_000}
KINDS = {kind.name: kind for kind in (PAYMENTS, WIDE, DISTINCT, ORDERS)}
_FEW_FAULTS = 0.001
_MANY_FAULTS = 0.05
_LARGE = 10


@dataclass(frozen=True)
class Case:
    """A file to measure: a share ``bad`` of its rows is faulty."""

    kind: Kind
    rows: int
    bad: float

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.kind.schema["fields"])

    @property
    def title(self) -> str:
        """The file in words."""
        quality = f"{self.bad * 100:g} % faulty rows" if self.bad else "valid"
        return f"{self.kind.name}, {quality}: {self.rows:,} rows × {self.width} columns"


def cases(kinds: list[str], rows: int, large: bool) -> Iterator[Case]:
    """The files of the named kinds for ``rows`` rows of payments; ``large``: also ten times as many payments."""
    for name in kinds:
        kind = KINDS[name]
        shares = [0.0, _FEW_FAULTS, *([_MANY_FAULTS] if kind is PAYMENTS else [])]
        yield from (Case(kind, int(rows * kind.share), bad) for bad in shares)
        if kind is PAYMENTS and large:
            yield from (Case(kind, rows * _LARGE, bad) for bad in (0.0, _FEW_FAULTS))
