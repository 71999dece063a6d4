"""How a file seems to be laid out: a proposal, from the first rows of a grid and its last ones.

Here: pure functions telling delimiter, header, footer and totals rows, tables apart from each
other, how certain that is, and what else it may be.

Not here: reading deliveries. A delivery is read by its declared layout and never by a proposal; what is proposed here
goes into a draft or a report, where a person sees it.
"""

from pipelines.ingest.detection.delimiters import DelimiterGuess, delimiter_of, detect_delimiter, is_aligned
from pipelines.ingest.detection.grids import GridGuess, detect_grid
from pipelines.ingest.detection.headers import Certainty
from pipelines.ingest.detection.regions import TablesFound, find_tables
from pipelines.ingest.detection.samples import GridSample, sample_grid, sample_opening

__all__ = [
    "Certainty", "DelimiterGuess", "GridGuess", "GridSample", "TablesFound", "delimiter_of", "detect_delimiter",
    "detect_grid", "find_tables", "is_aligned", "sample_grid", "sample_opening",
]  # fmt: skip
