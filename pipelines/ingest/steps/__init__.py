"""The closed list of tidy steps, carried out on batches in the order in which a layout names them.

Here: one class per way of working (cell by cell, column from others, rows from columns, rows left out) and
:func:`build_steps`, which matches the registry's models to them. Not here: the models themselves
(``registry.steps``), and anything that judges values.
"""

from pipelines.ingest.steps.base import StepContext, TidyStep
from pipelines.ingest.steps.build import build_steps

__all__ = ["StepContext", "TidyStep", "build_steps"]
