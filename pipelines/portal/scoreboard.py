"""The departments' scoreboard as pages show it: the newest month in order, and what was before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipelines.catalog.metadata.texts import Texts
from pipelines.portal.register_rows import MonthOfDepartment
from pipelines.portal.trend import Trend, trend

#: Months of a trend.
_TREND = 12


@dataclass(frozen=True)
class Scoreboard:
    """The newest months of all departments: ``months``, newest first, and each department's rows of them."""

    months: tuple[str, ...] = ()
    departments: Mapping[str, tuple[MonthOfDepartment, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[MonthOfDepartment]) -> Scoreboard:
        """Of rows by month, newest first."""
        found: dict[str, list[MonthOfDepartment]] = {}
        months: dict[str, None] = {}
        for row in rows:
            months[row.month] = None
            found.setdefault(row.department, []).append(row)
        return cls(tuple(months), {name: tuple(entries) for name, entries in found.items()})

    def newest(self, department: str) -> MonthOfDepartment | None:
        """A department's row of the newest month."""
        rows = self.departments.get(department, ())
        return rows[0] if rows and rows[0].month == self.months[0] else None

    def trend(self, department: str) -> Trend:
        """The share of what was on time, over the newest months."""
        rows = {row.month: row.on_time for row in self.departments.get(department, ())}
        return trend([(month, rows.get(month)) for month in reversed(self.months[:_TREND])])


@dataclass(frozen=True)
class Standing:
    """A line of the list of departments. ``rank`` is that by what was on time; ``tied``: others have the same."""

    id: str
    name: Texts
    datasets: int
    score: MonthOfDepartment | None
    trend: Trend
    rank: int | None
    tied: bool


def standings(board: Scoreboard, names: Mapping[str, Texts], datasets: Mapping[str, int]) -> list[Standing]:
    """All departments, the most punctual first; those that nothing was due from come last, by identifier.

    Ranks are those of competitions: equals share one, and the next is as many places lower.
    """
    shares = {name: score.on_time for name in names if (score := board.newest(name)) and score.on_time is not None}
    ranks = {name: 1 + sum(other > share for other in shares.values()) for name, share in shares.items()}
    taken = list(ranks.values())
    return [
        Standing(
            name, names[name], datasets.get(name, 0), board.newest(name), board.trend(name), ranks.get(name),
            tied=name in ranks and taken.count(ranks[name]) > 1,
        )
        for name in sorted(names, key=lambda each: (each not in ranks, ranks.get(each, 0), each))
    ]  # fmt: skip
