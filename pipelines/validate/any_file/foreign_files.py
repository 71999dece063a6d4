"""Tables that foreign keys refer to, from CSV files, streamed."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.messages import Message
from pipelines.validate.any_file.encodings import found
from pipelines.validate.any_file.intake import require_file, shown, take_in
from pipelines.validate.any_file.opened import Opened, look_at
from pipelines.validate.any_file.refusals import Refusal, Unusable, complaint, note, unusable
from pipelines.validate.any_file.text_limits import require_lines, require_quotations
from pipelines.validate.any_file.text_scan import scan
from pipelines.validate.engine.foreign import ForeignTable, Record
from pipelines.validate.engine.model import Uncertified
from pipelines.validate.engine.opening import Request
from pipelines.validate.engine.plan import ForeignKey, foreign_keys_of


@dataclass(frozen=True)
class Checked:
    """The schema with the foreign keys that can be checked, what they refer to, and remarks on the others."""

    schema: Mapping[str, Any]
    tables: Mapping[str, ForeignTable]
    notes: tuple[Message, ...]


def with_foreign(schema: Mapping[str, Any], files: Mapping[str, Path], own_name: str, work: Path) -> Checked:
    """Find the tables that a schema's foreign keys refer to.

    A key whose table is not given is not checked. (Frictionless then checks nothing at all, and says that it needs a
    package.)

    Raises:
        Unusable: a file cannot be read, lacks a column, or no key refers to it.
    """
    try:
        keys = foreign_keys_of(schema)
    except Uncertified:
        raise Unusable([complaint("bad-foreign-key", "foreignKeys")]) from None
    unknown = files.keys() - {key.resource for key in keys}
    if unknown:
        raise unusable("foreign-unused", name=ascii(sorted(unknown)[0])[1:-1])
    descriptors: list[dict[str, Any]] = []
    notes: list[Message] = []
    for key, descriptor in zip(keys, schema.get("foreignKeys") or (), strict=True):
        if key.resource in files:
            descriptors.append(descriptor)
        elif key.resource in {"", own_name}:
            # The table refers to itself, by its own name or none.
            descriptors.append({**descriptor, "reference": {**descriptor["reference"], "resource": ""}})
        else:
            notes.append(note("key-not-checked", fields=", ".join(key.fields), resource=key.resource))
    tables = {name: _table(name, path, keys, work) for name, path in files.items()}
    checked = {name: value for name, value in schema.items() if name != "foreignKeys"}
    return Checked({**checked, "foreignKeys": descriptors} if descriptors else checked, tables, tuple(notes))


def _table(name: str, path: Path, keys: Sequence[ForeignKey], work: Path) -> ForeignTable:
    require_file(path)
    folder = work / f"foreign-{len(list(work.glob('foreign-*')))}"
    folder.mkdir()
    try:
        source = take_in(path, None, folder)
        if source.kind != "csv":
            raise unusable("foreign-not-csv", shown(path))
        facts = scan(source.path)
        require_lines(facts)
        encoding = found(source.path, facts).name
        opened = look_at(Request(source.path, {"fields": []}, None, encoding, {}))
        require_quotations(source.path, encoding, csv.excel if opened is None else opened.dialect, facts)
    except Refusal as refusal:
        raise Unusable([complaint("foreign-unreadable", reason=refusal.message.text())], shown(path)) from refusal
    labels = opened.labels if opened is not None else ()
    wanted = [label for key in keys if key.resource == name for label in key.reference]
    absent = [label for label in wanted if label not in labels]
    if opened is None or absent:
        raise unusable("foreign-column", shown(path), column=", ".join(absent))
    table = opened

    def records(columns: tuple[str, ...]) -> Iterator[Record]:
        try:
            yield from _records(source.path, encoding, table, [labels.index(column) for column in columns])
        except csv.Error as problem:
            reason = f"{shown(path)}: {problem}"
            raise Unusable([complaint("foreign-unreadable", reason=reason)], shown(path)) from problem

    return ForeignTable.of_records(records)


def _records(path: Path, encoding: str, opened: Opened, places: Sequence[int]) -> Iterator[Record]:
    first = opened.layout.create_first_content_row()
    with path.open(encoding=encoding, newline="") as stream:
        for number, cells in enumerate(csv.reader(stream, opened.dialect), start=1):
            if number >= first and cells:
                yield tuple(cells[place] if place < len(cells) else None for place in places)
