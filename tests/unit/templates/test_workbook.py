from __future__ import annotations

import dataclasses
import io
import zipfile
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest
import python_calamine as calamine
from shipped import CATALOG
from support import field, tree_descriptor, tree_schema, write_registry

from pipelines.core.messages import LANGUAGES
from pipelines.ingest.templates import read_mark
from pipelines.registry import Catalog, Dataset, load_catalog
from pipelines.registry.disclosures import Attribute
from pipelines.registry.fields import FieldType
from pipelines.templates.workbook import make_template

EVERYTHING: dict[str, dict[str, Any]] = {
    "key": field("key", constraints={"required": True, "minLength": 2, "maxLength": 8}),
    "short": field("short", constraints={"maxLength": 4}),
    "kind": field("kind", categories=[{"value": "a", "label": "first"}, {"value": "b"}]),
    "grade": field("grade", "integer", constraints={"enum": [1, 2, 3]}),
    "count": field("count", "integer", constraints={"minimum": 0, "maximum": 9}),
    "share": field("share", "number", decimals=3, constraints={"minimum": 0, "exclusiveMaximum": 1}),
    "rate": field("rate", "number", constraints={"exclusiveMinimum": 0}),
    "comma": field("comma", "number", decimalChar=","),
    "year": field("year", "year"),
    "month": field("month", "yearmonth"),
    "day": field("day", "date", constraints={"minimum": "2020-01-01", "maximum": "2020-12-31"}),
    "any_day": field("any_day", "date"),
    "slashed": field("slashed", "date", format="%Y/%m/%d"),
    "open": field("open", "boolean", trueValues=["是"], falseValues=["否"]),
    "district": field("district", codelist="district", constraints={"pattern": "[0-9]*1"}),
    "label": field("label", codelist="district"),
}


def registry(folder: Path, **changes: dict[str, Any]) -> Catalog:
    schema = tree_schema()
    schema["fields"] = list({**EVERYTHING, **changes}.values())
    schema["primaryKey"] = ["key"]
    descriptor = {**tree_descriptor(), "id": "everything", "row_constraints": [], "drift": []}
    catalog = load_catalog(write_registry(folder, everything=(descriptor, schema)))
    assert catalog.problems == ()
    return catalog


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return registry(tmp_path_factory.mktemp("registry"))


def opened(catalog: Catalog, dataset: str, language: str = "en", rows: int = 50) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(make_template(catalog.dataset(dataset), catalog, language, rows).content))


def checks(book: openpyxl.Workbook, names: list[str]) -> dict[str, Any]:
    """Cell checks by field; the columns are in the order of the fields."""
    found = {str(check.sqref): check for check in book.worksheets[0].data_validations.dataValidation}
    letters = (openpyxl.utils.get_column_letter(place) for place in range(1, len(names) + 1))
    return {name: found[f"{letter}2:{letter}51"] for name, letter in zip(names, letters, strict=True)}


def listed(book: openpyxl.Workbook, formula: str) -> list[Any]:
    sheet, _, area = formula.rpartition("!")
    return [cell.value for (cell,) in book[sheet.strip("'")][area.replace("$", "")]]


def explained(book: openpyxl.Workbook) -> dict[Any, tuple[Any, ...]]:
    """The rows of the explanations by field; rules over rows, which name fields too, stand below them."""
    rows = list(book.worksheets[1].iter_rows(values_only=True))
    return {row[0]: row for row in reversed(rows)}


def test_only_cells_below_the_header_can_be_changed(catalog: Catalog) -> None:
    book = opened(catalog, "everything")
    data, explained, codes = book.worksheets
    assert all(sheet.protection.sheet and sheet.protection.password is None for sheet in (data, explained, codes))
    assert book.security.lockStructure and book.security.workbookPassword is None
    assert all(cell.protection.locked for cell in data[1])
    assert data.freeze_panes == "A2"
    for place in range(1, len(EVERYTHING) + 1):
        dimension = data.column_dimensions[openpyxl.utils.get_column_letter(place)]
        assert not dimension.protection.locked
        assert dimension.width >= 12


def test_required_fields_are_marked(catalog: Catalog) -> None:
    header = [cell.value for cell in opened(catalog, "everything").worksheets[0][1]]
    assert header[:2] == ["key *", "short"]
    assert sum("*" in str(label) for label in header) == 1


def test_formats_keep_what_is_typed(catalog: Catalog) -> None:
    data = opened(catalog, "everything").worksheets[0]
    letters = {name: openpyxl.utils.get_column_letter(place) for place, name in enumerate(EVERYTHING, start=1)}
    formats = {name: data.column_dimensions[letter].number_format for name, letter in letters.items()}
    numeric = {"grade": "0", "count": "0", "share": "#,##0.000", "rate": "General", "year": "0",
               "day": "yyyy-mm-dd", "any_day": "yyyy-mm-dd"}  # fmt: skip
    assert formats == {name: numeric.get(name, "@") for name in EVERYTHING}


def test_cells_check_what_the_schema_asks(catalog: Catalog) -> None:
    found = checks(opened(catalog, "everything"), list(EVERYTHING))
    told = {name: (check.type, check.operator, check.formula1, check.formula2) for name, check in found.items()}
    plain = {name: rule for name, rule in told.items() if rule[0] != "list"}
    assert plain == {
        "key": ("textLength", "between", "2", "8"),
        "short": ("textLength", "lessThanOrEqual", "4", None),
        "count": ("whole", "between", "0", "9"),
        "share": ("decimal", "between", "0", "1"),
        "rate": ("decimal", "greaterThan", "0", None),
        "comma": (None, None, None, None),
        "year": ("whole", "between", "-999999999999999", "999999999999999"),
        "month": (None, None, None, None),
        "day": ("date", "between", "DATE(2020,1,1)", "DATE(2020,12,31)"),
        "any_day": ("date", "greaterThanOrEqual", "DATE(1900,1,1)", None),
        "slashed": (None, None, None, None),
    }
    for check in found.values():
        assert check.allowBlank and check.showErrorMessage
        assert len(check.error) <= 255 and len(check.prompt) <= 255 and len(check.errorTitle) <= 32
    assert "at least 0" in found["count"].error


def test_drop_downs_offer_what_is_valid(catalog: Catalog) -> None:
    book = opened(catalog, "everything")
    found = {name: check for name, check in checks(book, list(EVERYTHING)).items() if check.type == "list"}
    offered = {name: listed(book, check.formula1) for name, check in found.items()}
    assert offered == {
        "kind": ["a", "b"],
        "grade": [1, 2, 3],
        "open": ["是", "否"],
        "district": ["999901"],
        "label": ["999901", "999902"],
    }
    assert {name: check.errorStyle for name, check in found.items() if check.errorStyle != "stop"} == {
        "label": "warning"
    }
    codes = [[cell.value for cell in row] for row in book.worksheets[2].iter_rows()]
    assert any("first" in row for row in codes)
    assert any("东区" in row and "East" in row for row in codes)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dataset", CATALOG.datasets)
def test_every_field_of_the_core_datasets_is_explained_in_both_languages(dataset: str, language: str) -> None:
    book = opened(CATALOG, dataset, language)
    rows = explained(book)
    for spec in CATALOG.dataset(dataset).fields:
        row = rows[spec.name]
        assert str(row[1]).split("\n") == [spec.titles.in_language(each) for each in
                                           sorted(LANGUAGES, key=lambda each: each != language)]  # fmt: skip
        assert len(str(row[8]).split("\n")) == 2
    for rule in CATALOG.dataset(dataset).descriptor.row_constraints:
        assert any(
            rule.remedy.zh in str(cell) for row in book.worksheets[1].iter_rows(values_only=True) for cell in row
        )


def test_examples_of_fields_that_are_not_public_are_not_shown() -> None:
    dataset = CATALOG.dataset("subsidy_distribution")
    rows = explained(opened(CATALOG, dataset.id))
    assert rows["awarded_amount"][7] == "860.00"
    for spec in dataset.fields:
        if spec.disclosure.attribute != "active":
            assert rows[spec.name][7] is None
    everything = make_template(dataset, CATALOG, "zh").content
    with zipfile.ZipFile(io.BytesIO(everything)) as package:
        assert not any(b"580102195607042113" in package.read(name) for name in package.namelist())


def test_how_fields_are_disclosed_is_said() -> None:
    rows = {name: str(row[8]) for name, row in explained(opened(CATALOG, "subsidy_distribution")).items()}
    assert rows["currency"].startswith("published as it is")
    assert "in rows where “Recipient kind” is individual" in rows["recipient_name"]
    assert "pseudonym, under the name recipient_surrogate" in rows["recipient_identity_number"]
    assert "not published (basis:" in rows["phone"]
    assert (
        "responsible: Yunchuan Civil Affairs Bureau)" in rows["phone"] and "责任单位：云川市民政局）" in rows["phone"]
    )
    assert "beginning of the code" in rows["beneficiary_division"]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@"])
def test_nothing_becomes_a_formula(tmp_path: Path, begin: str) -> None:
    evil = f'{begin}HYPERLINK("http://x.example","y")'
    texts = {"zh": evil, "en": evil}
    changed = {
        "short": {**EVERYTHING["short"], "titles": texts, "descriptions": texts, "example": evil},
        "kind": {**EVERYTHING["kind"], "categories": [{"value": evil, "label": evil}]},
        "month": {**EVERYTHING["month"], "titles": texts},
    }
    book = opened(registry(tmp_path, **changed), "everything")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    found = [cell for cell in cells if str(cell.value).startswith(evil)]
    assert len(found) >= 5
    assert all(cell.quotePrefix for cell in found)


def test_titles_that_a_mark_cannot_hold_are_made_plain(tmp_path: Path) -> None:
    titles = {
        "key": {"zh": "\u200b", "en": "x"},
        "short": {"zh": "两\n行\u200b", "en": "x"},
        "kind": {"zh": "长" * 300, "en": "x"},
        "grade": {"zh": "<a href='b'>&amp;</a>", "en": "x"},
    }
    catalog = registry(tmp_path, **{name: {**EVERYTHING[name], "titles": texts} for name, texts in titles.items()})
    path = tmp_path / "template.xlsx"
    path.write_bytes(make_template(catalog.dataset("everything"), catalog, "zh").content)
    mark = read_mark(path)
    assert mark is not None
    labels = [column.label for column in mark.columns]
    assert labels[:4] == ["key *", "两 行", "长" * 100, "<a href='b'>&amp;</a>"]
    assert labels == [cell.value for cell in openpyxl.load_workbook(path).worksheets[0][1]]
    assert all(len(value) <= 255 for value in mark.properties().values())


def test_prompts_are_as_long_as_excel_takes(tmp_path: Path) -> None:
    long = {"zh": "\U00020000" * 300, "en": "\U00020000" * 300}
    catalog = registry(tmp_path, key={**EVERYTHING["key"], "titles": long, "descriptions": long})
    check = checks(opened(catalog, "everything"), list(EVERYTHING))["key"]
    for text, limit in ((check.promptTitle, 32), (check.prompt, 255)):
        assert limit - 2 <= len(text.encode("utf-16-le")) / 2 <= limit
        assert text.endswith("\U00020000…")


def test_a_dataset_that_is_not_disclosed_says_so_and_shows_no_values() -> None:
    dataset = CATALOG.dataset("department_budget")
    withheld = dataset.descriptor.disclosure.model_copy(update={"attribute": Attribute.WITHHELD})
    descriptor = dataset.descriptor.model_copy(update={"disclosure": withheld})
    made = make_template(dataclasses.replace(dataset, descriptor=descriptor), CATALOG, "en")
    row = explained(openpyxl.load_workbook(io.BytesIO(made.content)))["amount"]
    assert row[7] is None
    assert str(row[8]).startswith("not published: the dataset is not actively disclosed (basis: Budget Law")


def test_fields_with_one_title_are_told_apart(tmp_path: Path) -> None:
    same = {"zh": "名称", "en": "Name"}
    catalog = registry(
        tmp_path, short={**EVERYTHING["short"], "titles": same}, kind={**EVERYTHING["kind"], "titles": same}
    )
    header = [cell.value for cell in opened(catalog, "everything", "zh").worksheets[0][1]]
    assert header[1:3] == ["名称 (short)", "名称 (kind)"]


@pytest.mark.parametrize("kind", get_args(FieldType))
def test_every_type_has_a_template(tmp_path: Path, kind: str) -> None:
    catalog = registry(tmp_path, key=field("key", kind, constraints={"required": True}))
    rows = explained(opened(catalog, "everything"))
    assert rows["key"][3]


@pytest.mark.parametrize("dataset", CATALOG.datasets)
def test_templates_open_in_other_readers_and_are_known_again(dataset: str, tmp_path: Path) -> None:
    described: Dataset = CATALOG.dataset(dataset)
    made = make_template(described, CATALOG, "zh")
    path = tmp_path / "template.xlsx"
    path.write_bytes(made.content)
    with calamine.load_workbook(str(path)) as book:
        assert tuple(book.sheet_names) == made.sheets
        (header,) = book.get_sheet_by_index(0).to_python()
    mark = read_mark(path)
    assert mark is not None
    assert [column.label for column in mark.columns] == header
    assert [column.field for column in mark.columns] == [spec.name for spec in described.fields]
    assert dataclasses.astuple(mark.differences(described)) == (False, (), (), ())
