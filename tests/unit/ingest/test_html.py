"""HTML tables: cells and spans as browsers place them, encodings, and pages that are made to do harm."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from ingesting import column, read_files, rows_of
from spreadsheets import page, table

from pipelines.core.errors import DeliveryRejected
from pipelines.ingest.readers import open_grids
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout

HEADER = ["tree_id", "species", "district", "height", "planted", "felled", "keeper_phone", "note"]
HTML: dict[str, Any] = {"format": "html"}


def cells_of(folder: Path, text: str, **layout: Any) -> list[list[str | None]]:
    path = folder / "t.html"
    path.write_text(text, encoding="utf-8")
    options = Layout(name="t", format=FileFormat.HTML, **layout)
    [grid] = open_grids(SourceFile("t.html", path, FileFormat.HTML), options, [])
    rows = list(grid.rows())
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    return [row.cells for row in rows]


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(DeliveryRejected) as caught:
        read_files(folder, {"t.html": text.encode() if isinstance(text, str) else text}, HTML)
    [finding] = caught.value.findings
    assert finding.message.text("en") and finding.message.text("zh")
    assert finding.remedy.text("en") and finding.remedy.text("zh")
    return finding.rule


@pytest.mark.parametrize("name", ["t.xls", "t.csv", "t.html"])
def test_a_page_is_known_by_its_bytes(tmp_path: Path, name: str) -> None:
    begins = [
        "",
        "<!-- made by x --> ",
        '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0">',
        "\n<META x>",
    ]
    for number, begin in enumerate([*begins, "\ufeff<!DOCTYPE HTML>", "<style>p{}</style>"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        raw = read_files(folder, {name: (begin + page(table([HEADER, ["A1", "松"]]))).encode()}, HTML)
        assert rows_of(raw) == [[2, "A1", "松", "", "", "", "", "", ""]]
        assert [finding.rule for finding in raw.findings] == ([] if name == "t.html" else ["disguised-file"])
        assert (raw.rows_in_files, dict(raw.excluded)) == (2, {"header": 1})
        assert [(reading.sheet, reading.format, reading.encoding) for reading in raw.readings] == [
            ("table 1", "html", "utf-8")
        ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a &amp; b&nbsp;&#20013;&lt;b&gt;", "a & b\xa0中<b>"),
        (" two \n\t words ", "two words"),
        ("one<br>two<br/>", "one\ntwo"),
        ("<p>one</p><p>two <b>bold</b></p>", "one\ntwo bold"),
        ("&nbsp;", ""),
        ("=1+1", "=1+1"),
        ("x<script>if (a < b) { '</td>' }</script>y<style>td {}</style>", "xy"),
        ('<a class="comment-indicator"></a><comment>internal remark</comment> x', "x"),
        ("x<!-- <td>no</td> -->y", "xy"),
        ("<![if !supportEmptyParas]>x<![endif]>", "x"),
        ('<span title="<td>">x</span>', "x"),
        ("1 < 2 & 3", "1 < 2 & 3"),
    ],
)
def test_cells_become_text(tmp_path: Path, written: str, read: str) -> None:
    assert cells_of(tmp_path, f"<table><tr><td>k<td>{written}</td></tr></table>") == [["k", read] if read else ["k"]]


def test_tags_that_may_be_left_out_are_put_in(tmp_path: Path) -> None:
    text = "<table><caption>c</caption><thead><tr><th>a<th>b<tbody><tr><td>1<td>2<tr><td>3</table>"
    assert cells_of(tmp_path, text) == [["a", "b"], ["1", "2"], ["3", ""]]
    assert cells_of(tmp_path, "<TABLE><TD>1<TD>2</TABLE>") == [["1", "2"]]
    assert cells_of(tmp_path, "<table><tr><td>1</tr><tr></tr><tr><td>2</tr></table>") == [["1"], [""], ["2"]]


def test_spans_take_their_places(tmp_path: Path) -> None:
    text = (
        '<table><tr><td rowspan=2>a<td colspan="2">b<td>c</tr><tr><td>d<td>e<td>f</tr>'
        "<tr><td colspan=0>g<td rowspan=junk>h</tr></table>"
    )
    assert cells_of(tmp_path, text) == [["a", "b", "", "c"], ["", "d", "e", "f"], ["g", "h", "", ""]]
    sections = "<table><tbody><tr><td rowspan=0>a<td>b<tr><td>c<tr><td>d<tbody><tr><td>e<td>f</table>"
    assert cells_of(tmp_path, sections) == [["a", "b"], ["", "c"], ["", "d"], ["e", "f"]]
    beyond = "<table><thead><tr><td rowspan=9>a<td>b<tbody><tr><td>c<td>d</table>"
    assert cells_of(tmp_path, beyond) == [["a", "b"], ["c", "d"]]


def test_spanned_labels_name_the_columns_below_them(tmp_path: Path) -> None:
    text = page(
        "<table><tr><td colspan=3>Trees<tr><th rowspan=2>tree_id<th colspan=2>size<tr><th>m<th>cm"
        "<tr><td rowspan=2>A1<td>1<td>2<tr><td>3<td>4</table>"
    )
    columns = {"tree_id": "tree_id", "size/m": "height", "size/cm": "note"}
    layout = {**HTML, "header_row": 2, "header_rows": 2, "columns": columns}
    filled = {**layout, "steps": [{"step": "fill_down", "fields": ["tree_id"]}]}
    raw = read_files(tmp_path, {"t.html": text.encode()}, filled)
    assert raw.labels == ("tree_id", "height", "note")
    assert rows_of(raw) == [[4, "A1", "1", "2"], [5, "A1", "3", "4"]]
    assert (raw.rows_in_files, dict(raw.excluded)) == (5, {"preamble": 1, "header": 2})


def test_tables_are_chosen_by_position_or_caption(tmp_path: Path) -> None:
    named = table([HEADER, ["A2"]]).replace("<table>", "<table><caption>Trees of <b>2026</b></caption>")
    content = page(table([["menu", "home"]]), named, table([HEADER, ["A3"]])).encode()
    for wanted, found in (("table 2", ["A2"]), ("Trees*", ["A2"]), ("table [23]", ["A2", "A3"])):
        raw = read_files(tmp_path, {"t.html": content}, {**HTML, "sheet": wanted})
        assert column(raw, "tree_id") == found
        assert [finding.location.sheet for finding in raw.findings if finding.rule == "sheet-not-read"] == [
            name for name in ("table 1", "table 2", "table 3") if name not in column(raw, "_sheet")
        ]


def test_what_is_hidden_is_told(tmp_path: Path) -> None:
    hide = 'style="color:red; DISPLAY : none"'
    rows = f"<tr><td>A1</td><td {hide}>x</td></tr><tr {hide}><td>A2</td></tr><tr hidden><td>A3</td></tr>"
    first = table([HEADER]).replace("</table>", f"{rows}</table>")
    second = table([HEADER, ["A4"]]).replace("<table>", f"<table {hide}>")
    raw = read_files(tmp_path, {"t.html": page(first, second).encode()}, HTML)
    assert [(finding.rule, finding.location.sheet, finding.message.params) for finding in raw.findings] == [
        ("hidden-sheet", "table 2", {}),
        ("hidden-cells", "table 1", {"rows": 2, "columns": 1}),
    ]
    assert column(raw, "tree_id") == ["A1", "A2", "A3"]


CHINESE = "项目负责人周喆，云川市东城区"


@pytest.mark.parametrize(
    ("charset", "codec", "encoding", "text"),
    [
        ("gb2312", "gb18030", "gb18030", CHINESE),
        ("GBK", "gbk", "gb18030", CHINESE),
        ("big5", "big5", "big5", "臺北市補助款發放清冊"),
        ("utf-8", "utf-8", "utf-8", CHINESE),
        ("gb2312", "utf-8", "utf-8", "，".join([CHINESE] * 3)),
        ("iso-8859-1", "utf-8", "utf-8", "Ärger über Öl"),
        ("iso-8859-1", "cp1252", "cp1252", "Ärger über Öl"),
        ("unicode", "utf-16", "utf-16", CHINESE),
    ],
)
def test_declared_encodings_are_proved(tmp_path: Path, charset: str, codec: str, encoding: str, text: str) -> None:
    content = page(table([HEADER, ["A1", text]]), charset=charset).encode(codec)
    raw = read_files(tmp_path, {"t.xls": content}, {**HTML, "encoding": ["utf-8", "utf-16"]})
    assert column(raw, "species") == [text]
    assert raw.readings[0].encoding == encoding


def test_bytes_that_are_in_no_declared_encoding_are_refused(tmp_path: Path) -> None:
    latin = page(table([HEADER, ["A1", "Ärger über Öl"]]), charset="utf-8").encode("latin-1")
    assert refusal(tmp_path, latin) == "undecodable"
    taiwan = page(table([HEADER, ["A1", "臺北市補助款發放清冊，農業發展補助對象名單"]]), charset="gb2312").encode(
        "big5"
    )
    assert refusal(tmp_path, taiwan) in {"undecodable", "implausible-text"}
    assert refusal(tmp_path, page(table([HEADER, ["A\0"]]))) == "nul-characters"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("<html><body>Please log in</body></html>", "html-no-table"),
        ("<table></table>", "no-sheet"),
        (page("<table><tr><td><table><tr><td>x</table></table>"), "nested-table"),
        (page(table([HEADER]))[:-30], "html-cut"),
        (page(table([HEADER])) + "<!-- ", "html-cut"),
        (page(table([HEADER])) + "<script>x", "html-cut"),
        (page(table([HEADER]))[:-20] + "<td class='", "html-cut"),
        (page("<table><tr><td>" + "x" * (2 << 20) + "</table>"), "row-too-long"),
        (page("<table><tr><td>" + "x" * (1 << 20) + "<br></table>"), "row-too-long"),
        (page("<table><tr><td>" + "<br" + " x" * (2 << 20) + ">x</table>"), "row-too-long"),
        (page("<table><tr>" + "<td colspan=1000>" * 17 + "</table>"), "sheet-too-wide"),
        (page("<table><tr>" + "<td rowspan=999999>" * 16_000 + "<tr>" * 2_000 + "</table>"), "page-too-large"),
        (page("<table><tr>" + "<td colspan=1000 rowspan=60000>" * 16 + "<tr>" * 2_000 + "</table>"), "page-too-large"),
        (page("<table></table>" * 101), "too-many-tables"),
        (page("<table><tr><td><![unknown[x]]></table>"), "damaged-file"),
        (page("<table><tr><td><x:int><textarea></table>"), "no-sheet"),
    ],
    ids=lambda value: value[-30:],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, text: str, rule: str) -> None:
    assert refusal(tmp_path, text) == rule


@pytest.mark.parametrize(
    "part", ["<!--", "<a ", "<![", "<!", "</", "<?", "&#", "&", "<a b='", "<script>", "<table", "]]>", "<!--->", "< "]
)
def test_a_page_of_openings_alone_takes_little_time(tmp_path: Path, part: str) -> None:
    begin = time.process_time()
    assert refusal(tmp_path, "<html>" + part * 500_000) in {
        "html-cut", "html-no-table", "row-too-long", "nested-table", "damaged-file", "too-many-tables"
    }  # fmt: skip
    assert time.process_time() - begin < 20


def test_a_long_table_is_read_piece_by_piece(tmp_path: Path) -> None:
    rows = [HEADER, *([f"A{number}", "x" * 50] for number in range(20_000))]
    raw = read_files(tmp_path, {"t.html": page(table(rows)).encode()}, HTML)
    assert column(raw, "tree_id") == [f"A{number}" for number in range(20_000)]
    assert (raw.rows, raw.rows_in_files) == (20_000, 20_001)
