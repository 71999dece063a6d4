"""Disclosure deadlines: what is owed until when, what was met, what is overdue; told for any time.

Here: obligations out of the rules of ``dataset.yaml``, the index of what releases showed first, the overdue list and
the departments' on-time rates, as rows.

Not here: how days are counted (``core.time_limits``, ``core.working_days``), who is told (``flow.escalation``).
"""

from pipelines.flow.deadlines.expected import obligations, overdue_rows
from pipelines.flow.deadlines.obligations import Obligation, OnTime, State, on_time

__all__ = ["Obligation", "OnTime", "State", "obligations", "on_time", "overdue_rows"]
