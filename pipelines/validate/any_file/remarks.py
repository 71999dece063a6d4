"""What a reader of the verdict should know although it is no error."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.core.messages import Message
from pipelines.validate.any_file.encodings import Encoding
from pipelines.validate.any_file.opened import Opened
from pipelines.validate.any_file.refusals import note
from pipelines.validate.engine.report import EngineReport


def remarks_on(report: EngineReport, opened: Opened | None, encoding: Encoding) -> Iterator[Message]:
    """Remarks on how a text file was read."""
    if encoding.how == "detected":
        yield note("decoded", encoding=encoding.name)
    if opened is not None and len(opened.labels) == 1:
        other = next((mark for mark in ";,\t|" if mark in opened.labels[0] and mark != opened.dialect.delimiter), None)
        if other is not None:
            yield note("delimiter", delimiter="tab" if other == "\t" else other)
    if report.stats.get("rows") == 0 and report.labels:
        yield note("no-rows")
