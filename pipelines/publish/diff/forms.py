"""The forms in which a difference is handed out, as SQL over :mod:`pipelines.publish.diff.statements`.

``wide``
    One row per row that differs: ``period``, ``change``, ``fields`` (names of the changed ones), the key's fields,
    and ``old_<field>`` and ``new_<field>`` for the others, all in their types.
``long``
    One row per changed field, as text: ``period``, ``change``, the key's fields, ``field``, ``old``, ``new``. A row
    that was added or removed is one row without ``field``, its values a JSON object. Texts that a spreadsheet
    would take for a formula have an apostrophe before them.
``json``
    One JSON object per row that differs: ``period``, ``change``, ``key``, ``old``, ``new``; of a changed row only the
    changed fields. Decimals, dates and times are strings, as are NaN and infinite numbers.

Without a key each form has ``rows``: how many equal rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.sql import identifier, literal
from pipelines.publish.diff.fields import ComparedField, FieldChanges
from pipelines.publish.diff.statements import differs
from pipelines.publish.sql import FORMULA_BEGINNINGS

_FORMULA = f"^[{FORMULA_BEGINNINGS}]"
#: Columns of the long form that stand for one field of a row.
_CELL = ("field", "old", "new")
_CELLS, _LINE = "cells", "line"


class Form(StrEnum):
    """See the module."""

    WIDE = "wide"
    LONG = "long"
    JSON = "json"


def select(form: Form, period: str, fields: FieldChanges, ordered: str) -> str:
    """SELECT for a period's difference in a form, in the order of the SELECT ``ordered``.

    One row per row that differs, also in the long form: :func:`finished` makes its rows of them.
    """
    if form is Form.JSON:
        columns = [f"{_line(period, fields)} AS {_LINE}"]
    else:
        columns = _wide(fields) if form is Form.WIDE else _long(fields)
    meta = [f"{literal(period)} AS period", *_head(fields)[1:]]
    return f"SELECT {', '.join([*meta, *columns])} FROM ({ordered})"


def finished(form: Form, batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch of :func:`select` as it is handed out."""
    if form is Form.JSON:
        return batch.select([_LINE])
    if form is Form.WIDE:
        return batch
    cells = batch.column(_CELLS)
    rows = batch.drop_columns([_CELLS]).take(pc.list_parent_indices(cells))
    entries = pc.list_flatten(cells)
    arrays = [*rows.columns, *(pc.struct_field(entries, name) for name in _CELL)]
    return pa.RecordBatch.from_arrays(arrays, [*rows.schema.names, *_CELL])


def _wide(fields: FieldChanges) -> list[str]:
    keys = _free((entry.name for entry in fields.keys), [*_head(fields), "fields"])
    values = _free((f"{side}_{entry.name}" for entry in fields.values for side in ("old", "new")), keys)
    sources = [f"{side}{place}" for place in range(len(fields.values)) for side in "on"]
    names = [f"CASE WHEN {differs(place)} THEN {literal(entry.name)} END" for place, entry in enumerate(fields.values)]
    changed = f"list_filter([{', '.join(names)}]::VARCHAR[], lambda x: x IS NOT NULL)"
    return [
        f"CASE WHEN change = 'changed' THEN {changed} END AS fields",
        *(f"k{place} AS {identifier(name)}" for place, name in enumerate(keys)),
        *(f"{source} AS {identifier(name)}" for source, name in zip(sources, values, strict=True)),
    ]


def _long(fields: FieldChanges) -> list[str]:
    """The key's fields, and a list with one entry per row of the long form."""
    cells = [
        f"CASE WHEN {differs(place)} THEN {{'field': {literal(entry.name)}, "
        f"'old': {_text(f'o{place}', entry)}, 'new': {_text(f'n{place}', entry)}}} END"
        for place, entry in enumerate(fields.values)
    ]
    whole = (
        "[{'field': CAST(NULL AS VARCHAR), "
        f"'old': CASE WHEN change = 'removed' THEN {_object('o', fields.values)} END, "
        f"'new': CASE WHEN change = 'added' THEN {_object('n', fields.values)} END}}]"
    )
    if cells:
        changed = f"list_filter([{', '.join(cells)}], lambda x: x IS NOT NULL)"
        whole = f"CASE WHEN change = 'changed' THEN {changed} ELSE {whole} END"
    names = _free((entry.name for entry in fields.keys), [*_head(fields), *_CELL, _CELLS])
    keys = [(f"k{place}", entry, name) for place, (entry, name) in enumerate(zip(fields.keys, names, strict=True))]
    return [*(f"{_text(key, entry)} AS {identifier(name)}" for key, entry, name in keys), f"{whole} AS {_CELLS}"]


def _line(period: str, fields: FieldChanges) -> str:
    """A row's JSON text, without a line feed."""
    parts = [f"""'{{"period":' || to_json({literal(period)}) || ',"change":"' || change || '"'"""]
    if fields.key:
        parts.append(f"""',"key":' || {_object("k", fields.keys)}""")
    else:
        parts.append("""',"rows":' || rows""")
    for name, other in (("old", "added"), ("new", "removed")):
        members = _object(name[0], fields.values, changed=True)
        parts.append(f"""CASE WHEN change <> '{other}' THEN ',"{name}":' || {members} ELSE '' END""")
    return f"{' || '.join(parts)} || '}}'"


def _head(fields: FieldChanges) -> list[str]:
    return ["period", "change"] if fields.key else ["period", "change", "rows"]


def _free(names: Iterable[str], taken: Sequence[str]) -> list[str]:
    """Names none of which is taken: those that would be have ``key_`` before them, or underscores after them."""
    used = set(taken)
    found = []
    for name in names:
        free = f"key_{name}" if name in taken else name
        while free in used:
            free += "_"
        used.add(free)
        found.append(free)
    return found


def _text(value: str, entry: ComparedField) -> str:
    if entry.kind != "VARCHAR":
        return f"CAST({value} AS VARCHAR)"
    return f"CASE WHEN regexp_matches({value}, {literal(_FORMULA)}) THEN '''' || {value} ELSE {value} END"


def _object(side: str, fields: Sequence[ComparedField], *, changed: bool = False) -> str:
    """A JSON object of some fields; ``changed``: of a changed row only what has changed."""
    members = []
    for place, entry in enumerate(fields):
        member = f"{literal(json.dumps(entry.name) + ':')} || {_json_value(f'{side}{place}', entry.kind)}"
        members.append(f"CASE WHEN change <> 'changed' OR {differs(place)} THEN {member} END" if changed else member)
    return f"('{{' || concat_ws(',', {', '.join(members)}) || '}}')" if members else "'{}'"


def _json_value(value: str, kind: str) -> str:
    if kind in {"BIGINT", "INTEGER", "BOOLEAN"}:
        found = f"to_json({value})"
    elif kind == "DOUBLE":
        found = f"CASE WHEN isfinite({value}) THEN to_json({value}) ELSE to_json(CAST({value} AS VARCHAR)) END"
    else:
        found = f"to_json(CAST({value} AS VARCHAR))"
    return f"coalesce(CAST({found} AS VARCHAR), 'null')"
