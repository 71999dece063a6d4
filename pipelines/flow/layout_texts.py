"""Edits of layouts in the text of a descriptor; the result is read back and compared with what was wanted."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from pydantic import BaseModel

from pipelines.ingest.movements import Edit
from pipelines.registry.editing import as_yaml, with_entry_after, with_item_before, with_last_item, with_value
from pipelines.registry.layouts import Layout

_LAYOUTS = "layouts"


def edited(text: str, layout: str, edits: Iterable[Edit]) -> str:
    """``text`` with edits of one layout in place.

    Raises:
        KeyError: that cannot be done without changing anything else.
    """
    wanted = yaml.safe_load(text)
    place = _place(wanted, layout)
    for edit in edits:
        entry = wanted[_LAYOUTS][place]
        text = _with(text, entry, place, edit)
        _apply(entry, edit)
    return _checked(text, wanted)


def with_layout_beside(text: str, layout: str, name: str, edits: Iterable[Edit]) -> str:
    """``text`` with a further layout called ``name`` before ``layout``: the same but for the edits.

    Raises:
        KeyError: that cannot be done without changing anything else.
    """
    wanted = yaml.safe_load(text)
    place = _place(wanted, layout)
    entry = copy.deepcopy(wanted[_LAYOUTS][place])
    entry["name"] = name
    for edit in edits:
        _apply(entry, edit)
        if edit.key != "columns" and _is_default(edit):
            del entry[edit.key]
    wanted[_LAYOUTS].insert(place, entry)
    return _checked(with_item_before(text, (_LAYOUTS,), place, entry), wanted)


def _place(document: Mapping[str, Any], layout: str) -> int:
    return [entry["name"] for entry in document[_LAYOUTS]].index(layout)


def _with(text: str, entry: Mapping[str, Any], place: int, edit: Edit) -> str:
    if edit.key == "encoding" and "encoding" in entry:
        return with_last_item(text, (_LAYOUTS, place, edit.key), edit.found[-1])
    if edit.key != "columns":
        return with_value(text, (_LAYOUTS, place, edit.key), as_yaml(edit.found))
    if entry.get("columns"):
        return with_entry_after(text, (_LAYOUTS, place, "columns"), edit.declared, edit.found, edit.field)
    return with_value(text, (_LAYOUTS, place, "columns"), as_yaml({edit.found: edit.field}))


def _apply(entry: dict[str, Any], edit: Edit) -> None:
    if edit.key == "columns":
        entry["columns"] = {**(entry.get("columns") or {}), edit.found: edit.field}
    else:
        entry[edit.key] = edit.found


def _is_default(edit: Edit) -> bool:
    default = Layout.model_fields[edit.key].default
    if isinstance(default, BaseModel):
        default = default.model_dump(mode="json")
    return bool(edit.found == (list(default) if isinstance(default, tuple) else default))


def _checked(text: str, wanted: Any) -> str:
    if yaml.safe_load(text) != wanted:
        raise KeyError(_LAYOUTS)
    return text
