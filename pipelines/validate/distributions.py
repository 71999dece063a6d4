"""How the values of a field are distributed in ``delivery`` and in ``previous``, computed by DuckDB.

Shares are compared by the population stability index, the sum over all values of ``(p - q) ln(p / q)``, p and q being
their shares now and before (N. Siddiqi, Credit Risk Scorecards, 2006; a symmetric Kullback-Leibler divergence). An
absent value counts as one of them. Half a row is added to every value, so that one that is new or gone has a logarithm.

Small deliveries differ by chance alone. If nothing has changed, the index of n and m rows with k values is distributed
like ``(1/n + 1/m)`` times chi-squared with k - 1 degrees of freedom (B. Yurdakul, Statistical Properties of Population
Stability Index, 2018): what chance exceeds more often than once in a hundred times is not certain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import duckdb

from pipelines.core.sql import identifier

#: Quantiles of the normal distribution: one in a hundred above, and one in a hundred outside.
_ABOVE, _OUTSIDE = 2.3263, 2.5758

_SHARES = """
    WITH counted AS (
        SELECT category, sum(here) AS here, sum(there) AS there FROM (
            SELECT CAST({field} AS VARCHAR) AS category, 1 AS here, 0 AS there FROM delivery
            UNION ALL SELECT CAST({field} AS VARCHAR), 0, 1 FROM previous
        ) GROUP BY category
    ), shared AS (
        SELECT *, (here + 0.5e0) / (sum(here) OVER () + 0.5e0 * count(*) OVER ()) AS now,
               (there + 0.5e0) / (sum(there) OVER () + 0.5e0 * count(*) OVER ()) AS before
        FROM counted
    ), moved AS (
        SELECT *, (now - before) * ln(now / before) AS part FROM shared
    )
    SELECT sum(part), count(*), sum(here), sum(there), first(category ORDER BY part DESC, category),
           first(here ORDER BY part DESC, category), first(there ORDER BY part DESC, category)
    FROM moved
"""


@dataclass(frozen=True)
class Shares:
    """How far a field's distribution has moved. ``category`` moved most, its share being ``before`` and ``now``."""

    index: float
    categories: int
    rows: int
    previous_rows: int
    category: str | None
    now: float
    before: float

    @property
    def is_certain(self) -> bool:
        """Whether chance alone would move it as far less often than once in a hundred times."""
        if self.categories < 2 or not self.rows or not self.previous_rows:
            return False
        return self.index > _chi_squared(self.categories - 1) * (1 / self.rows + 1 / self.previous_rows)


@dataclass(frozen=True)
class Absence:
    """In which share of the rows a field is absent."""

    now: float
    before: float
    rows: int
    previous_rows: int

    @property
    def change(self) -> float:
        """The difference of the two shares."""
        return abs(self.now - self.before)

    @property
    def is_certain(self) -> bool:
        """Whether chance alone would make such a difference less often than once in a hundred times."""
        if not self.rows or not self.previous_rows:
            return False
        both = (self.now * self.rows + self.before * self.previous_rows) / (self.rows + self.previous_rows)
        deviation = math.sqrt(both * (1 - both) * (1 / self.rows + 1 / self.previous_rows))
        return self.change > _OUTSIDE * deviation


def shares(connection: duckdb.DuckDBPyConnection, field: str) -> Shares:
    """Compare the shares of a field's values in the views ``delivery`` and ``previous``."""
    row = connection.execute(_SHARES.format(field=identifier(field))).fetchone()
    if row is None or not row[1]:
        return Shares(0.0, 0, 0, 0, None, 0.0, 0.0)
    index, categories, rows, previous_rows, category, here, there = row
    now, before = int(here) / max(int(rows), 1), int(there) / max(int(previous_rows), 1)
    return Shares(float(index), categories, int(rows), int(previous_rows), category, now, before)


def absence(connection: duckdb.DuckDBPyConnection, field: str) -> Absence:
    """Compare in how many rows of the two views a field is absent."""
    counts = []
    for view in ("delivery", "previous"):
        row = connection.execute(f"SELECT count(*), count(*) - count({identifier(field)}) FROM {view}").fetchone()
        counts.append(row or (0, 0))
    (rows, absent), (previous_rows, absent_before) = counts
    return Absence(absent / max(rows, 1), absent_before / max(previous_rows, 1), rows, previous_rows)


def _chi_squared(freedom: int) -> float:
    """The value that chi-squared exceeds once in a hundred times (Wilson and Hilferty's approximation, 1931)."""
    spread = 2 / (9 * freedom)
    return float(freedom * (1 - spread + _ABOVE * math.sqrt(spread)) ** 3)
