"""Rows or columns of a sheet, kept as stretches: a million hidden rows are one of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

Stretch = tuple[int, int]
#: Stretches that a message names.
_SHOWN = 10


class Stretches:
    """Numbers as stretches, each from a first to a last one, in ascending order and apart from each other."""

    def __init__(self, stretches: Iterable[Stretch] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted(stretches):
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(self._lasts[-1], last)
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._firsts, number) - 1
        return place >= 0 and number <= self._lasts[place]

    def __iter__(self) -> Iterator[Stretch]:
        return zip(self._firsts, self._lasts, strict=True)

    def __len__(self) -> int:
        """How many numbers there are."""
        return sum(self._lasts) - sum(self._firsts) + len(self._firsts)

    def within(self, first: int, last: int) -> Stretches:
        """Those from ``first`` to ``last``; none where the last comes before the first."""
        if first > last:
            return Stretches()
        return Stretches((max(low, first), min(high, last)) for low, high in self if low <= last and high >= first)

    def text(self, name: Callable[[int], str], between: str) -> str:
        """The first ten stretches as people write them, such as ``4, 7-9``; a dash where there are none."""
        shown = [
            name(first) if first == last else f"{name(first)}{between}{name(last)}"
            for first, last in zip(self._firsts[:_SHOWN], self._lasts[:_SHOWN], strict=True)
        ]
        return (", ".join(shown) or "-") + (" …" if len(self._firsts) > _SHOWN else "")


@dataclass
class Hidden:
    """What a sheet hides: stretches of rows and of columns, counted from 1."""

    rows: list[Stretch] = field(default_factory=list)
    columns: list[Stretch] = field(default_factory=list)

    def add_rows(self, first: int, last: int) -> None:
        """Add rows; those that go on where the last ones ended are one stretch with them."""
        if self.rows and self.rows[-1][1] + 1 == first:
            first = self.rows.pop()[0]
        self.rows.append((first, last))
