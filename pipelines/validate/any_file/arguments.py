"""Arguments as the command line gives them, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.validate.any_file.intake import shown
from pipelines.validate.any_file.judgement import Asked
from pipelines.validate.any_file.refusals import unusable
from pipelines.validate.any_file.showing import printable

_TAB = {"\\t", "tab"}


def checked_arguments(asked: Asked, foreign: Sequence[str], report: Path | None) -> Asked:
    """The arguments with ``NAME=FILE`` pairs taken apart and a tab written as a tab.

    Raises:
        Unusable: a pair is none, the delimiter is not one character, or the report's folder is a file.
    """
    if report is not None and report.exists() and not report.is_dir():
        raise unusable("report-not-folder", shown(report))
    files = {}
    for pair in foreign:
        name, mark, path = pair.partition("=")
        if not (name and mark and path):
            raise unusable("not-a-pair", text=printable(pair))
        files[name] = Path(path)
    delimiter = "\t" if asked.delimiter in _TAB else asked.delimiter
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '\r\n"\0'):
        raise unusable("no-delimiter")
    return replace(asked, delimiter=delimiter, foreign=files)


def dialect_of(asked: Asked, described: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The Table Dialect that a descriptor gives, with what the user said about it; ``None``: nobody said anything."""
    dialect = dict(described or {})
    if asked.delimiter is not None:
        if "delimiter" in dialect:
            dialect["delimiter"] = asked.delimiter
        else:
            dialect["csv"] = {**dialect.get("csv", {}), "delimiter": asked.delimiter}
    if asked.header_row is not None:
        dialect |= {"header": True, "headerRows": [asked.header_row]}
    return dialect or None
