from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from granting import GRANTS
from summing import AGGREGATE, SUMS, sums_registry

from pipelines.registry import load_catalog


def problems(folder: Path) -> list[tuple[str, str]]:
    found = load_catalog(folder).problems
    for problem in found:
        assert problem.file == f"datasets/parks/{SUMS}/dataset.yaml"
        for text in (problem.message, problem.remedy):
            assert text.text("zh") != text.text("en")
    return [(problem.key, problem.message.id) for problem in found]


def test_a_sound_declaration_has_no_problem(tmp_path: Path) -> None:
    assert problems(sums_registry(tmp_path)) == []


@pytest.mark.parametrize(
    ("said", "key", "message"),
    [
        ({"dataset": "nothing"}, "aggregate.dataset", "aggregate-source"),
        ({"dataset": SUMS}, "aggregate.dataset", "aggregate-source"),
        ({"measure": "sum"}, "aggregate.dataset", "aggregate-field"),
        ({"persons": "person"}, "aggregate.dataset", "aggregate-field"),
        ({"measure": "kind"}, "aggregate.measure", "aggregate-measure"),
        ({"measure": "age"}, "aggregate.measure", "aggregate-measure"),
        ({"measure": "place"}, "aggregate", "check-rule"),
        ({"dimensions": {"place": "nowhere", "purpose": "purposes"}}, "aggregate.dimensions", "check-unknown-codelist"),
        ({"dimensions": {"place": "district", "purpose": "purposes"}}, "aggregate.dimensions", "aggregate-level"),
        ({"dimensions": {"place": "places", "day": "purposes"}}, "aggregate.dimensions", "aggregate-column"),
        ({"dimensions": {"place": "places", "day": "purposes"}}, "aggregate.dimensions", "aggregate-dimension"),
        ({"dimensions": {}}, "aggregate.dimensions", "check-invalid-value"),
        ({"applies_to": {"purpose": ["food"]}}, "aggregate.applies_to", "check-open-condition"),
        ({"applies_to": {"kind": ["ghost"]}}, "aggregate.applies_to", "check-unknown-condition"),
        ({"rules": {"k": 1}}, "aggregate.rules.k", "check-invalid-value"),
        ({"rules": {"kay": 5}}, "aggregate.rules.kay", "check-unknown-key"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(tmp_path: Path, said: Any, key: str, message: str) -> None:
    assert (key, message) in problems(sums_registry(tmp_path, said=said))


@pytest.mark.parametrize(
    ("descriptor", "key", "message"),
    [
        ({"register_of": None}, "register_of", "aggregate-register"),
        ({"register_of": "overdue", "period": "none"}, "register_of", "aggregate-register"),
        ({"period": "monthly"}, "period", "aggregate-period"),
    ],
)
def test_the_register_fits_its_source(tmp_path: Path, descriptor: Any, key: str, message: str) -> None:
    assert (key, message) in problems(sums_registry(tmp_path, **descriptor))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda schema: schema.update(primaryKey=["place"]), "aggregate-key"),
        (lambda schema: schema["fields"].pop(3), "aggregate-column"),
        (lambda schema: schema["fields"][4]["constraints"].update(enum=["F", "C"]), "aggregate-status"),
    ],
)
def test_the_table_has_its_columns(tmp_path: Path, change: Any, message: str) -> None:
    path = sums_registry(tmp_path) / "datasets" / "parks" / SUMS / "schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    change(schema)
    path.write_text(json.dumps(schema), encoding="utf-8")
    assert message in [kind for _, kind in problems(tmp_path)]


def test_the_code_of_totals_is_nobodys(tmp_path: Path) -> None:
    path = sums_registry(tmp_path) / "codelists" / "purposes.csv"
    path.write_text(path.read_text(encoding="utf-8") + "_T,a,b\n", encoding="utf-8")
    assert problems(tmp_path) == [("aggregate.dimensions", "aggregate-total")]


def test_who_contributed_has_to_be_told_apart_and_not_generalised(tmp_path: Path) -> None:
    path = sums_registry(tmp_path, cells={"person": None}) / "datasets" / "parks" / GRANTS / "schema.json"
    text = path.read_text(encoding="utf-8")
    surrogate = '"type": "surrogate", "published_as": "person_id", "domain": "person"'
    prefix = '"type": "generalise", "to": "prefix", "length": 2, "published_as": "person_id"'
    assert surrogate in text
    path.write_text(text.replace(surrogate, prefix), encoding="utf-8")
    assert problems(tmp_path) == [("aggregate.persons", "aggregate-persons")]


def test_what_is_added_up_is_no_quasi_identifier(tmp_path: Path) -> None:
    cells = {"quasi_identifiers": {"place": ["codelist"], "amount": [{"band": 10}]}}
    assert problems(sums_registry(tmp_path, cells=cells)) == [("aggregate.measure", "aggregate-quasi-identifier")]


def test_a_source_that_is_not_published_is_processed_only_for_sums(tmp_path: Path) -> None:
    alone = load_catalog(sums_registry(tmp_path / "a", attribute="on_application", register_of="overdue"))
    summed = load_catalog(sums_registry(tmp_path / "b", attribute="on_application"))
    assert not alone.summed and summed.summed == {GRANTS} == {AGGREGATE["dataset"]}
    assert alone.datasets[GRANTS].digest != summed.datasets[GRANTS].digest
