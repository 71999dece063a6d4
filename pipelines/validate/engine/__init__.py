"""Frictionless's verdicts at the speed of reading.

Here: tables judged column by column, with exactly the errors that frictionless 5.21 gives: its own cell reader
runs once per distinct value, whole columns pass certified screens, and only faulty rows become its ``Row`` objects.
Whatever is outside the certified ground raises ``Uncertified`` and goes to frictionless whole.

Not here: findings for people, row constraints, quarantine, what a verdict means for a delivery.
Importing this package imports frictionless's parts only when something is judged.
"""

from pipelines.validate.engine.batches import judge_batches
from pipelines.validate.engine.files import validate_file
from pipelines.validate.engine.foreign import ForeignTable
from pipelines.validate.engine.model import ReferenceFailed, Uncertified
from pipelines.validate.engine.own import OwnError
from pipelines.validate.engine.raw_batches import JudgedBatch
from pipelines.validate.engine.report import EngineReport

__all__ = [
    "EngineReport",
    "ForeignTable",
    "JudgedBatch",
    "OwnError",
    "ReferenceFailed",
    "Uncertified",
    "judge_batches",
    "validate_file",
]
