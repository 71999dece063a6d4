"""Amounts reach yuan by the unit that the table states, or the delivery is refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from ingesting import catalog, column, dataset, delivered
from shipped import CATALOG

from pipelines.core.errors import DeliveryRejected
from pipelines.core.records import RawTable
from pipelines.ingest import read
from pipelines.ingest.units import known_unit, units_in
from pipelines.registry import Dataset
from pipelines.registry.fields import FieldSpec
from pipelines.registry.layouts import UnitNote

NOTES = [
    UnitNote(),
    *(
        layout.unit_note
        for known in CATALOG.datasets.values()
        for layout in known.descriptor.layouts
        if layout.unit_note is not None
    ),
]


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize(
    ("texts", "known"),
    [
        (["单位：万元"], ("万元",)),
        (["（金额单位: 人民币万元）"], ("万元",)),
        (["填报单位：元江县农业农村局", "单位：万元"], ("万元",)),
        (["编制单位：云川市财政局　单位：万元"], ("万元",)),
        (["填报单位：元", "单位：千元。"], ("千元",)),
        (["单位：元江县", None, ""], ()),
        (["单位：元/吨"], ()),
        (["单位：万元", "单位：元"], ("万元", "元")),
    ],
)
def test_units_are_whole_words_after_a_note_of_their_own(
    note: UnitNote, texts: list[str | None], known: tuple[str, ...]
) -> None:
    assert units_in(texts, note).known == known


@pytest.mark.parametrize(
    "text",
    ["万元", "(元)", "人", "万人", "元/吨", "人/平方公里", "%", "‰", "km²", "tonnes", "€", "k€", "USD", "million yuan",
     "10 000 persons", "100 million yuan", "m3/s", "Tsd. EUR", "Mio. Euro", "1 000 EUR", "Anzahl",
     "milliers d'euros", "in millions of euros", "µg/m3", "千瓦时", "亿立方米"],
)  # fmt: skip
def test_known_units(text: str) -> None:
    assert known_unit(text) is not None


@pytest.mark.parametrize(
    "text", ["year-end", "2025", "12 345", "其中：女", "男", "财政局", "A", "FY", "Male", "", "estimated", "x" * 9_999]
)
def test_remarks_are_no_units(text: str) -> None:
    assert known_unit(text) is None


def trees(height: dict[str, Any], *steps: dict[str, Any], **layout: Any) -> Dataset:
    known = dataset({"format": "csv", "steps": steps, **layout})
    fields = tuple(
        FieldSpec.model_validate({**spec.model_dump(exclude_none=True), **height}) if spec.name == "height" else spec
        for spec in known.schema.fields
    )
    schema = known.schema.model_copy(update={"fields": fields, "missingValues": ("", "无")})
    return dataclasses.replace(known, schema=schema)


SCALE = {"step": "scale", "fields": ["height"], "unit": "万元"}


def scaled(folder: Path, cells: list[str], height: dict[str, Any]) -> RawTable:
    lines = ["tree_id,species,district,height", *(f't{n},pine,999902,"{cell}"' for n, cell in enumerate(cells))]
    files = delivered(folder, {"t.csv": "\n".join(lines).encode()})
    return read(files, trees(height, SCALE), catalog(), folder / "work")


@pytest.mark.parametrize(
    ("height", "cell", "expected"),
    [
        ({"groupChar": ","}, "1,000", "10000000"),
        ({"decimalChar": ",", "groupChar": "."}, "1.234,5678", "12345678"),
        ({"decimalChar": ",", "groupChar": "."}, "1,23456", "12345,6"),
        ({"bareNumber": False}, "约12", "120000"),
        ({}, "0" * 70 + "1.5", "15000"),
        ({}, "1,000", "1,000"),
        ({}, "约", "约"),
        ({}, "NaN", "NaN"),
        ({}, "无", "无"),
        ({}, " ", " "),
    ],
)
def test_amounts_are_scaled_as_their_field_reads_them(
    tmp_path: Path, height: dict[str, Any], cell: str, expected: str
) -> None:
    assert column(scaled(tmp_path, [cell], height), "height") == [expected]


@pytest.mark.parametrize(
    ("height", "cell"),
    [({"type": "string", "decimals": None}, "三千"), ({}, "1e400"), ({"bareNumber": False}, "12元")],
)
def test_an_amount_that_would_pass_unscaled_rejects(tmp_path: Path, height: dict[str, Any], cell: str) -> None:
    height = {key: value for key, value in height.items() if value is not None}
    if height.get("type") == "string":
        known = dataset({"format": "csv", "steps": [{**SCALE, "fields": ["note"]}]})
        content = f"tree_id,species,district,note\nt0,pine,999902,1\nt1,pine,999902,{cell}\n"
        with pytest.raises(DeliveryRejected) as caught:
            read(delivered(tmp_path, {"t.csv": content.encode()}), known, catalog(), tmp_path / "work")
    else:
        with pytest.raises(DeliveryRejected) as caught:
            scaled(tmp_path, ["1", cell], height)
    [finding] = caught.value.findings
    assert (finding.rule, finding.location.row) == ("scale-not-a-number", 3)
    assert cell not in finding.message.text() and finding.message.text("zh")


@pytest.mark.parametrize(
    ("field", "steps", "refused"),
    [
        ({"unit": "CNY"}, [], True),
        ({"unit": "CNY"}, [{**SCALE, "unit": "千元"}], True),
        ({"unit": "CNY"}, [SCALE], False),
        ({"unit": "m"}, [], False),
    ],
)
def test_amounts_in_another_unit_than_the_layout_takes_them_for_reject(
    tmp_path: Path, field: dict[str, Any], steps: list[dict[str, Any]], refused: bool
) -> None:
    known = trees(field, *steps, header_row=2)
    files = delivered(
        tmp_path, {"t.csv": "金额单位：万元\ntree_id,species,district,height\nt1,pine,999902,1\n".encode()}
    )
    if not refused:
        assert read(files, known, catalog(), tmp_path / "work").rows == 1
        return
    with pytest.raises(DeliveryRejected) as caught:
        read(files, known, catalog(), tmp_path / "work")
    [finding] = caught.value.findings
    assert (finding.rule, finding.message.params["units"]) == ("unit-undeclared", "万元")
    assert finding.message.text("zh") and finding.remedy.text()


def test_contradictory_units_reject(tmp_path: Path) -> None:
    layout = {"unit_note": {}, "header_row": 3}
    known = trees({}, {"step": "scale", "fields": ["height"]}, **layout)
    content = "单位：万元\n单位：元\ntree_id,species,district,height\nt1,pine,999902,1\n"
    with pytest.raises(DeliveryRejected) as caught:
        read(delivered(tmp_path, {"t.csv": content.encode()}), known, catalog(), tmp_path / "work")
    assert [finding.rule for finding in caught.value.findings] == ["unit-contradictory"]
    assert caught.value.findings[0].message.params == {"units": "万元, 元"}


@pytest.mark.parametrize("cell", ["$12", "€12", "£12", "12元"])
def test_other_currencies_are_no_numbers(tmp_path: Path, cell: str) -> None:
    known = trees({}, {"step": "parse_number", "fields": ["height"]})
    content = f"tree_id,species,district,height\nt1,pine,999902,{cell}\nt2,pine,999902,￥12\n"
    raw = read(delivered(tmp_path, {"t.csv": content.encode()}), known, catalog(), tmp_path / "work")
    assert column(raw, "height") == [cell, "12"]
