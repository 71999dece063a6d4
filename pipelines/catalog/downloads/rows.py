"""The rows of a version as one table, and what is true of them: what their files depend on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.catalog.downloads.texts import is_any, runs_in_spreadsheets
from pipelines.core.sql import literal
from pipelines.publish import Manifest, Store, object_path
from pipelines.publish.schemas import columns, primary_key, select_list
from pipelines.publish.store import check_object

#: Characters that UTF-16 writes as two code units.
_OF_TWO_UNITS = r"[\x{10000}-\x{10ffff}]"
#: What of a field says something of its values.
_ABOUT_VALUES = ("type", "format", "decimals", "constraints", "categories", "categoriesOrdered")


def version_rows(store: Store, manifest: Manifest) -> str:
    """SELECT of all rows of a version in its columns, in no order; null where a segment has no such column.

    Raises:
        CorruptStore: when an object is missing or has another size.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for segment in manifest.segments:
        written = tuple(columns(segment.schema))
        for part in segment.parts:
            check_object(store, part.sha256, part.bytes)
            groups.setdefault(written, []).append(str(store.local(object_path(part.sha256))))
    arms = [
        f"SELECT {select_list(manifest.schema, written)} FROM read_parquet([{', '.join(map(literal, files))}])"
        for written, files in groups.items()
    ]
    return " UNION ALL ".join(arms) or f"SELECT {select_list(manifest.schema, ())} LIMIT 0"


@dataclass
class Survey:
    """What is true of a version's rows, learned batch by batch.

    ``missing``: fields with a null; ``guarded``: fields with a text that a spreadsheet would run; ``longest``: UTF-16
    code units of the longest text.
    """

    missing: set[str] = field(default_factory=set)
    guarded: set[str] = field(default_factory=set)
    longest: int = 0

    def watching(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches, looked at as they pass."""
        for batch in batches:
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                if column.null_count:
                    self.missing.add(name)
                if pa.types.is_string(column.type):
                    self._text(name, column)
            yield batch

    def _text(self, name: str, column: pa.Array) -> None:
        if name not in self.guarded and is_any(runs_in_spreadsheets(column)):
            self.guarded.add(name)
        # No text has more code units than bytes.
        if (pc.max(pc.binary_length(column)).as_py() or 0) > self.longest:
            beyond = pc.count_substring_regex(column, _OF_TWO_UNITS)
            self.longest = max(self.longest, pc.max(pc.add(pc.utf8_length(column), beyond)).as_py())


def schema_that_holds(manifest: Manifest, found: Survey, is_unique: Callable[[Sequence[str]], bool]) -> dict[str, Any]:
    """The Table Schema of a version as far as its CSV file keeps to it, whoever checks it.

    Deliveries are validated each by itself and by the descriptor of its time. So keys may occur in several periods,
    and what a field's values are said to be need not be true of periods written before that was said. Foreign keys
    lead to other packages. A text that got an apostrophe is nothing but a text.

    Args:
        manifest: the version.
        found: what is true of its rows.
        is_unique: tells whether no two rows have the same values in these fields.
    """
    schema = manifest.schema
    fields = []
    for entry in schema["fields"]:
        constraints = dict(entry.get("constraints") or {})
        if entry["name"] in found.guarded or not _said_of_all(entry, manifest):
            kept = {name: value for name, value in entry.items() if name not in _ABOUT_VALUES}
            is_text = columns({"fields": [entry]})[entry["name"]] == "VARCHAR"
            kept["type"] = "string" if is_text else entry["type"]
            constraints = {name: value for name, value in constraints.items() if name in {"required", "unique"}}
        else:
            kept = {name: value for name, value in entry.items() if name != "constraints"}
        if entry["name"] in found.missing:
            constraints.pop("required", None)
        if constraints.get("unique") and not is_unique([entry["name"]]):
            del constraints["unique"]
        fields.append({**kept, "constraints": constraints} if constraints else kept)
    holding = {name: value for name, value in schema.items() if name not in {"foreignKeys", "primaryKey", "uniqueKeys"}}
    holding["fields"] = fields
    key = primary_key(schema)
    if key and found.missing.isdisjoint(key) and is_unique(key):
        holding["primaryKey"] = list(key)
    if unique := [names for names in schema.get("uniqueKeys", ()) if is_unique(names)]:
        holding["uniqueKeys"] = unique
    return holding


def _said_of_all(entry: Mapping[str, Any], manifest: Manifest) -> bool:
    """Whether all segments that have a field were written when the same was said of its values."""
    said = [entry.get(name) for name in _ABOUT_VALUES]
    return all([one.get(name) for name in _ABOUT_VALUES] == said for one in _written(entry["name"], manifest))


def _written(name: str, manifest: Manifest) -> Iterator[Mapping[str, Any]]:
    for segment in manifest.segments:
        if segment.schema is not manifest.schema:
            yield from (entry for entry in segment.schema["fields"] if entry["name"] == name)
