"""Frictionless errors as findings: where, what is wrong, what was expected, what to do: without leaking values.

Frictionless's own messages carry the cell, the row and looked-up keys; none of that is used here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from pipelines.core.findings import Check, Finding, Location, Severity
from pipelines.core.messages import Message, Parameter
from pipelines.core.personal_data import looks_like_personal_data
from pipelines.registry import Dataset
from pipelines.registry.disclosures import Attribute
from pipelines.validate.engine.raw_batches import HEADER_ROWS
from pipelines.validate.rows import Coordinates

_CONSTRAINT = re.compile(r'constraint "(?P<name>\w+)" is "(?P<bound>.*)"', re.DOTALL)
_POSITION = re.compile(r"position (?P<position>[0-9]+)")
_LONGEST_VALUE = 40
#: Nobody's number has fewer than eleven digits, and accounts have no check digit that would give them away.
_LONG_NUMBER = re.compile(r"[0-9]{11}")
#: Figures with signs, units and brackets; dates, however written; words that stand for a missing value; codes.
_HARMLESS = re.compile(
    r"[+\-−~<>≈约¥￥$€(]{0,3}[0-9][0-9.,' ]*(?:[eE][+\-]?[0-9]+)?[ )]?[%‰]?[百千万亿]{0,2}元?\)?"
    r"|(?=.*[0-9])[0-9年月日号季度第上下半时分秒初末底至前后/\-.:~ TZ+]+"
    r"|待定|待补|待补充|无|暂无|没有|空|不详|未知|不适用|同上|是|否"
    r"|[A-Za-z0-9_./\-]{1,30}"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]{1,8}")
#: The hundred most frequent family names (Ministry of Public Security) and a few beyond.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "康易乔赖文傅施洪欧司诸"
)

#: Errors about the content of a cell, which may be shown.
_CELL_ERRORS = {"type-error", "constraint-error", "foreign-key", "category"}
#: Remedies that depend on the expected type; other types get the general one.
_TYPE_REMEDIES = {"number", "integer", "date", "datetime", "boolean", "year", "yearmonth"}


def showable(dataset: Dataset, field: str, text: str | None, *, alone: bool = False) -> str | None:
    """The delivered text, if it may be shown: its field is active, and it is nothing but a figure, a date or a code.

    Where columns are shifted, names and addresses stand in fields that never have any. Chinese words are therefore
    shown only where codes are expected, and only if it is the row's one fault (``alone``). Control and format
    characters become ``�``: reports are read in terminals and browsers.
    """
    if text is None or not dataset.has_field(field):
        return None
    spec = dataset.field(field)
    if spec.disclosure.attribute is not Attribute.ACTIVE:
        return None
    return harmless(text, is_coded=spec.codelist is not None or spec.constraints.enum is not None, alone=alone)


def harmless(text: str, *, is_coded: bool, alone: bool) -> str | None:
    """The text of an active field as it may be shown, or ``None``; see :func:`showable`."""
    if len(text) > _LONGEST_VALUE or looks_like_personal_data(text):
        return None
    plain = unicodedata.normalize("NFKC", "".join(c for c in text if c.isprintable())).strip()
    if _LONG_NUMBER.search(plain):
        return None
    if not _HARMLESS.fullmatch(plain) and not (is_coded and alone and _is_chinese_term(plain)):
        return None
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _is_chinese_term(text: str) -> bool:
    """A short word that does not begin as persons' names do."""
    return _CHINESE.fullmatch(text) is not None and text[0] not in _SURNAMES


def explain(error: Any, row: Location, dataset: Dataset, columns: Mapping[str, int], coordinates: Coordinates, *,
            alone: bool) -> Finding:  # fmt: skip
    """One error of a row or cell, frictionless's or ours, as a finding.

    Args:
        row: the file, sheet and row where it stands.
        columns: per delivered field its position among the labels.
        coordinates: where other rows stand, for keys that are repeated.
        alone: whether it is the row's one error.
    """
    fields = dataset.primary_key if error.type == "primary-key" else error_fields(error)
    place = Location(row.file, row.sheet, row.row, ", ".join(fields) or None)
    message, remedy = _texts(error, fields, dataset, coordinates)
    value = None
    if len(fields) == 1 and fields[0] in columns and error.type in _CELL_ERRORS:
        position = columns[fields[0]]
        cell = error.cells[position] if position < len(error.cells) else None
        value = showable(dataset, fields[0], cell, alone=alone)
    return Finding(Check.TABLE_SCHEMA, error.type, _severity(error, fields, dataset), message, remedy, place, value)


def error_fields(error: Any) -> tuple[str, ...]:
    """The fields an error is about (one for cell errors, several for keys, none for row errors)."""
    names = getattr(error, "field_names", None)
    if names:
        return tuple(names)
    name = getattr(error, "field_name", None)
    return (name,) if name else ()


def _severity(error: Any, fields: tuple[str, ...], dataset: Dataset) -> Severity:
    if error.type == "foreign-key":
        return dataset.descriptor.acceptance.references.get(_resource(fields, dataset), Severity.ERROR)
    return Severity.ERROR


def _resource(fields: tuple[str, ...], dataset: Dataset) -> str:
    for key in dataset.foreign_keys:
        if key.fields == fields:
            return key.reference.resource
    return ""


def _texts(error: Any, fields: tuple[str, ...], dataset: Dataset, coordinates: Coordinates) -> tuple[Message, Message]:
    kind, name = str(error.type), ", ".join(fields)
    if kind == "type-error":
        spec = dataset.field(name)
        remedy = f"validate-type-{spec.type}-remedy" if spec.type in _TYPE_REMEDIES else "validate-type-error-remedy"
        return Message("validate-type-error", {"field": name, "type": spec.type}), Message(remedy)
    if kind == "constraint-error":
        return _constraint(error.note, name, dataset)
    if kind in {"primary-key", "unique-error", "unique-key"}:
        return _duplicate(kind, error.note, ", ".join(fields or dataset.primary_key), coordinates)
    if kind == "foreign-key":
        params: Mapping[str, Parameter] = {"field": name, "resource": _resource(fields, dataset)}
        return Message("validate-foreign-key", params), Message("validate-foreign-key-remedy", params)
    if kind in {"blank-row", "extra-cell", "missing-cell"}:
        return Message(f"validate-{kind}", {"field": name} if kind == "missing-cell" else {}), Message(
            f"validate-{kind}-remedy"
        )
    if kind == "category":
        return Message("validate-category", {"field": name}), Message(
            "validate-enum-remedy", {"allowed": ", ".join(map(str, dataset.field(name).category_values))}
        )
    if kind == "json-schema":
        return Message("validate-json-schema", {"field": name}), Message("validate-json-schema-remedy")
    return Message("validate-other", {"rule": kind}), Message("validate-other-remedy")


def _constraint(note: str, field: str, dataset: Dataset) -> tuple[Message, Message]:
    match = _CONSTRAINT.search(note)
    name, bound = (match["name"], match["bound"]) if match else ("", "")
    if name == "required":
        return Message("validate-required", {"field": field}), Message("validate-required-remedy")
    if name == "enum":
        allowed = ", ".join(str(value) for value in dataset.field(field).constraints.enum or ())
        return Message("validate-enum", {"field": field}), Message("validate-enum-remedy", {"allowed": allowed})
    known = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern"}
    if name in known:
        params: Mapping[str, Parameter] = {"field": field, "constraint": name, "bound": bound}
        return Message("validate-constraint", params), Message("validate-constraint-remedy", params)
    return Message("validate-other", {"rule": "constraint-error"}), Message("validate-other-remedy")


def _duplicate(kind: str, note: str, key: str, coordinates: Coordinates) -> tuple[Message, Message]:
    match = _POSITION.search(note)
    if match is None:
        return Message("validate-key-empty", {"key": key}), Message("validate-key-empty-remedy")
    file, row = coordinates.of(int(match["position"]) - HEADER_ROWS - 1)
    return Message(f"validate-{kind}", {"key": key, "row": row, "file": file}), Message(f"validate-{kind}-remedy")
