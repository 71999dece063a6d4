"""Any file against any Table Schema, without a catalog: what ``gongkai validate`` does.

Here: what is in a file and how to reach it (compressed, in an archive, in a workbook), its encoding, limits that keep
time and memory bounded whatever the bytes are, and the report. The verdict itself is that of ``validate.engine``.
Not here: datasets, deliveries, disclosure beyond not quoting what a schema says is not active.
"""

from pipelines.validate.any_file.bounds import bounded
from pipelines.validate.any_file.judgement import Asked, Judgement, Watch
from pipelines.validate.any_file.judging import judge_file
from pipelines.validate.any_file.refusals import Unusable
from pipelines.validate.any_file.reporting import report_errors

__all__ = ["Asked", "Judgement", "Unusable", "Watch", "bounded", "judge_file", "report_errors"]
