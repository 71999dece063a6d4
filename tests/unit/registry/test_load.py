from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import WITHHELD, field, tree_descriptor, tree_schema, write_registry

from pipelines.registry import Catalog, CatalogUnusable, load_catalog
from pipelines.registry.table_schemas import json_validator


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    return write_registry(tmp_path)


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def told(catalog: Catalog) -> list[tuple[str, int | None, str, str]]:
    return [(Path(p.file).name, p.line, p.key, p.message.id) for p in catalog.problems]


def trees(registry: Path) -> Path:
    return registry / "datasets" / "parks" / "tree_inventory"


def test_a_complete_registry_loads_without_problems(registry: Path) -> None:
    catalog = load_catalog(registry)
    assert catalog.problems == ()
    dataset = catalog.datasets["tree_inventory"]
    assert dataset.primary_key == ("tree_id",)
    assert catalog.organisations["parks_office"].name_zh == "园林局"
    assert catalog.codelists["district"].keys_by("name_zh") == {"东区": "999901", "西区": "999902"}


def test_all_problems_are_told_at_once_with_file_line_and_key(registry: Path) -> None:
    descriptor = trees(registry) / "dataset.yaml"
    rewrite(descriptor, "period: yearly", "perod: yearly")
    rewrite(trees(registry) / "schema.json", '"type": "number"', '"type": "numeric"')
    lines = descriptor.read_text(encoding="utf-8").splitlines()
    found = told(load_catalog(registry))
    assert ("dataset.yaml", None, "period", "check-missing-key") in [(f, None, k, m) for f, _, k, m in found]
    assert ("dataset.yaml", lines.index("perod: yearly") + 1, "perod", "check-unknown-key") in found
    assert [(f, k, m) for f, _, k, m in found if f == "schema.json"] == [
        ("schema.json", "fields[3].type", "check-not-allowed")
    ]


@pytest.mark.parametrize("source", ["https://parks.example.gov/trees.csv", 7, None, ["a"]])
def test_what_is_no_source_at_all_is_told(source: Any, tmp_path: Path) -> None:
    registry = write_registry(tmp_path, tree_inventory=({**tree_descriptor(), "sources": [source]}, tree_schema()))
    assert [(file, key) for file, _, key, _ in told(load_catalog(registry))] == [("dataset.yaml", "sources[0].web")]


def test_a_broken_dataset_is_left_out_and_the_others_work(tmp_path: Path) -> None:
    other = {**tree_descriptor(), "id": "bench_inventory"}
    registry = write_registry(tmp_path, bench_inventory=(other, tree_schema()))
    (trees(registry) / "schema.json").write_text("{", encoding="utf-8")
    catalog = load_catalog(registry)
    assert list(catalog.datasets) == ["bench_inventory"]
    assert catalog.broken == {"tree_inventory"}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("dataset.yaml", "theme: parks", "theme: roads", "check-unknown-theme"),
        ("dataset.yaml", "- east_district_office", "- nobody", "check-unknown-organisation"),
        ("dataset.yaml", "check: felled >= planted", "check: felled >= burned", "check-expression"),
        ("dataset.yaml", "check: felled >= planted", "check: '1); DROP TABLE delivery; --'", "check-expression"),
        ("dataset.yaml", "field: felled", "field: burned", "check-unknown-field"),
        ("dataset.yaml", "id: tree_inventory", "id: trees", "check-folder-name"),
        ("dataset.yaml", "id: tree_inventory", "id: tree_inventory\nid: tree_inventory", "check-repeated-key"),
        ("dataset.yaml", "id: tree_inventory", "id: [", "check-not-well-formed"),
        ("dataset.yaml", "format: csv", "format: csv\n  columns: {Nr: tree_nr}", "check-unused-column"),
        ("dataset.yaml", "- step: trim", "- {step: parse_number, fields: [heigth]}", "check-similar-field"),
        ("schema.json", '"resource": "district"', '"resource": "quarter"', "check-unknown-reference"),
        ("schema.json", '"codelist": "district"', '"codelist": "quarter"', "check-unknown-codelist"),
        ("schema.json", '"primaryKey"', '"$comment"', "check-unknown-key"),
        ("schema.json", '"minimum": 0', '"minimum": 0, "minimum": 1', "check-repeated-key"),
    ],
)
def test_each_mistake_has_its_own_message(registry: Path, file: str, old: str, new: str, message: str) -> None:
    rewrite(trees(registry) / file, old, new)
    catalog = load_catalog(registry)
    assert message in {entry for _, _, _, entry in told(catalog)}
    assert catalog.datasets == {}
    for problem in catalog.problems:
        for language in ("en", "zh"):
            assert problem.message.text(language) and problem.remedy.text(language)


@pytest.mark.parametrize(
    "disclosure",
    [
        None,
        {"attribute": "withheld"},
        {"attribute": "withheld", "basis": "law", "unit": "parks_office"},
        {"attribute": "withheld", "basis": "law", "unit": "parks_office", "treatment": {"type": "drop"}},
        {**WITHHELD, "basis": None, "treatment": {"type": "drop"}},
        {"attribute": "active", "treatment": {"type": "drop"}},
        {"attribute": "public"},
    ],
)
def test_a_field_without_a_complete_disclosure_attribute_is_refused(
    registry: Path, disclosure: dict[str, object] | None
) -> None:
    schema = tree_schema()
    schema["fields"][0]["disclosure"] = disclosure
    if disclosure is None:
        del schema["fields"][0]["disclosure"]
    (trees(registry) / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    catalog = load_catalog(registry)
    assert catalog.broken == {"tree_inventory"}
    assert all(key.startswith("fields[0].disclosure") for _, _, key, _ in told(catalog))


def test_a_dataset_without_key_or_with_nothing_public_is_refused(registry: Path) -> None:
    schema = tree_schema()
    hidden = {**WITHHELD, "treatment": {"type": "drop"}}
    schema["fields"] = [field("tree_id", disclosure=hidden)]
    schema["primaryKey"], schema["foreignKeys"] = [], []
    (trees(registry) / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    descriptor = {**tree_descriptor(), "row_constraints": []}
    (trees(registry) / "dataset.yaml").write_text(yaml.safe_dump(descriptor), encoding="utf-8")
    messages = {message for _, _, _, message in told(load_catalog(registry))}
    assert messages == {"check-primary-key", "check-nothing-public"}


def test_foreign_keys_in_a_circle_are_refused(tmp_path: Path) -> None:
    first, second = tree_schema(), tree_schema()
    for schema, resource in ((first, "bench_inventory"), (second, "tree_inventory")):
        schema["foreignKeys"].append({"fields": ["note"], "reference": {"resource": resource, "fields": ["tree_id"]}})
    registry = write_registry(tmp_path, tree_inventory=(tree_descriptor(), first),
                              bench_inventory=({**tree_descriptor(), "id": "bench_inventory"}, second))  # fmt: skip
    assert "check-reference-circle" in {message for _, _, _, message in told(load_catalog(registry))}


def test_a_faulty_code_list_row_is_told_with_its_line(registry: Path) -> None:
    with (registry / "codelists" / "district.csv").open("a", encoding="utf-8") as stream:
        stream.write("999901,东区,East\n")
    assert ("district.csv", 4, "", "check-table-row") in told(load_catalog(registry))


def test_without_catalog_or_organisations_nothing_works(registry: Path) -> None:
    (registry / "catalog.yaml").unlink()
    with pytest.raises(CatalogUnusable) as unusable:
        load_catalog(registry)
    assert [problem.file for problem in unusable.value.problems] == ["catalog.yaml"]


def test_the_digest_changes_with_the_descriptor_and_with_used_code_lists(registry: Path) -> None:
    before = load_catalog(registry).datasets["tree_inventory"].digest
    with (registry / "codelists" / "district.csv").open("a", encoding="utf-8") as stream:
        stream.write("999903,南区,South\n")
    between = load_catalog(registry).datasets["tree_inventory"].digest
    rewrite(trees(registry) / "dataset.yaml", "max_ratio: 10", "max_ratio: 11")
    after = load_catalog(registry).datasets["tree_inventory"].digest
    assert len({before, between, after}) == 3


def test_aliases_within_aliases_cost_nothing(registry: Path) -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    (trees(registry) / "dataset.yaml").write_text(f"a0: &a0 [x]\n{levels}\n", encoding="utf-8")
    catalog = load_catalog(registry)
    assert catalog.broken == {"tree_inventory"}


@pytest.mark.parametrize(
    ("condition", "references", "value", "expected"),
    [
        ("species", "error", "pine", ["check-open-condition"]),
        ("note", "error", "x", ["check-open-condition"]),
        ("district", "warning", "999901", ["check-open-condition"]),
        ("district", "error", "999909", ["check-unknown-condition"]),
        ("district", "error", "999901", []),
    ],
)
def test_a_condition_needs_a_required_field_whose_values_are_checked(
    registry: Path, condition: str, references: str, value: str, expected: list[str]
) -> None:
    schema = tree_schema()
    mask = {**WITHHELD, "treatment": {"type": "mask"}}
    schema["fields"].append(field("planter", disclosure={**mask, "when": {condition: [value]}}))
    (trees(registry) / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    descriptor = {**tree_descriptor(), "acceptance": {"references": {"district": references}}}
    (trees(registry) / "dataset.yaml").write_text(yaml.safe_dump(descriptor), encoding="utf-8")
    catalog = load_catalog(registry)
    assert [message for _, _, _, message in told(catalog)] == expected
    assert all(
        p.message.text(language) and p.remedy.text(language) for p in catalog.problems for language in ("en", "zh")
    )


def with_frames(root: Path, dataset: str, **names: list[str]) -> None:
    """Give a dataset one frame that reads these datasets, each by a SELECT from the first."""
    texts = {"zh": "不符", "en": "Does not hold"}
    expectation = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "n"}, "message": texts,
                   "remedy": texts}  # fmt: skip
    frames = [
        {"id": name, "datasets": read, "expectations": [expectation],
         "sql": f"SELECT count(*) AS n FROM delivery, {read[0]}"}
        for name, read in names.items()
    ]  # fmt: skip
    path = root / "datasets" / "parks" / dataset / "expectations.yaml"
    path.write_text(yaml.safe_dump({"frames": frames}, allow_unicode=True), encoding="utf-8")


def other_dataset(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return {**tree_descriptor(), "id": name}, tree_schema()


def test_datasets_that_frames_read_are_known_and_typed(tmp_path: Path) -> None:
    root = write_registry(tmp_path, census=other_dataset("census"))
    with_frames(root, "tree_inventory", good=["census"], own=["tree_inventory"])
    catalog = load_catalog(root)
    assert catalog.problems == ()
    assert catalog.datasets["tree_inventory"].reads == {"census", "tree_inventory"}
    assert catalog.order == ("census", "tree_inventory")
    with_frames(root, "tree_inventory", bad=["cencus"], reserved=["previous"], table=["district"])
    problems = load_catalog(root).problems
    assert [(problem.key, problem.message.id) for problem in problems] == [
        (f"frames[{position}].datasets[0]", "check-unknown-dataset") for position in range(3)
    ]
    assert all(problem.line is not None and "census" in problem.remedy.text() for problem in problems)


def test_frames_in_a_circle_are_refused(tmp_path: Path) -> None:
    root = write_registry(tmp_path, census=other_dataset("census"), survey=other_dataset("survey"))
    with_frames(root, "tree_inventory", a=["census"])
    with_frames(root, "census", b=["survey"])
    with_frames(root, "survey", c=["tree_inventory"])
    (problem,) = load_catalog(root).problems
    assert problem.message.id == "check-reference-circle"
    assert problem.file == "datasets/parks/census/expectations.yaml"
    assert problem.message.params["circle"] == "census → survey → tree_inventory → census"


def test_a_frame_reads_no_earlier_periods_where_there_are_none(tmp_path: Path) -> None:
    census = {**tree_descriptor(), "id": "census", "period": "none"}, tree_schema()
    root = write_registry(tmp_path, census=census)
    with_frames(root, "census", own=["census"])
    (problem,) = load_catalog(root).problems
    assert (problem.key, problem.message.id) == ("frames[0].datasets[0]", "check-no-earlier-periods")


@pytest.mark.parametrize(
    "constraints",
    [
        {"pattern": "("},
        {"pattern": "(?i)a"},
        {"jsonSchema": {"type": 5}},
        {"jsonSchema": {"$ref": "#"}},
        {"jsonSchema": {"$ref": "https://schemas.example/trees.json"}},
    ],
)
def test_constraints_that_cannot_be_evaluated_are_problems_of_the_descriptor(
    registry: Path, constraints: dict[str, Any]
) -> None:
    kind = "object" if "jsonSchema" in constraints else "string"
    schema = {**tree_schema(), "fields": [*tree_schema()["fields"], field("extra", kind, constraints=constraints)]}
    (trees(registry) / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    assert [Path(problem.file).name for problem in load_catalog(registry).problems] == ["schema.json"]


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": 1' + "0" * 400 + "}"])
def test_values_that_the_json_schema_library_fails_on_do_not_hold(text: str) -> None:
    holds = json_validator({"properties": {"a": {"multipleOf": 0.01}}})
    assert not holds(json.loads(text))
    assert holds({"a": 1})


def test_values_nested_too_deeply_for_a_recursive_json_schema_do_not_hold() -> None:
    holds = json_validator({"properties": {"c": {"$ref": "#"}}})
    value: dict[str, Any] = {}
    for _ in range(2_000):
        value = {"c": value}
    assert not holds(value)
    assert holds({"c": {"c": {}}})


@pytest.mark.parametrize(
    ("kind", "more", "key", "message"),
    [
        ("string", {"format": "wkt"}, "", "check-unusable-field"),
        ("string", {"constraints": {"enum": ["a", 1]}}, "constraints.enum", "check-unreadable-bound"),
        ("integer", {"constraints": {"minimum": "abc"}}, "constraints.minimum", "check-unreadable-bound"),
        ("number", {"constraints": {"exclusiveMaximum": "NaN"}}, "constraints.exclusiveMaximum",
         "check-unreadable-bound"),
        ("number", {"constraints": {"maximum": "sNaN"}}, "constraints.maximum", "check-unreadable-bound"),
        ("date", {"format": "%Y%m%d", "constraints": {"maximum": "2024-01-01"}}, "constraints.maximum",
         "check-unreadable-bound"),
        ("datetime", {"constraints": {"minimum": "2024-01-01T00:00:00", "maximum": "2025-01-01T00:00:00Z"}},
         "constraints", "check-unusable-field"),
    ],
)  # fmt: skip
def test_a_field_that_no_delivery_could_fill_is_refused(
    tmp_path: Path, kind: str, more: dict[str, Any], key: str, message: str
) -> None:
    schema = tree_schema()
    schema["fields"].append(field("extra", kind, **more))
    catalog = load_catalog(write_registry(tmp_path, tree_inventory=(tree_descriptor(), schema)))
    place = f"fields[{len(schema['fields']) - 1}]"
    assert [(k, m) for _, _, k, m in told(catalog)] == [(f"{place}.{key}".rstrip("."), message)]
    assert catalog.broken == {"tree_inventory"}
    assert all(problem.message.text(language) and problem.remedy.text(language)
               for problem in catalog.problems for language in ("en", "zh"))  # fmt: skip


def test_bounds_and_patterns_of_every_type_are_taken(tmp_path: Path) -> None:
    schema = tree_schema()
    schema["fields"] += [
        field("code", constraints={"pattern": "[a-z]{2}([0-9]{2})?", "enum": ["ab", "ab12"]}),
        field("day", "date", format="%Y%m%d", constraints={"minimum": "20240101", "enum": ["20240102"]}),
        field("year", "year", constraints={"minimum": 1900, "maximum": "2100"}),
        field("share", "number", decimalChar=",", constraints={"minimum": "0,5", "maximum": 1.5}),
        field("alive", "boolean", trueValues=["yes"], falseValues=["no"], constraints={"enum": ["yes", True]}),
        field("parts", "array", constraints={"minLength": 1, "jsonSchema": {"items": {"$ref": "#/$defs/part"},
                                                                         "$defs": {"part": {"type": "string"}}}}),
    ]  # fmt: skip
    assert load_catalog(write_registry(tmp_path, tree_inventory=(tree_descriptor(), schema))).problems == ()


def test_the_layout_of_templates_is_nobodys_own(registry: Path) -> None:
    rewrite(trees(registry) / "dataset.yaml", "name: flat", "name: template")
    ((_, _, key, _),) = told(load_catalog(registry))
    assert key.startswith("layouts")
