"""A report in a folder: every error in ``errors.parquet``, grouped in ``summary.json`` and ``report.html``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.files import PRIVATE_FILE_MODE, replace_file
from pipelines.core.messages import Message, Parameter, translate
from pipelines.validate.any_file.grouping import Example, Group
from pipelines.validate.any_file.judgement import Judgement
from pipelines.validate.any_file.places import Places
from pipelines.validate.any_file.told import Told
from pipelines.validate.any_file.words import place, reading, verdict
from pipelines.validate.page import environment

ERRORS_FILE, SUMMARY_FILE, PAGE_FILE = "errors.parquet", "summary.json", "report.html"
SHOWN_GROUPS = 200
_BATCH = 10_000
_MOST_TEXTS = 10_000
_SCHEMA = pa.schema(
    [
        ("type", pa.string()),
        ("rule", pa.string()),
        ("field", pa.string()),
        ("field_number", pa.int64()),
        ("row_number", pa.int64()),
        ("place", pa.string()),
        ("place_number", pa.int64()),
        ("cell", pa.string()),
        ("same_as_row", pa.int64()),
        ("value", pa.string()),
        ("message", pa.string()),
        ("remedy", pa.string()),
    ]
)


class ErrorLog:
    """Writes errors as they come. A context manager; the file is complete or not there."""

    def __init__(self, folder: Path, places: Places, language: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._target = folder / ERRORS_FILE
        self._temporary = folder / f".{ERRORS_FILE}.tmp"
        self._places, self._language = places, language
        self._rows: list[dict[str, Any]] = []
        self._texts: dict[tuple[Parameter, ...], str] = {}
        self._writer = pq.ParquetWriter(self._temporary, _SCHEMA, compression="zstd")
        self._temporary.chmod(PRIVATE_FILE_MODE)

    def __enter__(self) -> ErrorLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        try:
            if kind is None:
                self._flush()
            self._writer.close()
            if kind is None:
                self._temporary.replace(self._target)
        finally:
            self._temporary.unlink(missing_ok=True)

    def add(self, told: Told, error: Mapping[str, Any]) -> None:
        """Write one error."""
        row, number = error.get("rowNumber"), error.get("fieldNumber")
        where = None if not row else self._places.at(row, number)
        self._rows.append(
            {
                "type": told.type,
                "rule": told.rule or None,
                "field": told.field or None,
                "field_number": number,
                "row_number": row,
                "place": None if where is None else where.unit,
                "place_number": None if where is None else where.number,
                "cell": None if where is None else where.cell,
                "same_as_row": told.same_as,
                "value": told.value,
                "message": self._text(told.message),
                "remedy": self._text(told.remedy),
            }
        )
        if len(self._rows) >= _BATCH:
            self._flush()

    def _text(self, message: Message) -> str:
        """The sentence; most errors share theirs with many others."""
        key = (message.id, *message.params.values())
        if key not in self._texts:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            self._texts[key] = message.text(self._language)
        return self._texts[key]

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=_SCHEMA))
            self._rows = []


def write_summary(folder: Path, judgement: Judgement, groups: Sequence[Group], task: Mapping[str, Any]) -> None:
    """Write ``summary.json``: frictionless's report without the errors, and the groups."""
    document = {**task, "groups": [group.as_dict() for group in groups],
                "notes": [note.as_dict() for note in judgement.notes]}  # fmt: skip
    text = json.dumps(document, ensure_ascii=False, indent=2)
    replace_file(folder / SUMMARY_FILE, text.encode(), mode=PRIVATE_FILE_MODE)


def write_page(folder: Path, judgement: Judgement, groups: Sequence[Group], errors: int, language: str) -> None:
    """Write ``report.html``: no scripts, everything escaped."""

    def text(message_id: str, **params: Parameter) -> str:
        return translate(message_id, language, **params)

    def message(told: Message) -> str:
        return told.text(language)

    def where(example: Example) -> str:
        return place(example, language)

    content = {
        "language": language,
        "file": judgement.name,
        "valid": errors == 0,
        "verdict": verdict(judgement, errors),
        "reading": reading(judgement, language) if judgement.refusal is None else "",
        "notes": judgement.notes,
        "groups": groups,
        "shown": SHOWN_GROUPS,
        "t": text,
        "m": message,
        "place": where,
    }
    page = environment().get_template("file.html.j2").render(content)
    replace_file(folder / PAGE_FILE, page.encode(), mode=PRIVATE_FILE_MODE)
