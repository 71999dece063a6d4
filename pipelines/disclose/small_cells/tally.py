"""Rows about people, counted once: afterwards a node costs one pass over distinct combinations, not over rows.

The tables lie in the database that is handed in, and spill as it does::

    small_dim_<i>     id, v, n, l0, l1 …      each value of a quasi-identifier, its rows, and a number per level
    small_combos      b, rows, persons, q<i>_<j> …   each combination of exact values, on every level; ``persons`` are
                                              those who have no other combination
    small_shared      b, person               of the persons who have several
    small_values      b, which, value         sensitive values

Persons who have several combinations cannot be added up: where these become one, they count once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import duckdb

from pipelines.core.sql import identifier, literal
from pipelines.disclose.small_cells.plan import Hierarchy, Node, Plan


@dataclass(frozen=True)
class Rows:
    """A SELECT and the names of its columns."""

    select: str
    names: tuple[str, ...]


class Tally:
    """Counts of one table. Its tables are dropped with :meth:`close`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan, rows: Rows) -> None:
        self._connection, self._plan = connection, plan
        self._made: list[str] = []
        fields = ", ".join(f"{identifier(each.name)} AS v{place}" for place, each in enumerate(plan.hierarchies))
        sensitive = "".join(
            f", CAST({identifier(name)} AS VARCHAR) AS s{place}" for place, name in enumerate(plan.sensitive)
        )
        self._make("small_rows", (
            f"SELECT {plan.person_sql(rows.names)} AS person, {fields}{sensitive} "
            f"FROM ({rows.select}) WHERE {plan.applies(rows.names)}"
        ))  # fmt: skip
        for place, each in enumerate(plan.hierarchies):
            self._make(f"small_dim_{place}", _dimension(each, place))
        self._combinations()
        self.rows = self._count("SELECT coalesce(sum(rows), 0) FROM small_combos")

    def small(self, node: Node) -> int:
        """How many rows are in classes that are too small, or do not have enough sensitive values, at a node.

        Rows whose quasi-identifiers are all absent tell nobody apart.
        """
        levels = [f"q{place}_{level}" for place, level in enumerate(node)]
        listed = ", ".join(levels)
        diverse = "".join(
            f" OR count(DISTINCT value) FILTER (which = {place}) < {least}"
            for place, least in enumerate(self._plan.sensitive.values())
        )
        nothing = "CAST(NULL AS BIGINT) AS person, CAST(NULL AS TINYINT) AS which, CAST(NULL AS BIGINT) AS value"
        parts = [f"SELECT {listed}, rows, persons, {nothing} FROM small_combos"]
        if self._shared:
            parts.append(f"SELECT {listed}, 0, 0, person, NULL, NULL FROM small_shared JOIN small_combos USING (b)")
        if diverse:
            parts.append(f"SELECT {listed}, 0, 0, NULL, which, value FROM small_values JOIN small_combos USING (b)")
        return self._count(
            f"SELECT coalesce(sum(rows), 0) FROM (SELECT sum(rows) AS rows FROM ({' UNION ALL '.join(parts)}) "
            f"WHERE {' OR '.join(f'{level} IS NOT NULL' for level in levels)} GROUP BY {listed} "
            f"HAVING sum(persons) + count(DISTINCT person) < {self._plan.k}{diverse})"
        )

    def losses(self) -> list[list[float]]:
        """Per quasi-identifier, what share of its information each level loses.

        Non-uniform entropy (A. Gionis and T. Tassa, k-Anonymization with minimal loss of information, IEEE TKDE 21(2),
        2009): a row loses -log2 of the probability of its value among the rows of the same generalised value. Divided
        by the loss of leaving the field out, so that no field counts for more because it has more values, but only by
        the weight that the descriptor gives it.
        """
        return [self._losses(place, each) for place, each in enumerate(self._plan.hierarchies)]

    def _losses(self, place: int, hierarchy: Hierarchy) -> list[float]:
        found = []
        for level in range(len(hierarchy.steps)):
            # Few different pairs of counts, added up exactly: threads may not decide the last digit.
            pairs = self._connection.execute(
                f"SELECT n, together, count(*) FROM (SELECT n, sum(n) OVER (PARTITION BY l{level}) AS together "
                f"FROM small_dim_{place}) GROUP BY ALL"
            ).fetchall()
            found.append(math.fsum(times * n * math.log2(Fraction(int(whole), int(n))) for n, whole, times in pairs))
        pairs = self._connection.execute(f"SELECT n, count(*) FROM small_dim_{place} GROUP BY ALL").fetchall()
        most = math.fsum(times * n * math.log2(Fraction(self.rows, int(n))) for n, times in pairs)
        return [hierarchy.weight * loss / most if most else 0.0 for loss in found]

    def close(self) -> None:
        """Drop the tables."""
        while self._made:
            self._connection.execute(f"DROP TABLE {self._made.pop()}")

    def _combinations(self) -> None:
        places = range(len(self._plan.hierarchies))
        ids = ", ".join(f"d{place}.id AS i{place}" for place in places)
        joins = " ".join(
            f"JOIN small_dim_{place} d{place} ON d{place}.v IS NOT DISTINCT FROM r.v{place}" for place in places
        )
        sensitive = "".join(f", r.s{place}" for place in range(len(self._plan.sensitive)))
        self._make("small_coded", f"SELECT r.person, {ids}{sensitive} FROM small_rows r {joins}")
        listed = ", ".join(f"i{place}" for place in places)
        levels = ", ".join(
            f"d{place}.l{level} AS q{place}_{level}"
            for place, each in enumerate(self._plan.hierarchies)
            for level in range(len(each.steps))
        )
        dims = " ".join(f"JOIN small_dim_{place} d{place} ON d{place}.id = c.i{place}" for place in places)
        self._make(
            "small_exact",
            f"SELECT row_number() OVER () AS b, {listed}, count(*) AS rows FROM small_coded GROUP BY {listed}",
        )
        self._make("small_pairs", f"SELECT DISTINCT person, b FROM small_coded JOIN small_exact USING ({listed})")
        # Aggregates of fixed size spill to disk; lists would not.
        self._make("small_people", (
            "SELECT row_number() OVER () AS number, person, min(b) AS first, max(b) AS last "
            "FROM small_pairs GROUP BY person"
        ))  # fmt: skip
        self._make(
            "small_alone", "SELECT first AS b, count(*) AS persons FROM small_people WHERE first = last GROUP BY first"
        )
        self._make("small_shared", (
            "SELECT b, number AS person FROM small_pairs JOIN small_people USING (person) WHERE first <> last"
        ))  # fmt: skip
        self._shared = self._count("SELECT count(*) FROM small_shared")
        values = [
            f"SELECT b, {place} AS which, md5_number_lower(s{place}) AS value FROM small_coded "
            f"JOIN small_exact USING ({listed}) WHERE s{place} IS NOT NULL"
            for place in range(len(self._plan.sensitive))
        ]
        if values:
            # Values are told apart by 64 bits: two that were taken for one would only be protected more.
            self._make(
                "small_values",
                f"SELECT DISTINCT b, which, CAST(value // 2 AS BIGINT) AS value FROM ({' UNION ALL '.join(values)})",
            )
        self._make("small_combos", (
            f"SELECT c.b, c.rows, coalesce(a.persons, 0) AS persons, {levels} FROM small_exact c {dims} "
            "LEFT JOIN small_alone a USING (b)"
        ))  # fmt: skip
        for name in ("small_rows", "small_coded", "small_exact", "small_pairs", "small_people", "small_alone"):
            self._connection.execute(f"DROP TABLE {name}")
            self._made.remove(name)

    def _make(self, name: str, query: str) -> None:
        self._connection.execute(f"CREATE TABLE {name} AS {query}")
        self._made.append(name)

    def _count(self, query: str) -> int:
        ((count,),) = self._connection.execute(query).fetchall()
        return int(count)


def _dimension(hierarchy: Hierarchy, place: int) -> str:
    """Each value once, with a number per level that equal generalised values share; absent ones have none."""
    columns, joins = [], []
    for level in range(len(hierarchy.steps)):
        value = hierarchy.sql(level, "v")
        codes = hierarchy.codes(level)
        if codes is not None:
            joins.append(looked_up(codes, "v", f"w{level}"))
            value = f"w{level}.above"
        columns.append(f"{value} AS g{level}")
    numbers = ", ".join(
        f"CASE WHEN g{level} IS NOT NULL THEN dense_rank() OVER (ORDER BY g{level}) END AS l{level}"
        for level in range(len(hierarchy.steps))
    )
    values = f"SELECT v{place} AS v, count(*) AS n FROM small_rows GROUP BY v{place}"
    generalised = f"SELECT v, n, {', '.join(columns)} FROM ({values}) {' '.join(joins)}"
    return f"SELECT row_number() OVER () AS id, v, n, {numbers} FROM ({generalised})"


def looked_up(codes: Mapping[str, str], column: str, alias: str) -> str:
    """A join that finds the codes above those of ``column`` as ``<alias>.above``."""
    rows = ", ".join(f"({literal(code)}, {literal(above)})" for code, above in codes.items())
    return f"LEFT JOIN (VALUES {rows}) {alias}(code, above) ON {alias}.code = {column}"
