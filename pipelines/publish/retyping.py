"""Fields that were given another type while segments written under the old one stay.

A version has one type per field, and all of its files have to be readable by it. Until the periods written under the
old type are made again, a field keeps a type that all of them fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.publish.diff.fields import common_kind
from pipelines.publish.records import Segment
from pipelines.publish.schemas import columns

#: What of a field may only be said of its own type.
_OF_THE_TYPE = frozenset({"type", "format", "decimals", "constraints", "unit", "trueValues", "falseValues"})


def readable_schema(
    schema: Mapping[str, Any], previous: Mapping[str, Any] | None, segments: Sequence[Segment]
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """A schema by which all segments can be read without losing anything of a value.

    Args:
        schema: what is to be published.
        previous: what the version before was published by.
        segments: with the schemas that their files were written by.

    Returns:
        The schema, and the fields that have another type in it: the previous one, or text where that fits neither.
    """
    written = [columns(segment.schema) for segment in segments]
    before = {entry["name"]: entry for entry in previous["fields"]} if previous else {}
    fields, kept = [], []
    for entry in schema["fields"]:
        name = entry["name"]
        found = {kinds[name] for kinds in written if name in kinds}
        if not _fits(entry, found):
            earlier = before.get(name)
            entry = earlier if earlier is not None and _fits(earlier, found) else _as_text(entry)  # noqa: PLW2901
            kept.append(name)
        fields.append(entry)
    return {**schema, "fields": fields}, tuple(kept)


def _fits(entry: Mapping[str, Any], stored: Iterable[str]) -> bool:
    (kind,) = columns({"fields": [entry]}).values()
    return all(kind == "VARCHAR" or common_kind(one, kind) is not None for one in stored)


def _as_text(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**{key: value for key, value in entry.items() if key not in _OF_THE_TYPE}, "type": "string"}
