"""Great Expectations suites over small frames that DuckDB aggregates, their stored results, and pages made of those.

Here: computing frames, running suites over them, keeping the results without texts, Data Docs.

Not here: what a verdict leads to. Only ``gx`` imports great_expectations, inside functions: it costs seconds and
250 MB, and is imported when a suite has to run or a page has to be made, never otherwise.
"""

from pipelines.validate.expectations.frames import Sources
from pipelines.validate.expectations.judging import judge_again, judge_frames
from pipelines.validate.expectations.results import RESULTS_FILE, FrameResult, frame_of, read_results, write_results

__all__ = [
    "RESULTS_FILE",
    "FrameResult",
    "Sources",
    "frame_of",
    "judge_again",
    "judge_frames",
    "read_results",
    "write_results",
]
