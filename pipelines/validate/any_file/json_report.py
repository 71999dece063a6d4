"""The report in the form of ``frictionless validate --json``, written error by error, so that none has to be held."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import IO, Any

from pipelines.validate.any_file.judgement import Judgement
from pipelines.validate.any_file.refusals import TAG
from pipelines.validate.any_file.showing import Showing


class JsonReport:
    """Writes a report to ``stream``: the head, any number of errors, the end."""

    def __init__(self, stream: IO[str], judgement: Judgement, showing: Showing) -> None:
        self._stream, self._judgement, self._showing = stream, judgement, showing
        self._errors = 0

    def begin(self) -> None:
        """Write everything that comes before the errors."""
        head = task_head(self._judgement, self._showing)
        self._stream.write('{\n  "tasks": [\n    ' + _dumped(head)[:-1] + ', "errors": [')

    def add(self, error: dict[str, Any]) -> None:
        """Write one error descriptor."""
        self._stream.write(("," if self._errors else "") + "\n      " + _dumped(self._showing.descriptor(error)))
        self._errors += 1

    def end(self) -> None:
        """Write what is known only after the errors."""
        task = task_end(self._judgement, self._errors)
        self._stream.write("\n    ], " + _dumped(task)[1:] + "\n  ],\n")
        rest = report_end(self._judgement, self._errors)
        self._stream.write("".join(f"  {_dumped(name)}: {_dumped(value)},\n" for name, value in rest.items())[:-2])
        self._stream.write("\n}\n")


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def task_head(judgement: Judgement, showing: Showing) -> dict[str, Any]:
    """What frictionless's report says of the table."""
    labels = showing.labels(judgement.labels)
    return {"name": PurePosixPath(judgement.name).stem, "type": "table", "place": judgement.name, "labels": labels}


def task_end(judgement: Judgement, errors: int) -> dict[str, Any]:
    """The table's verdict and numbers. Warnings are ours: frictionless has none here."""
    warnings = [f"{note.text('en')} {TAG}" for note in judgement.notes]
    stats = {**judgement.stats, **judgement.hashes(), "errors": errors, "warnings": len(warnings)}
    return {"valid": errors == 0, "stats": stats, "warnings": warnings}


def report_end(judgement: Judgement, errors: int) -> dict[str, Any]:
    """The report's verdict, and how the file was read."""
    encoding = judgement.encoding
    return {
        "valid": errors == 0,
        "stats": {"tasks": 1, "errors": errors, "warnings": len(judgement.notes)},
        "warnings": [],
        "errors": [],
        "engine": {"name": judgement.engine, "reason": judgement.reason.as_dict() if judgement.reason else None},
        "reading": {
            "format": judgement.format,
            "encoding": None if encoding is None else {"name": encoding.name, "how": encoding.how},
            "delimiter": judgement.delimiter,
            "sheet": judgement.sheet,
        },
    }
