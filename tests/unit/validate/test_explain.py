"""Which delivered values a finding may show."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import WITHHELD, field, tree_descriptor, tree_schema, write_registry

from pipelines.registry import Dataset, load_catalog
from pipelines.validate.explain import showable


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder: Path = tmp_path_factory.mktemp("registry")
    schema = tree_schema()
    schema["fields"].append(field("planter", disclosure={**WITHHELD, "treatment": {"type": "drop"}}))
    write_registry(folder, tree_inventory=(tree_descriptor(), schema))
    return load_catalog(folder).datasets["tree_inventory"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("species", "oak"),
        ("species", "银杏树"),
        ("district", "东城区"),
        ("height", "tall"),
        ("height", "-1,234.50 万元"),
        ("height", "（１２）"),
        ("height", "1e5"),
        ("planted", "2026年2月30日"),
        ("planted", "待定"),
        ("planted", "2026-13-01 10:00"),
        ("note", "NY-2025Q1-580102"),
    ],
)
def test_figures_dates_codes_and_short_terms_are_shown(trees: Dataset, name: str, text: str) -> None:
    assert showable(trees, name, text, alone=True) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("planter", "oak"),
        ("species", "张三丰"),
        ("species", "云川市东城区园林绿化局"),
        ("species", "John Smith"),
        ("height", "朝阳区建国路8号3栋402室"),
        ("height", "朝阳区"),
        ("height", "王"),
        ("planted", "张三1990年"),
        ("note", "x" * 41),
        ("note", "x" * 31),
        ("height", "622202123456789"),
        ("height", "5801011990030745"),
        ("height", "13812345678"),
        ("district", "欧阳修"),
    ],
)
def test_what_may_be_a_person_is_not(trees: Dataset, name: str, text: str) -> None:
    assert showable(trees, name, text, alone=True) is None


def test_in_a_row_with_several_faults_words_may_be_anybodys(trees: Dataset) -> None:
    assert showable(trees, "species", "银杏树", alone=False) is None
    assert showable(trees, "species", "oak", alone=False) == "oak"


def test_control_characters_are_made_visible(trees: Dataset) -> None:
    assert showable(trees, "height", "1\x1b[2") is None
    assert showable(trees, "height", "1\x1b2") == "1\ufffd2"
