"""Error descriptors in plain words: what is wrong, what was expected, how to mend it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.core.messages import Message
from pipelines.validate.any_file.refusals import Refusal
from pipelines.validate.any_file.showing import Showing, printable
from pipelines.validate.any_file.told import Told, duplicate, enumerated, listed, names_of, short

_CONSTRAINT = re.compile(r'constraint "(?P<name>\w+)" is "(?P<bound>.*)"', re.DOTALL)
_OF_LABELS = {"blank-header", "blank-label", "duplicate-label", "missing-label", "extra-label", "incorrect-label",
              "unmatched-header", "header-error", "label-error"}  # fmt: skip
_TYPE_REMEDIES = {"number", "integer", "date", "datetime", "boolean", "year", "yearmonth"}
_IN_ROWS = {"blank-row", "extra-cell", "missing-cell"}


class Teller:
    """Tells errors of a table judged with ``schema``; quotes no more than ``showing`` allows."""

    def __init__(self, schema: Mapping[str, Any], showing: Showing, encoding: str, refusal: Refusal | None) -> None:
        self._schema = schema
        self._fields = {str(field.get("name")): field for field in schema.get("fields") or ()}
        self._names = list(self._fields)
        self._showing = showing
        self._encoding = encoding
        self._refusal = refusal

    def tell(self, error: Mapping[str, Any]) -> Told:
        """One error descriptor of the engine."""
        kind = str(error["type"])
        if self._refusal is not None:
            return Told(kind, self._refusal.message.id, "", self._refusal.message, self._refusal.remedy)
        if kind in _OF_LABELS:
            return self._label(kind, error)
        names = names_of(error) or listed(self._schema.get("primaryKey") if kind == "primary-key" else None)
        field = ", ".join(names)
        value = self._value(names, error)
        if kind == "type-error":
            return self._type(field, value)
        if kind == "constraint-error":
            return self._constraint(field, value, error)
        if kind in {"primary-key", "unique-error", "unique-key"}:
            return duplicate(kind, field, value, error)
        if kind == "foreign-key":
            params = {"field": field, "resource": str(error.get("referenceName", ""))}
            return Told(kind, params["resource"], field, Message("validate-foreign-key", params),
                        Message("validate-foreign-key-remedy", params), value=value)  # fmt: skip
        if kind in _IN_ROWS:
            params = {"field": field} if kind == "missing-cell" else {}
            return Told(kind, "", field, Message(f"validate-{kind}", params), Message(f"validate-{kind}-remedy"))
        return self._other(kind, field, value, error)

    def _value(self, names: Sequence[str], error: Mapping[str, Any]) -> str | None:
        if len(names) != 1:
            return None
        cells, place = error.get("cells") or (), self._names.index(names[0]) if names[0] in self._fields else -1
        cell = error.get("cell", cells[place] if 0 <= place < len(cells) else None)
        return self._showing.value(names[0], None if cell is None else str(cell))

    def _type(self, field: str, value: str | None) -> Told:
        spec = self._fields.get(field, {})
        kind, form = str(spec.get("type", "any")), printable(str(spec.get("format", "default")))
        remedy = f"validate-type-{kind}-remedy" if kind in _TYPE_REMEDIES else "file-type-remedy"
        params, expected = {"type": kind, "format": form}, None
        if form != "default":
            remedy, expected = "file-type-format-remedy", Message("file-format-expected", {"format": form})
        told = Message("validate-type-error", {"field": field, "type": kind})
        return Told("type-error", "", field, told, Message(remedy, params), expected, value)

    def _constraint(self, field: str, value: str | None, error: Mapping[str, Any]) -> Told:
        match = _CONSTRAINT.search(str(error.get("note", "")))
        name = match["name"] if match else ""
        bound = (self._fields.get(field, {}).get("constraints") or {}).get(name)
        kind = "constraint-error"
        if name == "required":
            told, remedy = Message("validate-required", {"field": field}), Message("validate-required-remedy")
            return Told(kind, name, field, told, remedy)
        if name == "enum":
            told = Message("validate-enum", {"field": field})
            remedy = Message("validate-enum-remedy", {"allowed": enumerated(bound)})
            return Told(kind, name, field, told, remedy, value=value)
        params = {"field": field, "constraint": name, "bound": short(bound)}
        told, remedy = Message("validate-constraint", params), Message("validate-constraint-remedy", params)
        return Told(kind, name, field, told, remedy, value=value)

    def _label(self, kind: str, error: Mapping[str, Any]) -> Told:
        number = int(error.get("fieldNumber") or 0)
        label = self._showing.label(str(error.get("label") or ""), number)
        field = str(error.get("fieldName") or "") or (self._names[number - 1] if 0 < number <= len(self._names) else "")
        name = kind if kind not in {"header-error", "label-error"} else "header-error"
        message = Message(f"file-{name}", {"label": label, "field": field, "rule": kind})
        return Told(kind, "", "", message, Message(f"file-{name}-remedy"), each=True)

    def _other(self, kind: str, field: str, value: str | None, error: Mapping[str, Any]) -> Told:
        note = str(error.get("note", ""))
        if kind in {"category", "json-schema"}:
            message, remedy = Message(f"file-{kind}", {"field": field}), Message(f"file-{kind}-remedy")
            return Told(kind, "", field, message, remedy, value=value)
        if kind == "reference-failed":
            row = int(error.get("rowNumber") or 0)
            return Told(
                kind, "", "", Message("file-reference-failed", {"row": row}), Message("file-reference-failed-remedy")
            )
        if kind == "encoding-error":
            message = Message("file-decoding-error", {"encoding": self._encoding})
            return Told(kind, "", "", message, Message("file-decoding-error-remedy"))
        if kind == "source-error" and note == "the source is empty":
            return Told(kind, "empty", "", Message("file-source-empty"), Message("file-source-empty-remedy"))
        if not field and error.get("rowNumber") is None:
            reason = short(note) if self._showing.mode == "all" else kind
            message = Message("file-source-error", {"reason": reason})
            return Told(kind, "", "", message, Message("file-source-error-remedy"))
        return Told(kind, "", field, Message("validate-other", {"rule": kind}), Message("validate-other-remedy"))
