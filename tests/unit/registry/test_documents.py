"""Documents that are none are a problem with a sentence, whatever is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import write_registry

from pipelines.registry import load_catalog
from pipelines.registry.documents import Unreadable, read_document

NOT_WELL_FORMED = {
    "mapping_as_key.yaml": "{{x}: y}: z",
    "list_as_key.yaml": "? [a]\n: 1",
    "key_within.yaml": "a:\n  - {? {b: 1} : 2}",
    "own_item.yaml": "a: &a [*a]",
    "own_value.yaml": "&a {b: {c: [1, *a]}}",
    "no_number.yaml": "a: !!int ''",
    "no_float.yaml": "a: !!float ''",
    "no_truth.yaml": "a: !!bool maybe",
    "too_large.yaml": "a: 1" + ":1" * 300 + ".5",
    "deep.yaml": "[" * 5000,
    "deep.json": "[" * 100_000,
    "half_a_character.json": '{"a": "\\ud800"}',
}


@pytest.mark.parametrize("name", NOT_WELL_FORMED)
def test_what_cannot_be_a_descriptor_is_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(NOT_WELL_FORMED[name], encoding="utf-8")
    with pytest.raises(Unreadable) as raised:
        read_document(path, name)
    assert raised.value.problem.message.id == "check-not-well-formed"


def test_aliases_that_end_and_escapes_in_pairs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: &a {b: 1}\nc: [*a, *a]\n", encoding="utf-8")
    assert read_document(path, "a.yaml").content == {"a": {"b": 1}, "c": [{"b": 1}, {"b": 1}]}
    path = tmp_path / "a.json"
    path.write_text('{"a":\n "\\ud83c\\udf33"}', encoding="utf-8")
    document = read_document(path, "a.json")
    assert document.content == {"a": "\N{DECIDUOUS TREE}"} and document.lines == {}


@pytest.mark.parametrize(
    "file", ["escalation.yaml", "calendars/china.yaml", "datasets/parks/tree_inventory/dataset.yaml"]
)
def test_a_broken_descriptor_is_one_of_the_catalogs_problems(tmp_path: Path, file: str) -> None:
    schema = write_registry(tmp_path)
    (schema / "calendars").mkdir()
    for text in ("{{x}}: y", "a: &a [*a]"):
        (schema / file).write_text(text, encoding="utf-8")
        (problem,) = load_catalog(schema).problems
        assert (problem.file, problem.line, problem.message.id) == (file, 1, "check-not-well-formed")
