"""The stage as a whole: what blocks it, what it leaves behind, that it repeats itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from disclosing import KIND, Row, allotments, clear, treated, validated_table
from support import field

from pipelines.core.accounts import RowsUnaccounted
from pipelines.core.check_digits import identity_number_check
from pipelines.core.errors import CorruptStore, DeliveryRejected
from pipelines.core.findings import Check, Finding, Severity
from pipelines.disclose import SurrogateKey, disclose
from pipelines.disclose.plan import PublicNameTaken, UnfitTreatment, UnknownCondition, UntreatedField, plan_fields
from pipelines.registry import Dataset
from pipelines.registry.disclosures import Attribute, FieldDisclosure
from pipelines.registry.fields import SchemaDescriptor

PHONE = "13800138000"
IDENTITY = "11010519491231002X"
CARD = "4111111111111111"
IDENTITY_OF_DIGITS = int("11010519491231001" + identity_number_check("11010519491231001"))


def rejected(folder: Path, dataset: Dataset, rows: Sequence[Row]) -> list[Finding]:
    with pytest.raises(DeliveryRejected) as caught:
        clear(folder, dataset, rows)
    return caught.value.findings


def test_personal_data_blocks_and_is_located_but_never_shown(tmp_path: Path) -> None:
    findings = rejected(tmp_path, allotments(field("note")), [{"note": "ok"}, {"note": f"电话{PHONE},证号{IDENTITY}"}])
    assert [(f.message.params["kind"], f.location.file, f.location.sheet, f.location.row, f.location.field)
            for f in findings] == [("identity_number", "plots.xlsx", "2025", 3, "note"),
                                   ("mobile", "plots.xlsx", "2025", 3, "note")]  # fmt: skip
    for finding in findings:
        assert (finding.check, finding.rule, finding.severity) == (Check.PERSONAL_DATA, "personal-data", Severity.ERROR)
        shown = str(finding.as_dict())
        assert PHONE not in shown
        assert IDENTITY not in shown
    assert list((tmp_path / "out").iterdir()) == []


def test_a_hundred_hits_per_field_are_located_and_all_are_counted(tmp_path: Path) -> None:
    findings = rejected(tmp_path, allotments(field("note"), field("mail")), [{"note": PHONE, "mail": "a@b.cn"}] * 250)
    assert [f.location.row for f in findings[:100]] == list(range(2, 102))
    assert findings[100].message.params == {"kind": "mobile", "field": "note", "count": 150}
    assert len(findings) == 202
    assert all(f.message.text(language) for f in findings for language in ("en", "zh"))


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (field("n", "integer"), int(PHONE)),
        (field("n", "number"), float(CARD)),
        (field("n", "number", decimals=2), Decimal(PHONE)),
        (field("n", "integer", unit="CNY"), int(CARD)),
        (field("n", "integer"), IDENTITY_OF_DIGITS),
        (field("n", "integer"), -IDENTITY_OF_DIGITS),
        (field("n", "integer"), IDENTITY_OF_DIGITS * 10),
        (field("n", "number"), float(IDENTITY_OF_DIGITS)),
        (field("n", "number"), -float(IDENTITY_OF_DIGITS)),
        (field("n", "number"), float(IDENTITY_OF_DIGITS * 10)),
        (field("n", "number"), float(CARD) + 0.5),
        (field("n", "number", decimals=0), Decimal(-IDENTITY_OF_DIGITS)),
        (field("n", "number", decimals=2, unit="CNY"), Decimal("13812345678")),
        (field("n", "number", unit="CNY"), 13812345678.0),
        (field("n", "integer", unit="CNY"), -13812345678),
        (field("n", "object"), r'{"tel": "\uff11\uff13\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18"}'),
        (field("n", "array"), f"[[{IDENTITY_OF_DIGITS}]]"),
        (field("n", "array"), "[5.801011990030745e+17]"),
        (field("n", "geojson"), r'{"type": "Point", "coordinates": [1, 2], "zhang@example\u002ecom": 1}'),
    ],
)
def test_numbers_are_scanned_too(tmp_path: Path, spec: dict[str, Any], value: Any) -> None:
    assert rejected(tmp_path, allotments(spec), [{"n": value}])


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (field("n", "number", decimals=2, unit="CNY"), Decimal(PHONE)),
        (field("n", "number", decimals=2), Decimal("13800138000.25")),
        (field("n", "number", decimals=2, unit="CNY"), Decimal("13000000000.00")),
        (field("n", "number", unit="CNY"), 13812000000.0),
        (field("n", "number", decimals=2, unit="CNY"), Decimal("13812345678.25")),
        (field("n", "integer", unit="CNY"), 138123456780),
        (field("n", "number"), 6.02214076e23),
        (field("n", "number"), 6.2e17),
        (field("n", "number"), float("inf")),
        (field("n", "integer"), 5801011990130745110),
        (field("n", "array"), "[113.2345678, 23.1234567, 580101, 19900307, 4511]"),
        (field("n", disclosure={"attribute": "active", "personal_data": ["address"]}), "人民路12号"),
        (field("n", disclosure={"attribute": "active", "personal_data": ["mobile"]}), PHONE),
        (field("n", disclosure=treated("mask", keep_last=4)), PHONE),
        (field("n"), "91350100M000100Y43"),
        (field("n"), "2205-350100-04-01-123456"),
    ],
)
def test_no_personal_data_or_meant_to_be_there(tmp_path: Path, spec: dict[str, Any], value: Any) -> None:
    assert clear(tmp_path, allotments(spec), [{"n": value}]).table.rows == 1


def test_rows_that_a_condition_spares_are_scanned(tmp_path: Path) -> None:
    mask = treated("mask", when={"kind": ["person"]})
    dataset = allotments(KIND, field("name", disclosure=mask))
    findings = rejected(tmp_path, dataset, [{"kind": "person", "name": PHONE}, {"kind": "firm", "name": PHONE}])
    assert [finding.location.row for finding in findings] == [3]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    dataset = allotments(field("person", disclosure=treated("surrogate", published_as="p", domain="person")))
    source, key = (
        validated_table(tmp_path, dataset, [{"person": f"名{i % 7}"} for i in range(500)]),
        SurrogateKey.of(b"k" * 32),
    )
    progress: list[int] = []
    first = disclose(source, dataset, {}, key, tmp_path / "a", progress.append)
    second = disclose(source, dataset, {}, key, tmp_path / "b")
    other = disclose(source, dataset, {}, SurrogateKey.of(b"l" * 32), tmp_path / "c")
    assert first.table.parquet.read_bytes() == second.table.parquet.read_bytes() != other.table.parquet.read_bytes()
    assert first.table.parquet.stat().st_mode & 0o777 == 0o600
    assert progress == [500]


def test_an_empty_table_is_cleared(tmp_path: Path) -> None:
    assert clear(tmp_path, allotments(field("note")), []).table.rows == 0


@pytest.mark.parametrize("attribute", [Attribute.ON_APPLICATION, Attribute.WITHHELD])
def test_rows_of_a_dataset_that_is_not_active_are_not_published(tmp_path: Path, attribute: Attribute) -> None:
    findings = rejected(tmp_path, allotments(field("note"), attribute=attribute), [{}])
    assert [finding.rule for finding in findings] == ["not-active"]


def test_a_validated_file_that_is_not_as_recorded_is_refused(tmp_path: Path) -> None:
    dataset = allotments(field("note"))
    source = validated_table(tmp_path, dataset, [{"note": "x"}])
    with pytest.raises(RowsUnaccounted):
        disclose(replace(source, rows=2), dataset, {}, SurrogateKey.of(b"k" * 32), tmp_path / "out")
    with pytest.raises(CorruptStore):
        disclose(source, allotments(field("other")), {}, SurrogateKey.of(b"k" * 32), tmp_path / "out")


@pytest.mark.parametrize("attribute", [Attribute.ON_APPLICATION, Attribute.WITHHELD])
def test_a_field_that_is_not_active_cannot_pass_untreated(attribute: Attribute) -> None:
    dataset = allotments(field("note"))
    slipped = FieldDisclosure.model_construct(attribute=attribute, treatment=None, when=None, personal_data=())
    fields = (dataset.fields[0], dataset.fields[1].model_copy(update={"disclosure": slipped}))
    schema: SchemaDescriptor = dataset.schema.model_copy(update={"fields": fields})
    with pytest.raises(UntreatedField):
        plan_fields(replace(dataset, schema=schema), {})


def test_plans_that_cannot_be_carried_out_are_refused() -> None:
    month = field("note", disclosure=treated("generalise", to="month"))
    with pytest.raises(UnfitTreatment):
        plan_fields(allotments(month), {})
    twice = field("note", disclosure=treated("surrogate", published_as="plot", domain="d"))
    with pytest.raises(PublicNameTaken):
        plan_fields(allotments(twice), {})
    nowhere = field("note", disclosure=treated("drop", when={"nowhere": ["x"]}))
    with pytest.raises(UnknownCondition):
        plan_fields(allotments(nowhere), {})
