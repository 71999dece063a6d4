from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from granting import CELLS, GRANTS, grants_registry

from pipelines.registry import load_catalog

QUASI = CELLS["quasi_identifiers"]


def problems(folder: Path, **said: Any) -> list[tuple[str, str]]:
    catalog = load_catalog(grants_registry(folder, {**CELLS, **said}))
    for problem in catalog.problems:
        assert problem.file.endswith("grants/dataset.yaml") and problem.line is not None
        assert problem.message.text("zh") != problem.message.text("en") and problem.remedy.text("zh")
    return [(problem.key, problem.message.id) for problem in catalog.problems]


def test_a_sound_declaration_has_no_problem(tmp_path: Path) -> None:
    levels = {"place": [{"codelist": "places"}, "all"], "day": ["month", "year"], "age": [{"band": 5}, {"band": 20}]}
    assert problems(tmp_path, quasi_identifiers=levels, sensitive={"purpose": 2}, weights={"place": 3}) == []


@pytest.mark.parametrize(
    ("said", "key", "message"),
    [
        ({"quasi_identifiers": {"person": ["all"]}}, "quasi_identifiers.person", "small-cells-unknown-field"),
        ({"quasi_identifiers": {"person_id": ["all"]}}, "quasi_identifiers.person_id", "small-cells-two-roles"),
        ({"quasi_identifiers": {"grant_id": [{"prefix": 2}]}}, "quasi_identifiers.grant_id", "small-cells-in-key"),
        ({"quasi_identifiers": {"day": ["year", "month"]}}, "quasi_identifiers.day", "small-cells-levels"),
        ({"quasi_identifiers": {"day": ["all", "month"]}}, "quasi_identifiers.day", "small-cells-levels"),
        ({"quasi_identifiers": {"age": [{"band": 10}, {"band": 25}]}}, "quasi_identifiers.age", "small-cells-levels"),
        ({"quasi_identifiers": {"purpose": [{"prefix": 2}, {"prefix": 3}]}}, "quasi_identifiers.purpose",
         "small-cells-levels"),
        ({"quasi_identifiers": {"place": ["codelist", "codelist"]}}, "quasi_identifiers.place", "small-cells-levels"),
        ({"quasi_identifiers": {"age": ["month"]}}, "quasi_identifiers.age[0]", "small-cells-level"),
        ({"quasi_identifiers": {"day": [{"band": 7}]}}, "quasi_identifiers.day[0]", "small-cells-level"),
        ({"quasi_identifiers": {"purpose": ["codelist"]}}, "quasi_identifiers.purpose[0]", "small-cells-codelist"),
        ({"quasi_identifiers": {"purpose": [{"codelist": "district"}]}}, "quasi_identifiers.purpose[0]",
         "small-cells-codelist"),
        ({"person": "nobody"}, "person", "small-cells-unknown-field"),
        ({"sensitive": {"nothing": 2}}, "sensitive.nothing", "small-cells-unknown-field"),
        ({"weights": {"age": 2}}, "weights.age", "small-cells-weight"),
        ({"applies_to": {"purpose": ["food"]}}, "applies_to.purpose", "check-open-condition"),
        ({"applies_to": {"kind": ["ghost"]}}, "applies_to.kind", "check-unknown-condition"),
        ({"applies_to": {"nothing": ["x"]}}, "applies_to.nothing", "small-cells-unknown-field"),
        ({"k": 1}, "k", "check-invalid-value"),
        ({"kay": 5}, "kay", "check-unknown-key"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_place(tmp_path: Path, said: Any, key: str, message: str) -> None:
    assert (f"small_cells.{key}", message) in problems(tmp_path, **said)


def test_a_lattice_that_is_too_large_is_refused(tmp_path: Path) -> None:
    prefixes = [{"prefix": length} for length in (9, 8, 7, 6, 5)]
    many: dict[str, Any] = {"place": prefixes, "purpose": prefixes, "day": ["month", "quarter", "year", "all"]}
    many |= {"age": [{"band": 10**power} for power in range(1, 7)]}
    many |= {"amount": [{"band": 10**power} for power in range(1, 7)], "kind": prefixes}
    found = problems(tmp_path, quasi_identifiers=many, applies_to={})
    assert found == [("small_cells.quasi_identifiers", "small-cells-lattice")]


def test_a_key_that_is_not_public_is_refused(tmp_path: Path) -> None:
    folder = grants_registry(tmp_path)
    schema = folder / "datasets" / "parks" / GRANTS / "schema.json"
    text = schema.read_text(encoding="utf-8")
    schema.write_text(text.replace('"primaryKey": [\n  "grant_id"\n ]', '"primaryKey": [\n  "grant_id", "person"\n ]'))
    assert load_catalog(folder).problems == ()  # a surrogate tells rows apart
    withheld = text.replace('"type": "surrogate"', '"type": "mask"').replace(
        '"published_as": "person_id",\n     "domain": "person"', '"keep_first": 1')  # fmt: skip
    schema.write_text(withheld.replace('"primaryKey": [\n  "grant_id"\n ]', '"primaryKey": [\n  "person"\n ]'))
    assert "small-cells-key" in [problem.message.id for problem in load_catalog(folder).problems]
