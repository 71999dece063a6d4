"""What is called plainly valid is valid to frictionless too, whatever the table."""

from __future__ import annotations

from typing import Any

from frictionless import Resource, Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.registry.fields import TABLE_SCHEMA_PROFILE
from pipelines.registry.plain_tables import is_plainly_valid

NAMES = ("code", "name_zh", "name_en")
words = st.sampled_from(["", "a", "b", "甲", " ", "null"])


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, Any], list[list[str]]]:
    width = draw(st.integers(1, 3))
    fields = [
        {"name": name, "type": "string", "constraints": draw(st.dictionaries(st.sampled_from(["required", "unique"]),
                                                                             st.booleans()))}
        for name in NAMES[:width]
    ]  # fmt: skip
    schema: dict[str, Any] = {"$schema": TABLE_SCHEMA_PROFILE, "fields": fields}
    if draw(st.booleans()):
        schema["primaryKey"] = [NAMES[draw(st.integers(0, width - 1))]]
    header = list(NAMES[:width]) if draw(st.integers(0, 9)) else list(NAMES[:width])[::-1]
    sizes = st.integers(width, width) if draw(st.integers(0, 4)) else st.integers(0, width + 1)
    rows = [draw(st.lists(words, min_size=size, max_size=size)) for size in draw(st.lists(sizes, max_size=4))]
    return schema, [header, *rows]


@settings(max_examples=60)
@given(tables())
def test_frictionless_agrees(table: tuple[dict[str, Any], list[list[str]]]) -> None:
    schema, records = table
    if is_plainly_valid(schema, records):
        report = Resource(data=records, schema=Schema.from_descriptor(schema), format="inline").validate()
        assert report.flatten(["type"]) == []


def test_what_says_more_is_left_to_frictionless() -> None:
    field = {"name": "code", "type": "string", "constraints": {"required": True, "unique": True}}
    schema: dict[str, Any] = {"$schema": TABLE_SCHEMA_PROFILE, "fields": [field], "primaryKey": ["code"]}
    records = [["code"], ["a"], ["b"]]
    assert is_plainly_valid(schema, records)
    others: list[Any] = [
        {**schema, "fields": [{**field, "type": "integer"}]},
        {**schema, "fields": [{**field, "constraints": {"pattern": "[a-z]"}}]},
        {**schema, "fields": [{**field, "format": "email"}]},
        {**schema, "fields": [field, field]},
        {**schema, "fields": []},
        {**schema, "primaryKey": "code"},
        {**schema, "primaryKey": ["other"]},
        {**schema, "missingValues": ["a"]},
        {**schema, "foreignKeys": []},
        {**schema, "title": 3},
        [],
    ]
    assert not any(is_plainly_valid(other, records) for other in others)
    for wrong in (
        [],
        [["code"], ["a"], [""]],
        [["name"], ["a"]],
        [["code"], ["a", "b"]],
        [["code"], ["a"], ["a"]],
        [["code"], [""]],
    ):
        assert not is_plainly_valid(schema, wrong)
