"""Tables of sums that may be published: which cells are suppressed so that no contributor's value can be worked out.

Here: a table with its margins and the equations that tie them (``table``), made of rows (``tally``); cells that must
not be shown (``primary``), cells that are left out beside them (``secondary``, ``remainders``), what an intruder can
still work out (``audit``), and whether a later table may follow an earlier one (``revising``).

Not here: rows about people (``small_cells``), which tables a dataset publishes, and where earlier ones are kept
(``flow``).
"""

from pipelines.disclose.aggregates.audit import Interval, Quantity, intervals
from pipelines.disclose.aggregates.primary import Rules, primary_cells
from pipelines.disclose.aggregates.revising import Kept, reason_to_keep
from pipelines.disclose.aggregates.secondary import Suppressed, suppress
from pipelines.disclose.aggregates.table import Cell, Dimension, Table
from pipelines.disclose.aggregates.tally import Counted, Source, Tally, UnknownCode, dimension

__all__ = [
    "Cell",
    "Counted",
    "Dimension",
    "Interval",
    "Kept",
    "Quantity",
    "Rules",
    "Source",
    "Suppressed",
    "Table",
    "Tally",
    "UnknownCode",
    "dimension",
    "intervals",
    "primary_cells",
    "reason_to_keep",
    "suppress",
]
