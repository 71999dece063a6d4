"""The errors of a judgement, gone through once for everything that wants to hear of them."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import IO

from pipelines.validate.any_file.bounds import readable_patterns
from pipelines.validate.any_file.grouping import Group, Grouping
from pipelines.validate.any_file.json_report import JsonReport, report_end, task_end, task_head
from pipelines.validate.any_file.judgement import Judgement
from pipelines.validate.any_file.places import Place
from pipelines.validate.any_file.showing import Showing
from pipelines.validate.any_file.storing import ErrorLog, write_page, write_summary
from pipelines.validate.any_file.telling import Teller


def report_errors(
    judgement: Judgement, *, stream: IO[str] | None, folder: Path | None, language: str
) -> tuple[list[Group], int]:
    """Go through the errors; write them to ``stream`` as JSON, and to ``folder`` as a report, where given.

    Returns:
        The groups, most frequent first, and the number of errors.
    """
    showing = Showing(judgement.schema)
    encoding = judgement.encoding.name if judgement.encoding is not None else ""
    teller = Teller(judgement.schema, showing, encoding, judgement.refusal)
    grouping = Grouping()
    report = JsonReport(stream, judgement, showing) if stream is not None else None
    if report is not None:
        report.begin()
    with (
        readable_patterns(judgement.schema),
        nullcontext() if folder is None else ErrorLog(folder, judgement.places, language) as log,
    ):
        for error in judgement.errors:
            told = teller.tell(error)
            grouping.add(told, error)
            if report is not None:
                report.add(error)
            if log is not None:
                log.add(told, error)
    if report is not None:
        report.end()
    groups = grouping.groups(judgement.places)
    if judgement.refusal is not None and judgement.refusal.row is not None:
        unit = "line" if judgement.format in {"", "csv", "jsonl"} else "record"
        groups[0].examples[0].place = Place(unit, judgement.refusal.row)
    if folder is not None:
        task = {**task_head(judgement, showing), **task_end(judgement, grouping.errors)}
        write_summary(folder, judgement, groups, {"task": task, **report_end(judgement, grouping.errors)})
        write_page(folder, judgement, groups, grouping.errors, language)
    return groups, grouping.errors
