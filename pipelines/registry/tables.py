"""Organisations and code lists: small CSV files with their own Table Schemas, held in memory."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pipelines.core.messages import Message
from pipelines.registry.documents import Unreadable, read_document
from pipelines.registry.plain_tables import is_plainly_valid
from pipelines.registry.problems import Problem

Row = Mapping[str, str]


@dataclass(frozen=True)
class CodeList:
    """A code list: ``rows`` as text, one mapping per code; the key field is ``key`` (``code`` or ``id``).

    Lists are equal by their ``digest``, which is of the file they were read from and its schema.
    """

    id: str
    key: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = field(compare=False)
    digest: str

    @cached_property
    def by_key(self) -> Mapping[str, Row]:
        """Rows by their key."""
        return {row[self.key]: row for row in self.rows}

    def keys_by(self, column: str) -> Mapping[str, str]:
        """Code by the text of another column; texts that several codes share are left out."""
        found: dict[str, str] = {}
        shared: set[str] = set()
        for row in self.rows:
            text = row[column]
            if text in found:
                shared.add(text)
            found[text] = row[self.key]
        return {text: code for text, code in found.items() if text not in shared}


@dataclass(frozen=True)
class Organisation:
    """A department or other body that delivers data."""

    id: str
    code: str
    credit_code: str
    name_zh: str
    name_en: str
    kind: str
    division_code: str
    email: str

    @property
    def row(self) -> Row:
        """As a row of the organisations' table."""
        return vars(self)


def load_table(folder: Path, stem: str, schema_name: str, key: str) -> tuple[CodeList | None, list[Problem]]:
    """Read ``<folder>/<stem>.csv`` and check it with its Table Schema.

    Returns:
        The table, or ``None`` when it cannot be used, and every problem found.
    """
    file, schema_file = f"{folder.name}/{stem}.csv", f"{folder.name}/{schema_name}"
    try:
        schema = read_document(folder / schema_name, schema_file).content
    except Unreadable as unreadable:
        return None, [unreadable.problem]
    try:
        raw = (folder / f"{stem}.csv").read_bytes()
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        return None, [Problem(file, Message("check-absent"), Message("check-absent-remedy"))]
    except UnicodeDecodeError:
        return None, [Problem(file, Message("check-not-utf8"), Message("check-not-utf8-remedy"))]
    records = [record for record in csv.reader(io.StringIO(text, newline="")) if record]
    problems = _validated(schema, records, file, schema_file)
    if problems or not records or key not in records[0]:
        if not problems:
            message = Message("check-unknown-field", {"field": key})
            problems = [Problem(file, message, Message("check-table-row-remedy"))]
        return None, problems
    header = tuple(records[0])
    rows = tuple(dict(zip(header, record, strict=True)) for record in records[1:])
    digest = hashlib.sha256(raw + json.dumps(schema, sort_keys=True).encode()).hexdigest()
    return CodeList(stem, key, header, rows, digest), []


def _validated(schema: object, records: list[list[str]], file: str, schema_file: str) -> list[Problem]:
    if is_plainly_valid(schema, records):
        return []
    from frictionless import Dialect, FrictionlessException, Resource, Schema

    try:
        parsed = Schema.from_descriptor(schema if isinstance(schema, dict) else {})
    except FrictionlessException as refused:
        reason = "; ".join(error.note for error in (refused.reasons or [refused.error]))
        return [Problem(schema_file, Message("check-table-schema", {"reason": reason}),
                        Message("check-table-schema-remedy"))]  # fmt: skip
    dialect = Dialect(header=True, header_rows=[1])
    table = Resource(data=records, schema=parsed, format="inline", dialect=dialect)
    report = table.validate(limit_errors=10**9)
    return [
        Problem(
            file,
            Message("check-table-row", {"row": row or 1, "field": str(name or ""), "rule": f"{kind} {note}".strip()}),
            Message("check-table-row-remedy"),
            line=row or 1,
        )
        for row, name, kind, note in report.flatten(["rowNumber", "fieldName", "type", "note"])
    ]
