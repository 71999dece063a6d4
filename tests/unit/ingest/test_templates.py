from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ingesting import archive, catalog, column, dataset, delivered, workbook
from support import tree_schema
from templating import filled

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Finding, Severity
from pipelines.core.records import RawTable
from pipelines.ingest import read
from pipelines.ingest.templates import read_mark
from pipelines.registry import Dataset
from pipelines.registry.fields import SchemaDescriptor
from pipelines.registry.template_marks import TemplateMark

CSV = {"format": "csv"}
ROWS = [{"tree_id": "０１", "species": "ginkgo", "district": "999901", "height": "2.5", "planted": "2020-03-01"}]


def changed(change: Callable[[dict[str, Any]], object]) -> Dataset:
    """``tree_inventory`` as it was before its schema changed."""
    schema = tree_schema()
    change(schema)
    known = dataset(CSV)
    return Dataset(known.descriptor, SchemaDescriptor.model_validate(schema), None, known.folder, "")


def template(tmp_path: Path, made_for: Dataset | None = None, language: str = "zh") -> bytes:
    described = made_for or dataset(CSV)
    (tmp_path / "dataset" / "examples").mkdir(parents=True, exist_ok=True)
    (tmp_path / "dataset" / "examples" / "valid.csv").touch()
    here = Dataset(described.descriptor, described.schema, None, tmp_path / "dataset", "")
    return filled(here, catalog(), ROWS, language)


def read_template(tmp_path: Path, content: bytes) -> RawTable:
    return read(delivered(tmp_path, {"trees.xlsx": content}), dataset(CSV), catalog(), tmp_path / "work")


def refused(tmp_path: Path, content: bytes) -> Finding:
    with pytest.raises(DeliveryRejected) as rejected:
        read_template(tmp_path, content)
    (finding,) = rejected.value.findings
    return finding


def edited(content: bytes, change: Callable[[openpyxl.Workbook], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_filled_template_is_read_without_a_layout_for_it(tmp_path: Path, language: str) -> None:
    raw = read_template(tmp_path, template(tmp_path, language=language))
    assert raw.findings == ()
    assert raw.labels == tuple(spec.name for spec in dataset(CSV).fields)
    assert [column(raw, name) for name in ("district", "height", "planted", "note")] == [
        ["999901"], ["2.5"], ["2020-03-01"], [""]
    ]  # fmt: skip
    (reading,) = raw.readings
    assert (reading.layout, reading.header_row, raw.rows, raw.rows_in_files) == ("template", 1, 1, 2)


def test_columns_may_be_moved(tmp_path: Path) -> None:
    def swap(book: openpyxl.Workbook) -> None:
        sheet = book.worksheets[0]
        for row in (1, 2):
            first, third = sheet.cell(row, 1), sheet.cell(row, 3)
            first.value, third.value = third.value, first.value

    raw = read_template(tmp_path, edited(template(tmp_path), swap))
    assert column(raw, "district") == ["999901"]


def test_a_template_of_another_dataset_is_rejected(tmp_path: Path) -> None:
    known = dataset(CSV)
    other = known.descriptor.model_copy(update={"id": "bush_inventory"})
    finding = refused(tmp_path, template(tmp_path, Dataset(other, known.schema, None, known.folder, "")))
    assert finding.rule == "template-of-another-dataset"
    assert "bush_inventory" in finding.message.text("en") and "gongkai template tree_inventory" in finding.remedy.text(
        "zh"
    )


def test_a_template_of_an_earlier_schema_that_fits_is_read_with_a_warning(tmp_path: Path) -> None:
    earlier = changed(lambda schema: schema["fields"].pop())
    raw = read_template(tmp_path, template(tmp_path, earlier))
    (finding,) = raw.findings
    assert (finding.rule, finding.severity) == ("template-older", Severity.WARNING)
    assert column(raw, "note") == [""] and raw.rows == 1


def test_older_and_new_templates_in_both_languages_are_one_delivery(tmp_path: Path) -> None:
    older = template(tmp_path, changed(lambda schema: schema["fields"].pop()))
    packed = archive({"一.xlsx": older, "二.xlsx": template(tmp_path), "three.xlsx": template(tmp_path, language="en")})
    raw = read(delivered(tmp_path, {"trees.zip": packed}), dataset(CSV), catalog(), tmp_path / "work")
    assert [finding.rule for finding in raw.findings] == ["template-older"]
    assert column(raw, "district") == ["999901"] * 3


def test_full_width_digits_are_narrowed_where_only_narrow_ones_can_be_meant(tmp_path: Path) -> None:
    assert column(read_template(tmp_path, template(tmp_path)), "tree_id") == ["０１"]
    described = changed(lambda schema: schema["fields"][0].update(constraints={"required": True, "pattern": "[0-9]+"}))
    here = Dataset(dataset(CSV).descriptor, described.schema, None, tmp_path, "")
    content = template(tmp_path, described)
    raw = read(delivered(tmp_path, {"trees.xlsx": content}), here, catalog(), tmp_path / "work")
    assert column(raw, "tree_id") == ["01"]


def test_a_template_with_earlier_titles_is_read_by_these(tmp_path: Path) -> None:
    earlier = changed(lambda schema: schema["fields"][3].update(titles={"zh": "高", "en": "How high"}))
    raw = read_template(tmp_path, template(tmp_path, earlier))
    assert column(raw, "height") == ["2.5"]
    assert [finding.rule for finding in raw.findings] == ["template-older"]


def test_what_is_only_said_about_fields_makes_no_template_older(tmp_path: Path) -> None:
    earlier = changed(lambda schema: schema["fields"][3].update(descriptions={"zh": "旧说明", "en": "Before"}))
    assert read_template(tmp_path, template(tmp_path, earlier)).findings == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda schema: schema["fields"][3].update(name="girth"), "Without a field: girth; needed and not there: -"),
        (lambda schema: schema["fields"].pop(0) and schema.pop("primaryKey"), "needed and not there: tree_id"),
        (lambda schema: schema["fields"][3].update(unit="cm"), "of another type or unit now: height"),
        (lambda schema: schema["fields"][4].update(type="string"), "of another type or unit now: planted"),
    ],
)
def test_a_template_whose_columns_do_not_fit_any_more_is_rejected(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    finding = refused(tmp_path, template(tmp_path, changed(change)))
    assert finding.rule == "template-outdated"
    assert told in finding.message.text("en")


def test_sheets_that_a_template_did_not_come_with_are_told(tmp_path: Path) -> None:
    raw = read_template(tmp_path, edited(template(tmp_path), lambda book: book.create_sheet("Sheet1")))
    assert [(finding.rule, finding.location.sheet) for finding in raw.findings] == [("sheet-not-read", "Sheet1")]


def test_a_data_sheet_under_another_name_is_not_looked_for(tmp_path: Path) -> None:
    def rename(book: openpyxl.Workbook) -> None:
        book.worksheets[0].title = "2025"

    with pytest.raises(DeliveryRejected) as rejected:
        read_template(tmp_path, edited(template(tmp_path), rename))
    assert {finding.rule for finding in rejected.value.findings} == {"no-sheet", "sheet-not-read"}


def test_other_workbooks_are_no_templates(tmp_path: Path) -> None:
    assert refused(tmp_path, workbook({"数据": [["tree_id"], ["t1"]]})).rule == "no-layout"


def marked(tmp_path: Path, content: bytes) -> TemplateMark | None:
    path = tmp_path / "marked.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("docProps/custom.xml", content)
    return read_mark(path)


def properties(**values: str) -> bytes:
    return b"<Properties>" + b"".join(
        f'<property pid="2" name="gongkai-{name.replace("_", "-")}"><vt:lpwstr>{value}</vt:lpwstr></property>'.encode()
        for name, value in values.items()
    )


def test_marks_are_read_however_they_are_written(tmp_path: Path) -> None:
    whole = {
        "template": "trees 12",
        "data_sheet": "A&amp;B",
        "other_sheets": "C/D",
        "column_0001": "id 34 &lt;No. 1&gt;",
    }
    mark = marked(tmp_path, properties(**whole))
    assert mark is not None
    assert (mark.dataset, mark.sheet, mark.beside, mark.columns[0].label) == ("trees", "A&B", ("C", "D"), "<No. 1>")
    spaced = properties(**whole).replace(b"><vt:", b">\n  <ns0:").replace(b"</vt:", b"</ns0:").replace(b'"', b"'")
    assert marked(tmp_path, spaced) == mark


@pytest.mark.parametrize(
    "broken",
    [
        {"template": "../trees 12"},
        {"template": ""},
        {"data_sheet": ""},
        {"data_sheet": "x" * 32},
        {"other_sheets": "a\u202eb"},
        {"column_0001": "No 34 label"},
        {"column_0001": "id 34 "},
        {"column_0002": "name 34 a\u200bb"},
    ],
)
def test_marks_that_are_not_whole_are_none(tmp_path: Path, broken: dict[str, str]) -> None:
    whole = {"template": "trees 12", "data_sheet": "A", "other_sheets": "C/D", "column_0001": "id 34 No."}
    assert marked(tmp_path, properties(**whole)) is not None
    assert marked(tmp_path, properties(**{**whole, **broken})) is None


def test_hostile_properties_take_no_time(tmp_path: Path) -> None:
    for content in (
        b"<property " * 300_000,
        b'<property name="' * 200_000,
        b"<property name='gongkai-template'>" + b" " * 3_000_000,
    ):
        assert marked(tmp_path, content) is None
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04 no archive")
    assert read_mark(bad) is None
