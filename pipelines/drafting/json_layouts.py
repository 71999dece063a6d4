"""Where the table of a JSON document is, and what its records are: as its lists show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.core.messages import Message
from pipelines.ingest.names import shown_label
from pipelines.ingest.problems import Unreadable, unreadable
from pipelines.ingest.readers import open_grids
from pipelines.ingest.readers.json_outline import Entries, entries_of_lines, lists_of
from pipelines.ingest.readers.json_shapes import FEATURE
from pipelines.ingest.readers.text import codec_of
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout

_MOST_SHOWN = 10


def with_records(layout: Layout, source: SourceFile, assumed: list[Message]) -> Layout:
    """The layout of a JSON or JSON Lines file, with where its records are and how they are taken apart.

    One object alone is a line of JSON Lines.

    Raises:
        Unreadable: the file is damaged, or has no records.
    """
    codec = codec_of(layout.encoding[0])
    damaged = False
    try:
        with source.path.open(encoding=codec) as stream:
            found = [entries_of_lines(stream)] if layout.format is FileFormat.JSONL else lists_of(stream)
    except (ValueError, RecursionError):
        found, damaged = [], True
    tables = [entries for entries in found if entries.length and (entries.objects or entries.lists)]
    if not tables:
        return _as_lines(layout, source, damaged) if layout.format is FileFormat.JSON else layout
    labels = {id(entries): _labels_of(entries, found) for entries in tables}
    taken = {id(each) for each in labels.values()}
    tables = [entries for entries in tables if id(entries) not in taken]
    table = max(tables, key=lambda entries: (entries.objects or labels[id(entries)] is not None, entries.length,
                                             entries.path))  # fmt: skip
    left = [_shown(entries) for entries in tables if entries is not table]
    if left:
        listed = ", ".join(left[:_MOST_SHOWN]) + (" …" if len(left) > _MOST_SHOWN else "")
        assumed.append(Message("draft-lists-left", {"taken": _shown(table), "left": listed}))
    if table.lists:
        named = labels[id(table)]
        return _at(layout, table, {"labels": ".".join(named.path)} if named is not None else {})
    if table.features:
        assumed.append(Message("draft-geometry", {"label": f"{FEATURE}geometry"}))
        layout = _at(layout, table, {"geometry": "text"})
    else:
        layout = _at(layout, table, {})
    return _flattened(layout, source, assumed) if table.nested else layout


def _shown(entries: Entries) -> str:
    """The path of a list, and how long it is."""
    return f"{'.'.join(shown_label(key, place) for place, key in enumerate(entries.path, start=1))} ({entries.length})"


def _labels_of(table: Entries, found: Sequence[Entries]) -> Entries | None:
    """The list of labels of a table's columns: as many as a row of cells has, or the keys of its objects."""
    for entries in sorted(found, key=lambda each: each.path[:-1] != table.path[:-1]):
        names = entries.names
        if entries is table or not names:
            continue
        if table.lists and len(names) == len(table.first):
            return entries
        if table.objects and isinstance(table.first, Mapping) and table.first and set(table.first) <= set(names):
            return entries
    return None


def _at(layout: Layout, table: Entries, more: Mapping[str, Any]) -> Layout:
    path = {"records": ".".join(table.path)} if table.path else {}
    return layout.model_copy(update={**path, **more})


def _flattened(layout: Layout, source: SourceFile, assumed: list[Message]) -> Layout:
    """The layout with objects taken apart, unless that makes too many columns of them, or two of one name."""
    flat = layout.model_copy(update={"nested": "flatten"})
    try:
        next(open_grids(source, flat, []))
    except Unreadable as fault:
        if fault.finding.rule not in {"json-too-many-keys", "json-labels-clash"}:
            raise
        return layout
    assumed.append(Message("draft-nested"))
    return flat


def _as_lines(layout: Layout, source: SourceFile, damaged: bool) -> Layout:
    """The layout of JSON Lines, where a document has no list of records; ``damaged``: it is no whole document."""
    lines = layout.model_copy(update={"format": FileFormat.JSONL})
    try:
        next(open_grids(source, layout, []))
    except Unreadable as fault:
        if fault.finding.rule != "json-no-list":
            raise
        try:
            next(open_grids(source, lines, []))
        except Unreadable:
            raise (unreadable("json-no-document", source.name) if damaged else fault) from None
        return lines
    return layout
