"""The seeded sample city of Yunchuan: departments' files, good and flawed, and the books they must agree with.

Here: who lives, builds and is paid in the city; registers drawn from specifications (``specifications/*.yaml``), one
per further dataset; the files in the forms departments send; what is wrong with some of them; the ledger of what must
be published.

Not here: reading, judging or publishing those files. Nothing here is imported by the stages, and no value of a real
person or organisation can occur: all numbers lie in ranges that nobody has been given.
"""

from pipelines.samples.flaws import FLAWS, Flaw, FlawKind
from pipelines.samples.generate import generate
from pipelines.samples.ledger import ExpectedDelivery, SampleLedger

__all__ = ["FLAWS", "ExpectedDelivery", "Flaw", "FlawKind", "SampleLedger", "generate"]
