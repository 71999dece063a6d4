"""Names of files, sheets and columns as they may be shown: one that carries personal data is told by its position."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePosixPath

from pipelines.core.personal_data import looks_like_personal_data

_LONGEST_LABEL = 40
_DIGITS = re.compile(r"\d{5}")
_SUFFIXES = {
    ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".fods", ".html", ".htm", ".json", ".jsonl", ".ndjson",
    ".parquet", ".zip", ".gz", ".part", ".tmp",
}  # fmt: skip


def shown_file(name: str, position: int, taken: Collection[str] = ()) -> str:
    """``name``, or ``file-<position>.<ending>`` where it looks like personal data.

    ``position`` counts from 1 in the order of names; ``taken`` are the names that others are shown under.
    """
    if not looks_like_personal_data(name):
        return name
    suffix = PurePosixPath(name).suffix.lower()
    return _free(f"file-{position}{suffix if suffix in _SUFFIXES else ''}", taken)


def shown_sheet(name: str, position: int, taken: Collection[str] = ()) -> str:
    """``name``, or ``sheet-<position>`` where it looks like personal data."""
    return _free(f"sheet-{position}", taken) if looks_like_personal_data(name) else name


def shown_label(label: str, position: int) -> str:
    """A label as it may be told: a row of data taken for a header can hold anything, so odd ones are numbered."""
    if len(label) <= _LONGEST_LABEL and not looks_like_personal_data(label) and not _DIGITS.search(label):
        return label
    return f"#{position}"


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name = f"_{name}"
    return name
