"""Deciding how the rows of a period are published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.core.sql import identifier
from pipelines.disclose.small_cells.applying import counts, generalised, hidden_rows
from pipelines.disclose.small_cells.decision import Decision
from pipelines.disclose.small_cells.lattice import Search
from pipelines.disclose.small_cells.plan import Node, Plan
from pipelines.disclose.small_cells.suppression import Earlier, Suppression
from pipelines.disclose.small_cells.tally import Rows, Tally


def decide(connection: duckdb.DuckDBPyConnection, plan: Plan, rows: Rows, earlier: Sequence[Earlier],
           keys: Path, *, lasting: bool = False) -> Decision:  # fmt: skip
    """Decide how the rows of a period are published, so that no small cell is in them or in what separates them from
    earlier versions. The same rows and versions give the same decision.

    Levels are chosen first: those that lose least of all whose small classes have no more than the share of rows that
    may be suppressed, none finer than an earlier version's. Where there are none, the coarsest. Then rows are
    suppressed. If what separates the rows from earlier versions takes more than that share, coarser levels are tried:
    at these all rows change, so that corrected ones do not stand out. Those are taken with which least is lost in all.

    Args:
        connection: a database of nothing else; everything made in it is dropped.
        plan: the dataset's.
        rows: all departments' rows of the period, cleared for disclosure.
        earlier: all published versions of the period that can still be read, newest first.
        keys: where the keys of suppressed rows are written, as Parquet.
        lasting: rows that are suppressed in the newest version that has them stay so, for sums over them are out.
    """
    fitting, floor = plan.covering([version.shown for version in earlier])
    tally = Tally(connection, fitting, rows)
    try:
        about, most = tally.rows, int(tally.rows * plan.max_suppressed_share)
        search = Search(tally.losses(), lambda node: tally.small(node) <= most)
        first = search.best(floor) or fitting.tops
    finally:
        tally.close()
    whole = sum(each.weight for each in fitting.hierarchies)
    best: tuple[float, Node, int] | None = None
    for node in search.chain(first):
        if best is not None and search.loss(node) >= best[0]:
            break  # Coarser levels lose more by themselves.
        trial = keys.with_name(f"{keys.name}.trial")
        hidden = _suppressed(connection, fitting, node, rows, earlier, trial, lasting=lasting)
        share = hidden / about if about else 0.0
        lost = round((1 - share) * search.loss(node) + share * whole, 9)
        if best is None or lost < best[0]:
            best = lost, node, hidden
            trial.replace(keys)
        trial.unlink(missing_ok=True)
        if hidden <= most or not earlier:
            break
    _, node, hidden = best or (0.0, first, 0)
    numbers = _counted(connection, fitting, node, rows, keys)
    pairs = dict(zip(fitting.names, zip(numbers[::2], numbers[1::2], strict=True), strict=True))
    return Decision(
        levels={each.name: each.steps[level].name for each, level in zip(fitting.hierarchies, node, strict=True)},
        generalised={name: changed for name, (changed, _) in pairs.items()},
        suppressed={name: lost for name, (_, lost) in pairs.items()},
        codes={
            each.name: codes
            for each, level in zip(fitting.hierarchies, node, strict=True)
            if (codes := each.codes(level)) is not None
        },
        rows=about,
        hidden=hidden,
    )


def _suppressed(connection: duckdb.DuckDBPyConnection, plan: Plan, node: Node, rows: Rows,
                earlier: Sequence[Earlier], keys: Path, *, lasting: bool) -> int:  # fmt: skip
    """How many rows are suppressed at a node; writes their keys."""
    suppression = Suppression(connection, plan, node, generalised(plan, node, rows))
    try:
        suppression.compare(earlier)
        if lasting:
            suppression.keep_hidden(earlier)
        hidden = suppression.run()
        suppression.write(keys)
    finally:
        suppression.close()
    return hidden


def _counted(connection: duckdb.DuckDBPyConnection, plan: Plan, node: Node, rows: Rows, keys: Path) -> list[int]:
    names = ", ".join(f"r.{identifier(name)}" for name in plan.names)
    meant = plan.applies(rows.names, "r.")
    joined = (
        f"SELECT {names}, {meant} AS meant, coalesce(h.hidden, false) AS hidden "
        f"FROM ({rows.select}) r LEFT JOIN {hidden_rows(plan, keys)}"
    )
    (found,) = connection.execute(f"SELECT {counts(plan.hierarchies, node)} FROM ({joined})").fetchall()
    return [int(number) for number in found]
