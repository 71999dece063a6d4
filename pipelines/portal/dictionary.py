"""The data dictionary of a version: its fields as its page tells of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.catalog.metadata.texts import LANGUAGES, Texts, cut, longs, same, short, shorts
from pipelines.catalog.units import UNITS
from pipelines.core.messages import Message, translate
from pipelines.publish import Manifest, Store, load_codelist
from pipelines.publish.schemas import primary_key

#: Codes of a list that stand on the page itself, and of all lists together.
MOST_CODES, _ALL_CODES = 40, 240
#: Values that a field may have, and characters of a rule, on the page.
_VALUES, _RULE = 20, 120
#: Characters of a description, at least and at most, and of all of them together; the schema has them whole.
_SHORTEST, _LONGEST, _ALL_CHARACTERS = 100, 800, 12_000
#: Constraints that are told with their value, in this order (Table Schema v2, "Field Constraints").
_WITH_VALUE = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern",
)  # fmt: skip

CodeLists = Mapping[str, Sequence[Mapping[str, str]]]


@dataclass(frozen=True)
class CodeEntry:
    """A code or category and what it is called."""

    code: str
    name: Texts


@dataclass(frozen=True)
class Link:
    """Another dataset's field, or a code list, that values of a field are found in."""

    resource: str
    field: str
    is_dataset: bool


@dataclass(frozen=True)
class FieldEntry:
    """A field.

    ``type`` and ``rules`` are messages in words; ``unit`` is its name with its code, empty where it has none.
    ``codelist`` names its code list, ``codes`` are the list's first codes, none where an earlier field has the same
    list (``codes_at``); ``code_count`` tells how many it has. ``categories`` are values with their labels.
    ``treated``: values are not published as they were delivered.
    """

    name: str
    title: Texts
    description: Texts
    kind: str
    type: Message
    unit: Texts
    key: bool
    treated: bool
    rules: tuple[Message, ...]
    links: tuple[Link, ...]
    categories: tuple[CodeEntry, ...]
    codelist: str | None
    code_count: int
    codes: tuple[CodeEntry, ...]
    codes_at: str | None

    @property
    def is_number(self) -> bool:
        """Whether values are figures, which stand to the right."""
        return self.kind in {"integer", "number"}


def dictionary(store: Store, manifest: Manifest, datasets: Collection[str]) -> tuple[FieldEntry, ...]:
    """The fields of a version, in their order.

    Args:
        store: has the code lists.
        manifest: the version.
        datasets: those that have pages.

    Raises:
        CorruptStore: when a code list cannot be read.
    """
    lists = {name: load_codelist(store, sha256) for name, sha256 in manifest.codelists.items()}
    return tuple(_Dictionary(manifest.schema, lists, datasets).entries())


@dataclass(frozen=True)
class _Dictionary:
    schema: Mapping[str, Any]
    lists: CodeLists
    datasets: Collection[str]

    def entries(self) -> Iterator[FieldEntry]:
        left = _ALL_CODES
        shown: dict[str, str] = {}
        for field in self.schema["fields"]:
            name, codelist = field["name"], field.get("codelist")
            rows = self.lists.get(codelist, ()) if codelist else ()
            first = rows[: min(MOST_CODES, left)] if codelist not in shown else ()
            left -= len(first)
            yield self._entry(field, codelist if rows else None, rows, first, shown.get(codelist or ""))
            if first and codelist:
                shown[codelist] = name

    def _entry(self, field: Mapping[str, Any], codelist: str | None, rows: Sequence[Mapping[str, str]],
               first: Sequence[Mapping[str, str]], codes_at: str | None) -> FieldEntry:  # fmt: skip
        name = field["name"]
        return FieldEntry(
            name=name,
            title=field_title(field),
            description=self._description(field),
            kind=str(field.get("type", "any")),
            type=_type(field),
            unit=unit_texts(str(field.get("unit", ""))),
            key=name in primary_key(self.schema),
            treated=field.get("disclosure", {}).get("attribute", "active") != "active",
            rules=tuple(_rules(field, self.schema)),
            links=tuple(self._links(name)),
            categories=tuple(_categories(field)),
            codelist=codelist,
            code_count=len(rows),
            codes=tuple(CodeEntry(short(row["code"]), code_name(row)) for row in first),
            codes_at=codes_at,
        )  # fmt: skip

    def _description(self, field: Mapping[str, Any]) -> Texts:
        most = max(_SHORTEST, min(_LONGEST, _ALL_CHARACTERS // len(self.schema["fields"])))
        said = field.get("descriptions", {})
        whole = longs({language: said.get(language) or field.get("description", "") for language in LANGUAGES})
        return {language: cut(text, most) for language, text in whole.items()}

    def _links(self, name: str) -> Iterator[Link]:
        """Where foreign keys lead that have pages."""
        for key in self.schema.get("foreignKeys", ()):
            resource, pairs = key["reference"]["resource"], zip(key["fields"], key["reference"]["fields"], strict=False)
            for own, other in pairs:
                if own == name and resource in self.datasets:
                    yield Link(resource, other, is_dataset=True)
                elif own == name and resource in self.lists:
                    yield Link(resource, other, is_dataset=False)


def field_title(field: Mapping[str, Any]) -> Texts:
    """What a field of a public schema is called."""
    return shorts({language: field.get("titles", {}).get(language) or field.get("title", field["name"])
                   for language in LANGUAGES})  # fmt: skip


def code_name(row: Mapping[str, str]) -> Texts:
    """What a code is called; in Chinese where it has no other name."""
    return shorts({"zh": row["name_zh"], "en": row["name_en"] or row["name_zh"]})


def unit_texts(code: str) -> Texts:
    """A unit's name in each language with its code, where they differ; empty for none."""
    known = next((unit for unit in UNITS if unit.code == code), None)
    if known is None:
        return shorts(same(code))
    names = {"zh": known.zh, "en": known.en}
    return {language: name if name == code else _bracketed(name, code, language) for language, name in names.items()}


def _bracketed(text: str, more: str, language: str) -> str:
    opening, closing = (translate(f"mark-{name}", language) for name in ("open", "close"))
    return f"{text}{opening}{more}{closing}"


def _type(field: Mapping[str, Any]) -> Message:
    kind, decimals = field.get("type", "any"), field.get("decimals")
    if kind == "number" and decimals is not None:
        return Message("portal-type-decimal", {"decimals": decimals})
    return Message(f"portal-type-{kind}")


def _rules(field: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Message]:
    """What holds of a field's values, in words."""
    constraints = field.get("constraints", {})
    if constraints.get("required"):
        yield Message("portal-rule-required")
    if constraints.get("unique"):
        yield Message("portal-rule-unique")
    for name in _WITH_VALUE:
        if name in constraints:
            yield Message(f"portal-rule-{name.lower()}", {"value": _value(constraints[name])})
    if values := constraints.get("enum", ()):
        more = ("…",) if len(values) > _VALUES else ()
        yield Message("portal-rule-enum", {"values": (*map(_value, values[:_VALUES]), *more)})
    for names in schema.get("uniqueKeys", ()):
        if field["name"] in names:
            yield Message("portal-rule-unique-together", {"fields": tuple(names)})


def _value(value: Any) -> str:
    return cut(short(str(value)), _RULE)


def _categories(field: Mapping[str, Any]) -> Iterator[CodeEntry]:
    for entry in field.get("categories", ())[:MOST_CODES]:
        value, label = (entry["value"], entry.get("label", "")) if isinstance(entry, Mapping) else (entry, "")
        yield CodeEntry(short(str(value)), shorts(same(label or "")))
