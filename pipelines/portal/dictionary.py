"""The data dictionary of a version: its fields as its page tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.catalog.metadata.texts import LANGUAGES, Texts, longs, shorts
from pipelines.publish import Manifest, Store, load_codelist

#: Codes of a list that stand on the page itself.
MOST_CODES = 40
#: Constraints that are told, in this order (Table Schema v2, "Field Constraints").
_CONSTRAINTS = (
    "unique",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
)


@dataclass(frozen=True)
class CodeEntry:
    """A code and what it is called."""

    code: str
    name: Texts


@dataclass(frozen=True)
class FieldEntry:
    """A field. ``unit`` is empty where it has none; ``codelist`` names its code list, ``codes`` are the list's first
    codes and ``code_count`` tells how many it has."""

    name: str
    title: Texts
    description: Texts
    type: str
    unit: str
    required: bool
    key: bool
    constraints: Mapping[str, str]
    codelist: str | None
    code_count: int
    codes: tuple[CodeEntry, ...]


def dictionary(store: Store, manifest: Manifest) -> tuple[FieldEntry, ...]:
    """The fields of a version, in their order.

    Raises:
        CorruptStore: when a code list cannot be read.
    """
    key = manifest.schema.get("primaryKey", ())
    keys = {key} if isinstance(key, str) else set(key)
    lists = {name: load_codelist(store, sha256) for name, sha256 in manifest.codelists.items()}
    return tuple(_entry(field, keys, lists) for field in manifest.schema["fields"])


def _entry(field: Mapping[str, Any], keys: set[str], lists: Mapping[str, tuple[Mapping[str, str], ...]]) -> FieldEntry:
    name = field["name"]
    constraints = field.get("constraints", {})
    codelist = field.get("codelist")
    rows = lists.get(codelist, ()) if codelist else ()
    return FieldEntry(
        name=name,
        title=shorts({language: field.get("titles", {}).get(language) or field.get("title", name)
                      for language in LANGUAGES}),
        description=longs({language: field.get("descriptions", {}).get(language) or field.get("description", "")
                           for language in LANGUAGES}),
        type=field.get("type", "any"),
        unit=str(field.get("unit", "")),
        required=bool(constraints.get("required")),
        key=name in keys,
        constraints={rule: str(constraints[rule]) for rule in _CONSTRAINTS if rule in constraints},
        codelist=codelist if rows else None,
        code_count=len(rows),
        codes=tuple(CodeEntry(row["code"], shorts({"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]}))
                    for row in rows[:MOST_CODES]),
    )  # fmt: skip
