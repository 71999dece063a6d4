"""What moved in a delivery is told by its report, and taken into the descriptor on request."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from flowing import GOOD, HEADER, Command, Deliver

from pipelines.core.paths import Workspace

pytestmark = pytest.mark.usefixtures("untold")
DELIVERY = "tree_inventory.2025.parks_office"
ACCEPT = ("report", DELIVERY, "--accept-layout")
CHINESE = {"编号": "tree_id", "树种": "species", "所在区": "district", "树高": "height", "种植日期": "planted",
           "砍伐日期": "felled", "养护电话": "keeper_phone", "说明": "note"}  # fmt: skip
LABELS = ",".join(CHINESE) + "\n"
NOTED = GOOD.replace("by the gate", "位于公园东门旁边的古树")


@pytest.fixture
def descriptor(workspace: Workspace) -> Path:
    return next(workspace.schema.rglob("tree_inventory/dataset.yaml"))


def declare(descriptor: Path, **changes: Any) -> None:
    """Change the one layout, and put comments around it."""
    document = yaml.safe_load(descriptor.read_text("utf-8"))
    document["layouts"][0] |= changes
    head = {key: value for key, value in document.items() if key != "layouts"}
    text = yaml.safe_dump(head, allow_unicode=True, sort_keys=False) + "# how it comes\nlayouts:\n# the department's\n"
    entry = yaml.safe_dump(document["layouts"], allow_unicode=True, sort_keys=False)
    descriptor.write_text(text + entry.replace("\n", "  # kept\n", 1), "utf-8")


def rules(gongkai: Command) -> dict[str, str]:
    """What the report says about the layout, by rule."""
    findings = gongkai.json("report", DELIVERY)["findings"]
    return {finding["rule"]: finding["message"]["en"] for finding in findings if finding["check"] == "read"}


def accepted(gongkai: Command) -> list[tuple[str, Any, Any]]:
    """Accept the layout, run, and see that this was all there was to do."""
    stored = gongkai.json(*ACCEPT)
    assert stored["layout_stored"], stored
    assert gongkai("check").exit_code == 0
    gongkai("run")
    report = gongkai.json("report", DELIVERY)
    assert report["verdict"] == "accepted", report
    assert report["findings"] == []
    return [(change["key"], change["declared"], change["found"]) for change in stored["layout_changes"]]


def workbook(path: Path, **sheets: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path.read_bytes()


def cells(text: str) -> list[list[str | None]]:
    return [[cell or None for cell in line.split(",")] for line in text.splitlines()]


def test_a_header_on_another_row(gongkai: Command, deliver: Deliver, descriptor: Path) -> None:
    declare(descriptor)
    deliver("Trees of the city,,,\n\n" + HEADER + GOOD)
    gongkai("run")
    (finding,) = gongkai.json("report", DELIVERY)["findings"]
    assert (finding["rule"], finding["row"]) == ("header-elsewhere", 3)
    before = descriptor.read_text("utf-8")
    assert accepted(gongkai) == [("header_row", 1, 3)]
    assert descriptor.read_text("utf-8").replace("header_row: 3\n  ", "") == before
    assert "nothing was changed" in gongkai(*ACCEPT).stdout


def test_a_change_is_only_shown_on_a_dry_run(gongkai: Command, deliver: Deliver, descriptor: Path) -> None:
    deliver("Trees of the city,,,\n\n" + HEADER + GOOD)
    gongkai("run")
    before = descriptor.read_bytes()
    shown = gongkai(*ACCEPT, "--dry-run")
    assert "+  header_row: 3" in shown.stdout.replace("- header_row", "  header_row")
    assert "Nothing was changed" in shown.stdout
    assert not gongkai.json(*ACCEPT, "--dry-run")["layout_stored"]
    assert descriptor.read_bytes() == before
    assert gongkai("report", DELIVERY, "--dry-run").exit_code == 2


def refuses(gongkai: Command, descriptor: Path, why: str) -> None:
    """Accepting fails for that reason and leaves the descriptor as it is."""
    before = descriptor.read_bytes()
    refused = gongkai(*ACCEPT)
    assert refused.exit_code == 1
    assert why in refused.output
    assert descriptor.read_bytes() == before


def test_tables_that_differ_fit_no_layout(gongkai: Command, deliver: Deliver, descriptor: Path) -> None:
    folder = deliver("Trees,,,\n" + HEADER + GOOD).parent
    (folder / "more.csv").write_text("More,,,\n,,,\n" + HEADER + GOOD.replace("t1", "t8").replace("t2", "t9"), "utf-8")
    gongkai("run")
    refuses(gongkai, descriptor, "header_row (2, 3)")


def test_a_header_of_two_rows(gongkai: Command, deliver: Deliver, descriptor: Path) -> None:
    labels = {**CHINESE, "日期/种植": "planted", "日期/砍伐": "felled"}
    declare(
        descriptor, columns={label: name for label, name in labels.items() if label not in ("种植日期", "砍伐日期")}
    )
    deliver("编号,树种,所在区,树高,日期,,养护电话,说明\n,,,,种植,砍伐,,\n" + GOOD)
    gongkai("run")
    assert rules(gongkai)["moved-header-rows"] == "Rows of the header: 2, expected: 1."
    assert accepted(gongkai) == [("header_rows", 1, 2)]


def test_another_encoding_is_added_when_it_is_proven(gongkai: Command, deliver: Deliver, descriptor: Path) -> None:
    declare(descriptor, encoding=["utf-8"], columns=CHINESE)
    deliver((LABELS + NOTED).encode("gb18030"))
    gongkai("run")
    told = rules(gongkai)
    assert told["moved-encoding"] == "All of the text is gb18030, expected: utf-8."
    assert accepted(gongkai) == [("encoding", ["utf-8"], ["utf-8", "gb18030"])]


def test_an_encoding_that_is_not_proven_is_told_with_candidates(
    gongkai: Command, deliver: Deliver, descriptor: Path
) -> None:
    deliver((HEADER + GOOD.replace("by the gate", "café")).encode("cp1252"))
    gongkai("run")
    before = descriptor.read_bytes()
    assert "cp1252, mac_roman" in rules(gongkai)["moved-encoding-ambiguous"]
    assert "Not taken" in gongkai(*ACCEPT).stdout
    assert descriptor.read_bytes() == before


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_another_delimiter(gongkai: Command, deliver: Deliver, descriptor: Path, mark: str) -> None:
    declare(descriptor)
    deliver((HEADER + GOOD).replace(",", mark))
    gongkai("run")
    assert "expected “,”" in rules(gongkai)["moved-delimiter"]
    assert accepted(gongkai) == [("delimiter", ",", mark)]


def test_several_things_at_once(gongkai: Command, deliver: Deliver, descriptor: Path) -> None:
    declare(descriptor, columns=CHINESE)
    table = (LABELS + NOTED).replace("树种", "树种名称").replace(",", ";")
    deliver(("2025年树木\n\n" + table).encode("gb18030"))
    gongkai("run")
    told = rules(gongkai)
    assert {"moved-encoding", "moved-delimiter", "moved-header-row", "moved-column"} <= told.keys()
    keys = [key for key, _, _ in accepted(gongkai)]
    assert keys == ["encoding", "delimiter", "header_row", "columns"]


def test_another_sheet(gongkai: Command, deliver: Deliver, descriptor: Path, tmp_path: Path) -> None:
    declare(descriptor, format="xlsx", sheet="trees*")
    table = cells(HEADER + GOOD)
    content = workbook(tmp_path / "b.xlsx", 说明=[["how to fill this in"]], **{"2025年": table})
    deliver(content, name="trees.xlsx")
    gongkai("run")
    assert "“2025年”, expected one whose name fits “trees*”" in rules(gongkai)["moved-sheet"]
    stored = gongkai.json(*ACCEPT)
    assert stored["layout_changes"][0]["found"] == "2025年"
    gongkai("run")
    assert gongkai.json("report", DELIVERY)["verdict"] == "accepted"


def test_several_sheets_are_left_to_the_officer(
    gongkai: Command, deliver: Deliver, descriptor: Path, tmp_path: Path
) -> None:
    declare(descriptor, format="xlsx", sheet="trees*")
    table = cells(HEADER + GOOD)
    deliver(workbook(tmp_path / "b.xlsx", east=table, west=table), name="trees.xlsx")
    gongkai("run")
    before = descriptor.read_bytes()
    assert "east, west" in rules(gongkai)["moved-sheet-several"]
    assert "Not taken" in gongkai(*ACCEPT).stdout
    assert descriptor.read_bytes() == before


@pytest.mark.parametrize("declared", [None, "^Source"])
def test_remarks_below_the_table(gongkai: Command, deliver: Deliver, descriptor: Path, declared: str | None) -> None:
    declare(descriptor, footer=declared)
    deliver(HEADER + GOOD + "备注：以上为市属公园\n填表人：某某\n")
    gongkai("run")
    assert "begin on this row (2 rows)" in rules(gongkai)["moved-footer"]
    ((key, was, found),) = accepted(gongkai)
    assert (key, was) == ("footer", declared)
    assert "某某" not in str(found)


def test_totals_are_told(gongkai: Command, deliver: Deliver) -> None:
    deliver(HEADER + GOOD + "合计,,,15.5,,,,\n")
    gongkai("run")
    assert "exclude_totals" in rules(gongkai)["moved-totals"]
    assert "Not taken" in gongkai(*ACCEPT).stdout


@pytest.mark.parametrize(
    "found", ["树种名称", "树 种", "（树种）", '"树\n种"', "Species", "species字段"],
)  # fmt: skip
def test_a_column_with_another_label(gongkai: Command, deliver: Deliver, descriptor: Path, found: str) -> None:
    declare(descriptor, columns=CHINESE)
    deliver(LABELS + NOTED, organisation="east_district_office")
    deliver((LABELS + NOTED.replace("t1", "t7").replace("t2", "t8")).replace("树种", found))
    gongkai("run")
    if "\n" in found or " " in found:  # white space is no difference
        assert gongkai.json("report", DELIVERY)["verdict"] == "accepted"
        return
    assert "Column 2" in rules(gongkai)["moved-column"]
    assert accepted(gongkai) == [("columns", "树种", found)]
    text = descriptor.read_text("utf-8")
    assert text.count("# kept") == 1
    assert list(yaml.safe_load(text)["layouts"][0]["columns"])[1:3] == ["树种", found]
    older = gongkai.json("report", "tree_inventory.2025.east_district_office")
    assert older["verdict"] == "accepted"


@pytest.mark.parametrize(("declared", "found", "rule"), [
    ("本年高度", "上年高度", "moved-column-like"), ("2024年高度", "2025年高度", "moved-column-like"),
    ("养护费（元）", "养护费（万元）", "moved-column-unit"), ("在职", "不在职", "moved-column-like"),
    ("树高", "经纬", "moved-columns-missing"),
])  # fmt: skip
def test_a_label_that_says_something_else_is_never_taken(
    gongkai: Command, deliver: Deliver, descriptor: Path, declared: str, found: str, rule: str
) -> None:
    columns = {declared if name == "height" else label: name for label, name in CHINESE.items()}
    declare(descriptor, columns=columns)
    deliver((LABELS + NOTED).replace("树高", found).replace(",", ";") if rule == "moved-columns-missing"
            else (LABELS + NOTED).replace("树高", found))  # fmt: skip
    gongkai("run")
    assert rule in rules(gongkai)
    gongkai(*ACCEPT)
    assert found not in descriptor.read_text("utf-8")


def test_another_format_of_the_same_columns(
    gongkai: Command, deliver: Deliver, descriptor: Path, tmp_path: Path
) -> None:
    declare(descriptor, columns=CHINESE, file="*.csv")
    deliver(LABELS + NOTED, organisation="east_district_office")
    title: list[list[Any]] = [["2025年树木"], *cells(LABELS + NOTED.replace("t1", "t7").replace("t2", "t8"))]
    deliver(workbook(tmp_path / "b.xlsx", trees=title), name="trees.xlsx")
    gongkai("run")
    assert rules(gongkai)["moved-format"].startswith("The file is xlsx")
    changes = accepted(gongkai)
    assert ("format", "csv", "xlsx") in changes
    first, second = yaml.safe_load(descriptor.read_text("utf-8"))["layouts"]
    assert (first["name"], first["format"], first["header_row"], second["name"]) == ("flat_xlsx", "xlsx", 2, "flat")
    assert "file" not in first
    assert gongkai.json("report", "tree_inventory.2025.east_district_office")["verdict"] == "accepted"


@pytest.mark.parametrize("above", [[], ["2025年树木"]])
def test_another_format_has_no_range_and_hides_nothing(
    gongkai: Command, deliver: Deliver, descriptor: Path, above: list[str]
) -> None:
    hidden = {"rows": "leave_out"}
    declare(descriptor, columns=CHINESE, file="*.xlsx", format="xlsx", range="A2:H", hidden=hidden)
    deliver("".join(f"{line}\n" for line in above) + LABELS + NOTED)
    gongkai("run")
    assert ("format", "xlsx", "csv") in accepted(gongkai)
    first, second = yaml.safe_load(descriptor.read_text("utf-8"))["layouts"]
    assert (first["format"], first.get("header_row", 1)) == ("csv", 1 + len(above))
    assert first.keys().isdisjoint({"range", "hidden"})
    assert (second["range"], second["hidden"]) == ("A2:H", hidden)


@pytest.mark.parametrize("name", ["east-2025.csv", "trees.csv"])
def test_older_files_keep_their_layout_where_names_tell_them_apart(
    gongkai: Command, deliver: Deliver, descriptor: Path, name: str
) -> None:
    declare(descriptor)
    deliver(HEADER + GOOD, organisation="east_district_office", name="trees.csv")
    deliver((HEADER + GOOD.replace("t1", "t7").replace("t2", "t8")).replace(",", ";"), name=name)
    gongkai("run")
    stored = gongkai.json(*ACCEPT)
    gongkai("run")
    assert gongkai.json("report", DELIVERY)["verdict"] == "accepted"
    older = gongkai.json("report", "tree_inventory.2025.east_district_office")
    layouts = yaml.safe_load(descriptor.read_text("utf-8"))["layouts"]
    if name == "trees.csv":
        assert stored["layout_older"] == ["tree_inventory.2025.east_district_office.1"]
        assert (len(layouts), older["verdict"]) == (1, "rejected")
    else:
        assert stored["layout_older"] == []
        assert [(layout["name"], layout.get("file")) for layout in layouts] == [
            ("flat_2", "east-*.csv"),
            ("flat", None),
        ]
        assert older["verdict"] == "accepted"


def test_what_would_still_not_be_read_is_refused(gongkai: Command, deliver: Deliver, descriptor: Path) -> None:
    folder = deliver((HEADER + GOOD).replace(",", ";")).parent
    (folder / "other.csv").write_text("no,table,here\n1,2,3\n", "utf-8")
    gongkai("run")
    refuses(gongkai, descriptor, "would still not be read")


def test_layouts_that_share_an_anchor_are_changed_by_hand(gongkai: Command, deliver: Deliver, descriptor: Path) -> None:
    text = descriptor.read_text("utf-8")
    begin = text.index("layouts:")
    shared = text.index("row_constraints:")
    layouts = ("layouts:\n- {name: flat, format: csv, columns: &c {编号: tree_id}}\n"
               "- {name: other, format: xlsx, columns: *c}\n")  # fmt: skip
    descriptor.write_text(text[:begin] + layouts + text[shared:], "utf-8")
    deliver((HEADER + GOOD).replace("tree_id", "Tree ID"))
    gongkai("run")
    refuses(gongkai, descriptor, "by hand")


def test_movements_are_on_the_page_and_in_both_languages(gongkai: Command, deliver: Deliver, tmp_path: Path) -> None:
    deliver((HEADER + GOOD).replace(",", ";"))
    gongkai("run")
    assert "separated by “;”" in gongkai("report", DELIVERY).stdout
    gongkai("report", DELIVERY, "--lang", "zh", "--html", str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "单元格以“;”分隔" in page
    assert f"gongkai report {DELIVERY}.1 --accept-layout" in page
