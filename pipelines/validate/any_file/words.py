"""Sentences about a judgement as a whole, and places in words."""

from __future__ import annotations

from pipelines.core.messages import Message, translate
from pipelines.validate.any_file.grouping import Example
from pipelines.validate.any_file.judgement import Judgement
from pipelines.validate.any_file.places import Place


def verdict(judgement: Judgement, errors: int) -> Message:
    """Valid, not valid, or not judged."""
    if judgement.refusal is not None:
        return Message("file-not-judged", {"file": judgement.name})
    rows = judgement.stats.get("rows") or 0
    if errors == 0:
        return Message("file-valid", {"file": judgement.name, "rows": rows})
    return Message("file-invalid", {"file": judgement.name, "rows": rows, "errors": errors})


def reading(judgement: Judgement, language: str) -> str:
    """How a file that was judged was read, and who judged."""
    reason = judgement.reason.text(language) if judgement.reason is not None else ""
    engine = translate(f"file-engine-{judgement.engine}", language, reason=reason)
    delimiter = {None: None, "\t": "tab"}.get(judgement.delimiter, judgement.delimiter)
    parts = [judgement.format, judgement.encoding and judgement.encoding.name, delimiter and f"“{delimiter}”",
             judgement.sheet]  # fmt: skip
    return translate("file-read-as", language, reading=", ".join(part for part in parts if part) or "-", engine=engine)


def place(example: Example, language: str) -> str:
    """Where an example stands: line, record or cell, and the earlier row that it repeats."""
    if example.place is None:
        return ""
    text = _place(example.place, example.row, language)
    return text if example.same_as is None else f"{text} = {_place(example.same_as, None, language)}"


def _place(where: Place, row: int | None, language: str) -> str:
    if where.cell is not None:
        return where.cell
    if where.unit == "line" and row not in {None, where.number}:
        return translate("file-row-line", language, row=row or 0, number=where.number)
    return translate(f"file-{where.unit}", language, number=where.number)
