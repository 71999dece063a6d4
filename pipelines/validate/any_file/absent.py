"""Absent cells in a CSV file, which has none: written as a text that counts as missing, and put right in errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: Stands for an absent cell where the schema does not take an empty one for a missing value.
_ABSENT = "\N{SYMBOL FOR NULL}absent\N{SYMBOL FOR NULL}"


def with_absent(schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The schema, and the text for absent cells that it takes for a missing value."""
    fields = [field for field in schema.get("fields", ()) if isinstance(field, Mapping)]
    lists = [
        schema.get("missingValues", [""]),
        *(field["missingValues"] for field in fields if "missingValues" in field),
    ]
    if all("" in _texts(values) for values in lists):
        return schema, ""
    marked = [
        {**field, "missingValues": [*field["missingValues"], _ABSENT]} if "missingValues" in field else field
        for field in fields
    ]
    return {**schema, "missingValues": [*schema.get("missingValues", [""]), _ABSENT], "fields": marked}, _ABSENT


def _texts(values: Any) -> list[Any]:
    return [entry.get("value") if isinstance(entry, Mapping) else entry for entry in values]


class Restored:
    """Errors with absent cells in place of what they were written as."""

    def __init__(self, errors: Iterable[dict[str, Any]], absent: str) -> None:
        self._errors, self._absent = errors, absent

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for error in self._errors:
            cells = error.get("cells")
            yield error if cells is None else {**error, "cells": [self._restored(cell) for cell in cells]}

    def _restored(self, cell: str) -> str:
        return "" if cell == self._absent else cell
