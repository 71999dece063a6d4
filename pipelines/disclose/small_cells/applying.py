"""Carrying out a decision: the SELECT that publishes rows at their levels, and the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.core.errors import GongkaiError
from pipelines.core.records import FieldReceipt
from pipelines.core.sql import identifier, literal
from pipelines.disclose.small_cells.decision import Decision
from pipelines.disclose.small_cells.plan import ALL, Hierarchy, Node, Plan
from pipelines.disclose.small_cells.tally import Rows, looked_up

#: What receipts call it: how a field is shown, and rows that lost it.
TREATMENT, SUPPRESSED = "small_cells", "small_cells_suppressed"


class RowsNotSuppressed(GongkaiError):
    """Rows that were to lose their quasi-identifiers have kept them."""

    message_id = "small-cells-not-suppressed"

    def __init__(self, rows: int) -> None:
        super().__init__(rows=rows)


def apply(plan: Plan, decision: Decision, rows: Rows, keys: Path) -> Rows:
    """Rows as they are published.

    Args:
        plan: the dataset's.
        decision: what was decided of these very rows.
        rows: as cleared for disclosure.
        keys: file with the keys of the rows that lose their quasi-identifiers.
    """
    fitting, node = decision.node(plan)
    return generalised(fitting, node, rows, keys)


def generalised(plan: Plan, node: Node, rows: Rows, keys: Path | None = None) -> Rows:
    """Rows about people at the levels of a node, less the quasi-identifiers of those that ``keys`` has."""
    by_name = {each.name: (each, level) for each, level in zip(plan.hierarchies, node, strict=True)}
    columns: list[str] = []
    joins: list[str] = []
    for name in rows.names:
        if name not in by_name:
            columns.append(f"r.{identifier(name)}")
            continue
        hierarchy, level = by_name[name]
        value = _value(hierarchy, level, joins)
        hidden = "" if keys is None else f"WHEN h.hidden THEN CAST(NULL AS {hierarchy.kind}) "
        spared = f"NOT ({plan.applies(rows.names, 'r.')})"
        columns.append(f"CASE WHEN {spared} THEN r.{identifier(name)} {hidden}ELSE {value} END AS {identifier(name)}")
    if keys is not None:
        joins.append(f"LEFT JOIN {hidden_rows(plan, keys)}")
    return Rows(f"SELECT {', '.join(columns)} FROM ({rows.select}) r {' '.join(joins)}", rows.names)


def hidden_rows(plan: Plan, keys: Path) -> str:
    """SQL for what rows ``r`` are joined with to tell which lose their quasi-identifiers: ``h.hidden``."""
    listed = ", ".join(map(identifier, plan.key))
    return f"(SELECT {listed}, true AS hidden FROM read_parquet({literal(str(keys))})) h ON {plan.same_key('h', 'r')}"


def require_hidden(connection: duckdb.DuckDBPyConnection, plan: Plan, decision: Decision, rows: Rows,
                   keys: Path) -> None:  # fmt: skip
    """Make sure that all rows that a decision suppresses are found by their keys; those that were not would be shown.

    There are more where several rows have a key, which are not published at all.

    Raises:
        RowsNotSuppressed: when some are not found.
    """
    query = (
        f"SELECT count(*) FROM ({rows.select}) r JOIN {hidden_rows(plan, keys)} WHERE {plan.applies(rows.names, 'r.')}"
    )
    ((found,),) = connection.execute(query).fetchall()
    if found < decision.hidden:
        raise RowsNotSuppressed(decision.hidden - int(found))


def _value(hierarchy: Hierarchy, level: int, joins: list[str]) -> str:
    column = f"r.{identifier(hierarchy.name)}"
    codes = hierarchy.codes(level)
    if codes is None:
        return hierarchy.sql(level, column)
    alias = f"g{len(joins)}"
    joins.append(looked_up(codes, column, alias))
    return f"{alias}.above"


def receipts(plan: Plan, decision: Decision) -> tuple[FieldReceipt, ...]:
    """How each quasi-identifier is shown, and in how many rows it was generalised or suppressed."""
    found: list[FieldReceipt] = []
    for each in plan.hierarchies:
        level = decision.levels[each.name]
        for treatment, counts in ((TREATMENT, decision.generalised), (SUPPRESSED, decision.suppressed)):
            found.append(FieldReceipt(
                each.spec.name, each.spec.disclosure.attribute.value, treatment, each.spec.disclosure.basis, each.name,
                counts[each.name], level=level, k=plan.k,
            ))  # fmt: skip
    return tuple(found)


def counts(hierarchies: Sequence[Hierarchy], node: Node) -> str:
    """SQL aggregates over rows with ``hidden`` and whether they are about people (``meant``): per quasi-identifier,
    values that are generalised and values that are suppressed. A field that nobody has left lost it by its level."""
    parts = []
    for each, level in zip(hierarchies, node, strict=True):
        there = f"meant AND {identifier(each.name)} IS NOT NULL"
        everywhere = "true" if each.steps[level].kind == ALL else "NOT hidden"
        changed = "false" if level == 0 else everywhere
        suppressed = "false" if each.steps[level].kind == ALL else "hidden"
        parts += [f"count(*) FILTER ({there} AND {changed})", f"count(*) FILTER ({there} AND {suppressed})"]
    return ", ".join(parts)
