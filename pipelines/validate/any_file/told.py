"""An error in words, and the parts that several kinds of errors share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.core.messages import Message
from pipelines.validate.any_file.showing import printable

_POSITION = re.compile(r"position (?P<position>[0-9]+)")
_LISTED = 20


@dataclass(frozen=True)
class Told:
    """One error in words. ``rule`` is the constraint, where there is one; ``same_as`` the earlier row with the key.

    ``each`` says that every error of the kind has a sentence of its own, as labels have.
    """

    type: str
    rule: str
    field: str
    message: Message
    remedy: Message
    expected: Message | None = None
    value: str | None = None
    same_as: int | None = None
    each: bool = False


def duplicate(kind: str, field: str, value: str | None, error: Mapping[str, Any]) -> Told:
    """A repeated or empty key."""
    match = _POSITION.search(str(error.get("note", "")))
    if match is None:
        return Told(
            kind, "empty", field, Message("validate-key-empty", {"key": field}), Message("validate-key-empty-remedy")
        )
    remedy = Message(f"validate-{kind}-remedy")
    return Told(kind, "", field, Message(f"file-{kind}", {"key": field}), remedy, None, value, int(match["position"]))


def names_of(error: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that an error is about."""
    names = error.get("fieldNames")
    return tuple(names) if names else listed(error.get("fieldName"))


def listed(value: Any) -> tuple[str, ...]:
    """One name or several, as both versions of the standard write them."""
    return (value,) if isinstance(value, str) and value else tuple(value) if isinstance(value, (list, tuple)) else ()


def enumerated(values: Any) -> str:
    """The first of many values."""
    entries = list(values) if isinstance(values, (list, tuple)) else []
    return ", ".join(short(entry) for entry in entries[:_LISTED]) + (" …" if len(entries) > _LISTED else "")


def short(value: Any) -> str:
    """A value of the schema as text for one line."""
    return printable(str(value))
