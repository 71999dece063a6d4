"""A dataset folder drafted from a file that a department sent.

Here: opening the file, types from all its values, keys that hold over the whole of it, fields with a suspicion of
personal data and a proposed treatment, the folder with its examples, and the trial that reads that very file with it.

Not here: how a grid is laid out (``ingest.detection``), and asking people (``cli``): what a file cannot tell comes as
answers.
"""

from pipelines.drafting.answers import Answers
from pipelines.drafting.draft import Drafted, draft_dataset
from pipelines.drafting.ranges import SeveralTables
from pipelines.drafting.refusals import CannotDraft

__all__ = ["Answers", "CannotDraft", "Drafted", "SeveralTables", "draft_dataset"]
