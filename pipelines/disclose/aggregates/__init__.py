"""Tables of sums that may be published: which cells are suppressed so that no contributor's value can be worked out.

Here: a table with its margins and the equations that tie them (``table``), cells that must not be shown (``primary``),
cells that are left out beside them (``secondary``), and what an intruder can still work out (``audit``).

Not here: rows about people (``small_cells``), and which tables a dataset publishes.
"""

from pipelines.disclose.aggregates.audit import Interval, intervals
from pipelines.disclose.aggregates.primary import Rules, primary_cells
from pipelines.disclose.aggregates.secondary import Suppressed, suppress
from pipelines.disclose.aggregates.table import Cell, Contribution, Dimension, Table, tabulate

__all__ = [
    "Cell",
    "Contribution",
    "Dimension",
    "Interval",
    "Rules",
    "Suppressed",
    "Table",
    "intervals",
    "primary_cells",
    "suppress",
    "tabulate",
]
