"""Statistical disclosure control of rows about people: no small cell in a version, nor in what separates two versions.

Here: what a descriptor's ``small_cells`` means for a table (``plan``), the search for the generalisation that loses
least (``lattice``, ``tally``), which rows lose their quasi-identifiers (``suppression``), all of that as one decision
(``decision``), and carrying one out (``applying``). Everything works on SELECTs in a database that is handed in.

Not here: where earlier versions come from and where decisions are kept (``flow``), and tables of sums (``aggregates``).
"""

from pipelines.disclose.small_cells.applying import RowsNotSuppressed, apply, receipts, require_hidden
from pipelines.disclose.small_cells.deciding import decide
from pipelines.disclose.small_cells.decision import Decision
from pipelines.disclose.small_cells.plan import Known, Plan, make_plan
from pipelines.disclose.small_cells.suppression import Earlier

__all__ = [
    "Decision",
    "Earlier",
    "Known",
    "Plan",
    "RowsNotSuppressed",
    "apply",
    "decide",
    "make_plan",
    "receipts",
    "require_hidden",
]
