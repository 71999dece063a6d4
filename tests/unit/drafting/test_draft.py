from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from drafting import NAME, draft, registry
from ingesting import archive, workbook

from pipelines.core.check_digits import is_identity_number
from pipelines.drafting import Answers, CannotDraft, draft_dataset
from pipelines.registry.steps import FillDown

PLAIN = "park,visits\nEast Lake,12\nWest Hill,9\n"


def identity_number(number: int) -> str:
    """A number of a division that does not exist, with its check character."""
    first = f"58010119800101{number:03}"
    return next(first + mark for mark in "0123456789X" if is_identity_number(first + mark))


def refused(folder: Path, file: str, content: bytes, **answers: object) -> list[str]:
    with pytest.raises(CannotDraft) as caught:
        draft(folder, file, content, **answers)
    for message, remedy in caught.value.reasons:
        assert message.text("en") and message.text("zh") and remedy.text("en") and remedy.text("zh")
    schema = registry(folder)
    assert not list(schema.glob(f"datasets/*/{NAME}")) and not list(schema.glob("datasets/.draft-*"))
    return [message.id for message, _ in caught.value.reasons]


def test_a_plain_table(tmp_path: Path) -> None:
    made = draft(tmp_path, "parks.csv", PLAIN.encode())
    assert made.types == {"park": "string", "visits": "integer"}
    assert made.dataset.primary_key == ("park",)
    assert made.example() == ["park,visits", "East Lake,12", "West Hill,9"]
    assert set(made.drafted.examples) >= {"valid.csv", "invalid_type-error.csv", "invalid_primary-key.csv"}


def test_a_report_with_preamble_unit_merged_header_totals_and_footer(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["2026年部门预算", None, None, None],
        [None, None, None, "单位：万元"],
        ["部门", "区划代码", "支出", None],
        [None, None, "一般", "教育"],
        ["东湖区", "0101", "1,200.5", 30],
        ["西山区", "0102", "800", 20.25],
        ["合计", None, "2,000.5", 50.25],
        ["数据来源：财政局", None, None, None],
    ):
        sheet.append(row)
    for cells in ("A3:A4", "B3:B4", "C3:D3"):
        sheet.merge_cells(cells)
    content = io.BytesIO()
    book.save(content)
    made = draft(tmp_path, "budget.xlsx", content.getvalue(), title="部门预算", title_en="Budgets")
    assert made.drafted.excluded == {"footer": 1, "header": 2, "preamble": 2, "total": 1}
    assert (made.layout.header_row, made.layout.header_rows) == (3, 2)
    assert list(made.layout.columns) == ["部门", "区划代码", "支出/一般", "支出/教育"]
    assert list(made.types.values()) == ["string", "string", "number", "number"]
    assert made.example()[1] == "东湖区,0101,12005000,300000"
    assert made.layout.unit_note is not None
    assert made.dataset.fields[2].unit == "CNY"
    assert made.remarks >= {"scaled", "totals", "footer"}


def test_gb18030_months_and_codes(tmp_path: Path) -> None:
    text = "编码,月份,树种\r\n" + "".join(f"{n:04},2016年{n}月,{'银杏' if n % 2 else '香樟'}\r\n" for n in range(1, 13))
    made = draft(tmp_path, "trees.csv", text.encode("gb18030"))
    assert made.types == {"code": "string", "month": "date", "species": "string"}
    assert made.layout.encoding == ("gb18030",)
    assert made.dataset.field("species").constraints.enum == ("银杏", "香樟")
    assert made.example()[1] == "0001,2016-01-01,银杏"
    assert made.remarks >= {"encoding", "listed"}


def test_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    text = "Bénéficiaire;Date de décision;Montant (€);Vide\nA;31/12/2016;1.234,50;\n"
    text += "B;01/02/2016;-7,5;\nC;02/02/2016;n.a.;\n"
    made = draft(tmp_path, "subventions.csv", text.encode())
    assert made.types == {"beneficiaire": "string", "date_de_decision": "date", "montant": "number", "vide": "string"}
    assert made.layout.delimiter == ";"
    assert made.example()[1:] == ["A,2016-12-31,1234.50,", "B,2016-02-01,-7.5,", "C,2016-02-02,,"]
    assert made.dataset.field("montant").decimals == 2


def test_identity_numbers_are_never_proposed_as_active_nor_shown(tmp_path: Path) -> None:
    numbers = [identity_number(n) for n in range(1, 4)]
    rows = [f"{number},张{n},{n + 1}00" for n, number in enumerate(numbers)]
    made = draft(tmp_path, "people.csv", "\n".join(["证号,姓名,金额", *rows]).encode())
    assert {spec.disclosure.attribute.value for spec in made.dataset.fields[:2]} == {"withheld"}
    assert made.drafted.key == ("source_row",)
    written = "".join(path.read_text(encoding="utf-8") for path in made.drafted.folder.rglob("*") if path.is_file())
    assert not any(number in written for number in numbers) and "张0" not in written


def test_ambiguous_days_stay_text(tmp_path: Path) -> None:
    made = draft(tmp_path, "days.csv", b"id,day\n1,01/02/2020\n2,03/04/2020\n")
    assert made.types["day"] == "string"
    assert "day-or-month" in made.remarks


def test_repeated_and_absent_labels_are_named_by_position(tmp_path: Path) -> None:
    made = draft(tmp_path, "t.csv", b"name,amount,amount,\na,1,2,x\nb,3,4,y\n")
    assert made.layout.columns == {"name": "name", "#2": "amount", "#3": "amount_2", "#4": "field_4"}
    assert made.example()[1] == "a,1,2,x"


def test_rows_that_no_columns_tell_apart_get_their_number_as_key(tmp_path: Path) -> None:
    made = draft(tmp_path, "t.csv", b"kind,place\na,x\na,x\nb,y\n")
    assert made.drafted.key == ("source_row",)
    assert "row-key" in made.remarks


def test_totals_that_are_none_stay_rows(tmp_path: Path) -> None:
    made = draft(tmp_path, "t.csv", b"place,amount\na,1\nb,2\nTotal,99\n")
    assert made.drafted.rows == 3
    assert "totals-kept" in made.remarks


def test_json_with_its_records_inside_a_document(tmp_path: Path) -> None:
    made = draft(
        tmp_path, "t.json", b'{"meta": {"n": 2}, "result": {"rows": [{"id": "a", "n": 1}, {"id": "b", "n": 2}]}}'
    )
    assert made.layout.records == "result.rows"
    assert made.types == {"id": "string", "n": "integer"}


def test_an_archive_of_one_file(tmp_path: Path) -> None:
    assert draft(tmp_path, "t.zip", archive({"parks.csv": PLAIN.encode()})).drafted.rows == 2


def test_what_cannot_be_read_is_refused_with_a_remedy(tmp_path: Path) -> None:
    for number, (content, reason) in enumerate(
        (
            (b"", "read-empty-file"),
            (b"%PDF-1.7", "read-unsupported-format"),
            (b"1,2\n3,4\n", "draft-no-header"),
            ("caf\xe9,b\n1,2\n".encode("latin-1"), "file-ambiguous-encoding"),
            (b"PK\x03\x04 cut", "read-damaged-file"),
        )
    ):
        assert refused(tmp_path / str(number), "t.csv", content) == [reason]


def test_answers_are_checked_and_nothing_is_overwritten(tmp_path: Path) -> None:
    for answers in ({"theme": "nowhere"}, {"organisation": "nobody"}, {"period": "weekly"}):
        assert refused(tmp_path, "t.csv", PLAIN.encode(), **answers) == ["draft-unknown-answer"]
    path = tmp_path / "parks.csv"
    path.write_text(PLAIN, encoding="utf-8")
    for name, reason in (("tree_inventory", "draft-exists"), ("../up", "draft-identifier")):
        with pytest.raises(CannotDraft) as caught:
            draft_dataset(registry(tmp_path), name, path, Answers(), tmp_path)
        assert caught.value.usage
        assert [message.id for message, _ in caught.value.reasons] == [reason]


def test_formulas_do_not_get_into_examples(tmp_path: Path) -> None:
    made = draft(tmp_path, "t.csv", b'name,note\na,"=HYPERLINK(""http://x"")"\nb,+1+1\nc,-2+3\nd,@SUM(1)\n')
    assert not any(cell[:1] in {"=", "+", "@"} for line in made.example() for cell in line.split(","))


def test_a_row_of_personal_data_is_no_header(tmp_path: Path) -> None:
    content = b"a@example.org,east\nb@example.org,west\n"
    assert refused(tmp_path, "t.csv", content, header_row=1) == ["draft-personal-label"]


def test_sheets_of_one_form_are_read_together_and_others_are_left(tmp_path: Path) -> None:
    parks: list[list[Any]] = [["park", "visits"], ["East", 1], ["West", 2]]
    made = draft(tmp_path, "t.xlsx", workbook({"2025": parks, "2026": parks}))
    assert made.drafted.rows == 4
    assert made.drafted.key == ("source_sheet", "park")
    other = draft(tmp_path / "other", "t.xlsx", workbook({"parks": parks, "notes": [["remark", "date"], ["x", "y"]]}))
    assert other.layout.sheet == "parks" and "sheet" in other.remarks


def test_all_rows_decide_on_types(tmp_path: Path) -> None:
    rows = [f"{n},{n},{n:05}" for n in range(40_000)]
    made = draft(tmp_path, "t.csv", "\n".join(["id,size,code", *rows, "40000,unknown,A"]).encode())
    assert made.types == {"id": "string", "size": "string", "code": "string"}


def test_values_that_all_stand_in_a_code_list_become_its_codes(tmp_path: Path) -> None:
    schema = registry(tmp_path)
    codes = schema / "codelists" / "district.csv"
    codes.write_text(codes.read_text(encoding="utf-8") + "999903,北区,North\n", encoding="utf-8")
    made = draft(tmp_path, "t.csv", "id,district\n1,东区\n2,西区\n3,北区\n".encode())
    assert made.dataset.field("district").codelist == "district"
    assert made.example()[1] == "1,999901"


def test_a_draft_says_what_becomes_of_what_a_workbook_hides(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["park", "visits"], ["East Lake", 12], ["West Hill", 9]):
        book.worksheets[0].append(row)
    plain, hiding = io.BytesIO(), io.BytesIO()
    book.save(plain)
    book.worksheets[0].row_dimensions[3].hidden = True
    book.save(hiding)
    made = draft(tmp_path / "hiding", "parks.xlsx", hiding.getvalue())
    assert "hidden" in made.layout.model_fields_set
    assert made.layout.hidden.model_dump(mode="json") == {"sheets": "leave_out", "rows": "read", "columns": "read"}
    assert "hidden" not in draft(tmp_path / "plain", "parks.xlsx", plain.getvalue()).layout.model_fields_set


def test_numbers_of_things_are_counts_and_numbers_that_name_things_are_codes(tmp_path: Path) -> None:
    made = draft(tmp_path, "t.csv", b"id,Account number,Number of grants,No. of staff\na,501,12,3\nb,502,7,4\n")
    assert list(made.types.values()) == ["string", "string", "integer", "integer"]
    header = b"Group,Households,Households\n,Number,Percent\nOne,5100,51.5\nTwo,4900,49.5\n"
    grouped = draft(tmp_path / "grouped", "t.csv", header, header_row=1, header_rows=2)
    assert list(grouped.types.values()) == ["string", "integer", "number"]


def test_empty_rows_between_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    made = draft(tmp_path, "t.csv", b"id,name\n\n1,a\n\n2,b\n\n3,c\n")
    assert (made.drafted.rows, made.drafted.excluded) == (3, {"header": 1, "blank": 3})
    assert made.layout.blank_rows == "leave_out"
    assert "blank-rows" in made.remarks


def test_spans_of_two_years_are_no_months(tmp_path: Path) -> None:
    rows = "".join(
        f"{place},{first}-{first - 1999:02},{first},2000-{first - 1999:02}\n"
        for place in "AB"
        for first in (2009, 2010)
    )
    made = draft(tmp_path, "t.csv", f"place,school year,pupils,month\n{rows}".encode())
    assert (made.types["school_year"], made.types["month"]) == ("string", "yearmonth")
    assert [message.params for message in made.drafted.assumed if message.id == "draft-month-or-years"] == [
        {"field": "school_year"}
    ]


def test_centuries_of_two_digit_years_are_told(tmp_path: Path) -> None:
    made = draft(tmp_path, "t.csv", b"k,built,seen\n1,3-Jan-41,3-Jan-2041\n2,4-Feb-79,4-Feb-1979\n")
    assert made.types == {"k": "integer", "built": "date", "seen": "date"}
    [told] = [message for message in made.drafted.assumed if message.id == "draft-two-digit-years"]
    assert told.params == {"field": "built"}


def test_what_else_a_draft_tells(tmp_path: Path) -> None:
    repeated = draft(tmp_path, "t.csv", b"Year,Budget,Actual,Budget,Actual\n2020,1,2,3,4\n2021,5,6,7,8\n")
    [told] = [message for message in repeated.drafted.assumed if message.id == "draft-repeated-labels"]
    assert told.params == {"columns": "2, 3, 4, 5"}
    assert "lost-digits" in draft(tmp_path / "b", "t.csv", b"id,card\n1,6.22202E+15\n2,6.22203E+15\n").remarks
    many = "".join(f"k{number},{1 + number / 1_000:.4f}E+15\n" for number in range(300))
    assert "lost-digits" in draft(tmp_path / "many", "t.csv", f"id,card\n{many}".encode()).remarks
    groups = draft(tmp_path / "c", "t.csv", b"Region,Place,Sum\nNorth,A,1\n,B,2\n,C,3\nSouth,D,4\n,E,5\n")
    [told] = [message for message in groups.drafted.assumed if message.id == "draft-gaps"]
    assert told.params == {"field": "region", "empty": 3, "rows": 5}


def test_signatures_below_a_table_are_its_footer_however_many_cells_they_fill(tmp_path: Path) -> None:
    rows = "编号,名称,金额\n1,甲,10\n2,乙,20\n3,丙,30\n填表人：王小明,审核人：李小红,2026年1月\n"
    made = draft(tmp_path, "t.csv", rows.encode())
    assert made.drafted.excluded == {"header": 1, "footer": 1}
    assert "王小明" not in (made.dataset.folder / "dataset.yaml").read_text(encoding="utf-8")


def test_line_breaks_of_any_kind_stay_in_their_cells(tmp_path: Path) -> None:
    made = draft(tmp_path, "t.csv", b'id,address\n1,"a\r\nb"\n2,"c\rd"\n3,e\n')
    assert made.drafted.rows == 3


def test_groups_in_merged_cells_are_filled_where_the_merges_explain_every_gap(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["区", "街道", "金额"],
        ["甲", "一", 1],
        [None, "二", 2],
        [None, "三", 3],
        ["乙", "四", 4],
        [None, "五", 5],
    ]
    made = draft(tmp_path, "t.xlsx", workbook({"表": rows}, merges={"表": ["A2:A4", "A5:A6"]}))
    assert FillDown(step="fill_down", fields=("field_1",)) in made.layout.steps
    assert "merged" in made.remarks and "gaps" not in made.remarks
    unproved = draft(tmp_path / "b", "t.xlsx", workbook({"表": rows}, merges={"表": ["A2:A4"]}))
    assert not [step for step in unproved.layout.steps if isinstance(step, FillDown)]
    assert "gaps" in unproved.remarks
    amounts: list[list[Any]] = [["街道", "金额"], ["一", 6], ["二", None], ["三", None], ["四", 4], ["五", 5]]
    figures = draft(tmp_path / "c", "t.xlsx", workbook({"表": amounts}, merges={"表": ["B2:B4"]}))
    assert not [step for step in figures.layout.steps if isinstance(step, FillDown)]


def test_a_figure_in_merged_cells_far_below_is_not_counted_for_each_of_its_rows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["街道", "金额"], *([f"街{number}", number] for number in range(1_100)), ["末", None]]
    made = draft(tmp_path, "t.xlsx", workbook({"表": rows}, merges={"表": ["B1101:B1102"]}))
    assert not [step for step in made.layout.steps if isinstance(step, FillDown)]


def test_a_row_of_units_is_part_of_the_header_also_where_units_have_its_mark(tmp_path: Path) -> None:
    made = draft(tmp_path, "t.csv", b"Station,Flow,Level\n,m3/s,cm\nA,1.5,20\nB,2.5,30\n")
    assert {spec.name: spec.unit for spec in made.dataset.fields} == {
        "station": None, "flow_m3_s": "m3/s", "level_cm": "cm"
    }  # fmt: skip
