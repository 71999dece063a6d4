from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pipelines.registry.documents import read_document
from pipelines.registry.load import json_schemas

SCHEMA_FOLDER = Path(__file__).parents[2] / "catalog_schema"
NAMES = [
    "calendar.schema.json", "catalog.schema.json", "dataset.schema.json", "escalation.schema.json",
    "expectations.schema.json", "harvest.schema.json", "negative_list.schema.json", "schema.schema.json",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_json_schemas_for_editors_are_those_of_the_models(name: str) -> None:
    expected = json.dumps(json_schemas()[name], ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert (SCHEMA_FOLDER / "json_schema" / name).read_text(encoding="utf-8") == expected


def test_every_calendar_satisfies_its_json_schema() -> None:
    for path in (SCHEMA_FOLDER / "calendars").glob("*.yaml"):
        document = read_document(path, path.name).content
        assert list(Draft202012Validator(json_schemas()["calendar.schema.json"]).iter_errors(document)) == []


DESCRIPTORS = sorted(SCHEMA_FOLDER.glob("datasets/*/*/*.*"))


@pytest.mark.parametrize("path", DESCRIPTORS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_descriptor_satisfies_its_json_schema(path: Path) -> None:
    document = read_document(path, path.name).content
    schema = json_schemas()[f"{path.stem}.schema.json"]
    errors = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(document)]
    assert errors == []
