"""Making again what is published: every outcome is decided anew from the landed bytes, every segment composed anew.

Here: the scratch installation that this happens in, what is compared, why something differs, what is put back.

Not here: how a delivery is decided or a segment composed (that is the run's own code), whether the store as a whole is
sound (``publish.verify``).
"""

from pipelines.flow.rebuilding.rebuild import Rebuilding, Step, rebuilding
from pipelines.flow.rebuilding.results import Comparison, DatasetTrouble, RebuiltSegment

__all__ = ["Comparison", "DatasetTrouble", "Rebuilding", "RebuiltSegment", "Step", "rebuilding"]
