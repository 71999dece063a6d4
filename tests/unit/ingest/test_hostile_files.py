"""Files that are cut, mangled, nested, packed or hidden become findings about the delivery they belong to."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hostile import claiming_all_cells, commands, merged
from ingesting import archive, catalog, column, dataset, delivered, read_files, workbook

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Finding
from pipelines.ingest import read

HEADER = "tree_id,species,district,height,planted,felled,keeper_phone,note"
CHINESE = {"format": "csv", "encoding": ["utf-8", "gb18030"]}


def findings(folder: Path, name: str, content: bytes, *layouts: dict[str, Any]) -> list[Finding]:
    with pytest.raises(DeliveryRejected) as caught:
        read_files(folder, {name: content}, *layouts)
    for finding in caught.value.findings:
        assert finding.message.text("en") and finding.message.text("zh") and finding.remedy.text("zh")
    return caught.value.findings


def rules(folder: Path, name: str, content: bytes, *layouts: dict[str, Any]) -> list[str]:
    return [finding.rule for finding in findings(folder, name, content, *layouts)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("臺北市補助款發放清冊，農業發展補助對象名單及金額，請各區公所協助辦理", "big5"),
        ("Ärger über Öl", "latin-1"),
        ("Ärger über Öl, “größer” als ä", "cp1252"),
    ],
)
def test_text_of_another_encoding_is_not_taken_for_gb18030(tmp_path: Path, text: str, encoding: str) -> None:
    content = f"{HEADER}\nt1,pine,999902,3,,,,{text.replace(',', '')}\n".encode(encoding)
    [finding] = findings(tmp_path, "t.csv", content, CHINESE)
    assert finding.rule in {"implausible-text", "undecodable"}
    assert finding.message.params["encodings"] == "utf-8, gb18030"


def test_the_next_candidate_gets_its_turn(tmp_path: Path) -> None:
    text = "臺北市補助款發放清冊"
    content = f"{HEADER}\nt1,pine,999902,3,,,,{text}\n".encode("big5")
    raw = read_files(tmp_path, {"t.csv": content}, {"format": "csv", "encoding": ["gb18030", "big5"]})
    assert column(raw, "note") == [text]


def test_text_that_is_plausible_in_two_encodings_is_refused(tmp_path: Path) -> None:
    both = {"format": "csv", "encoding": ["gb18030", "big5", "utf-8"]}
    content = f"{HEADER}\nt1,pine,999902,3,,,,啊阿\n".encode("gb18030")
    [finding] = findings(tmp_path, "t.csv", content, both)
    assert finding.rule == "ambiguous-encoding"
    assert finding.message.params["encodings"] == "gb18030, big5"
    assert column(read_files(tmp_path, {"t.csv": content}, CHINESE), "note") == ["啊阿"]


def test_utf_8_proves_itself_wherever_it_stands_in_the_layout(tmp_path: Path) -> None:
    content = f"{HEADER}\nt1,pine,999902,3,,,,云川市\n".encode()
    raw = read_files(tmp_path, {"t.csv": content}, {"format": "csv", "encoding": ["gb18030", "utf-8"]})
    assert column(raw, "note") == ["云川市"]
    assert raw.readings[0].encoding == "utf-8"


def test_rare_characters_of_names_are_no_reason_to_refuse(tmp_path: Path) -> None:
    note = "项目负责人周喆、王珺，云川市东城区"
    content = f"{HEADER}\nt1,pine,999902,3,,,,{note}\n".encode("gb18030")
    assert column(read_files(tmp_path, {"t.csv": content}, CHINESE), "note") == [note]
    assert rules(tmp_path, "t.csv", f"{HEADER}\nt1,\ufffd\n".encode(), CHINESE) == ["implausible-text"]


JSON = {"format": "json"}


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ('[{"tree_id": 1}][{"tree_id": 2}]', None),
        ('[{"tree_id": 1}] garbage', None),
        ("[] x", None),
        ('{"rows": [{"tree_id": 1}]} {}', "rows"),
        ('{"rows": [{"tree_id": 1}]', "rows"),
        ('{"rows": [{"tree_id": 1}], "more": }', "rows"),
        ('{"rows": [{"tree_id": 1}], "rows": [{"tree_id": 2}]}', "rows"),
        ('{"a": {"rows": [{"tree_id": 1}]}, 1}', "a.rows"),
    ],
)
def test_json_is_read_to_its_end(tmp_path: Path, text: str, records: str | None) -> None:
    layout = JSON if records is None else {**JSON, "records": records}
    assert rules(tmp_path, "t.json", text.encode(), layout) == ["json-damaged"]


def test_json_after_the_records_may_hold_anything_well_formed(tmp_path: Path) -> None:
    text = '{"a": {"rows": [{"tree_id": 1}], "n": [1, {"x": 2}]}, "b": null}\n '
    assert read_files(tmp_path, {"t.json": text.encode()}, {**JSON, "records": "a.rows"}).rows == 1


@pytest.mark.parametrize("depth", [65, 300, 900])
def test_deeply_nested_json_is_a_finding(tmp_path: Path, depth: int) -> None:
    text = '[{"tree_id": 1, "note": ' + "[" * depth + "]" * depth + "}]"
    [rule] = rules(tmp_path, "t.json", text.encode(), JSON)
    assert rule in {"json-too-deep", "json-damaged"}


def parquet(table: pa.Table, **options: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, compression="zstd", **options)
    return stream.getvalue()


@pytest.mark.parametrize("nested", [False, True])
def test_a_few_kilobytes_of_parquet_cannot_fill_the_memory(tmp_path: Path, nested: bool) -> None:
    rows = 4_096
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * (2 << 20)]))
    column: pa.Array = pa.ListArray.from_arrays(pa.array(range(rows + 1), pa.int32()), texts) if nested else texts
    content = parquet(pa.table({"tree_id": [f"t{n}" for n in range(rows)], "note": column}))
    assert len(content) < 100_000
    before = pa.total_allocated_bytes()
    assert rules(tmp_path, "t.parquet", content, {"format": "parquet"}) == ["parquet-record"]
    assert pa.total_allocated_bytes() - before < 64 << 20


def test_large_rows_of_parquet_are_passed_on_in_small_batches(tmp_path: Path) -> None:
    text = "x" * 100_000
    table = pa.table({"tree_id": [f"t{n}" for n in range(400)], "note": [text] * 399 + [None]})
    raw = read_files(tmp_path, {"t.parquet": parquet(table)}, {"format": "parquet"})
    with pq.ParquetFile(raw.parquet) as stored:
        assert (stored.metadata.num_rows, stored.metadata.num_row_groups) == (400, 3)
    assert column(raw, "note") == [text] * 399 + [None]


def test_a_parquet_column_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.ingest.readers.parquet.MAX_CHUNK", 1_000)
    content = parquet(pa.table({"tree_id": [f"t{n}" for n in range(1_000)]}))
    assert rules(tmp_path, "t.parquet", content, {"format": "parquet"}) == ["parquet-too-large"]
    monkeypatch.undo()
    monkeypatch.setattr("pipelines.ingest.readers.parquet.MAX_TEXT", 1_000)
    assert rules(tmp_path, "t.parquet", content, {"format": "parquet"}) == ["parquet-too-long"]


def test_an_object_that_the_store_lost_is_a_finding(tmp_path: Path) -> None:
    delivery = delivered(tmp_path, {"a.csv": f"{HEADER}\nt1\n".encode(), "b.csv": f"{HEADER}\nt2\n".encode()})
    delivery.files[0].path.unlink()
    delivery.files[1].path.write_bytes(b"cut")
    with pytest.raises(DeliveryRejected) as caught:
        read(delivery, dataset({"format": "csv"}), catalog(), tmp_path / "work")
    assert [finding.rule for finding in caught.value.findings] == ["landed-bytes-missing"] * 2


def test_hidden_rows_and_columns_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("a & b's")
    for sheet in book.worksheets:
        sheet.append(HEADER.split(","))
        for number in range(3):
            sheet.append([f"t{number}", "pine", "999902", 3, None, None, None, "x"])
    hiding = book.worksheets[1]
    hiding.row_dimensions[3].hidden = True
    hiding.column_dimensions["H"].hidden = True
    hiding.column_dimensions.group("J", "XFD", hidden=True)
    stream = io.BytesIO()
    book.save(stream)
    raw = read_files(tmp_path, {"t.xlsx": stream.getvalue()}, {"format": "xlsx"})
    [finding] = raw.findings
    assert (finding.rule, finding.location.sheet) == ("hidden-cells", "a & b's")
    assert finding.message.params == {"rows": 1, "columns": 1}
    assert raw.rows == 6


def test_names_with_personal_data_are_told_by_position(tmp_path: Path) -> None:
    phone = "13812345678"
    book = workbook({"all": [HEADER.split(","), ["t1"]], f"张三{phone}": [HEADER.split(","), ["t2"]]})
    table = f"{HEADER}\nt3\n".encode()
    files = {
        "a.xlsx": book,
        f"b-张三{phone}.csv": table,
        "c.zip": archive({f"{phone}.csv": table, "file-1.csv": table}),
    }
    layouts: list[dict[str, Any]] = [
        {"format": "xlsx", "steps": [{"step": "from_delivery", "field": "note", "source": "sheet"}]},
        {"format": "csv", "file": f"*{phone}.csv"},
        {"format": "csv", "file": "file-*"},
    ]
    raw = read_files(tmp_path, files, *layouts)
    places = dict.fromkeys(zip(column(raw, "_file"), column(raw, "_sheet"), strict=True))
    assert list(places) == [
        ("a.xlsx", "all"),
        ("a.xlsx", "sheet-2"),
        ("file-2.csv", None),
        ("c.zip/_file-1.csv", None),
        ("c.zip/file-1.csv", None),
    ]
    assert [(reading.file, reading.sheet) for reading in raw.readings] == list(places)
    [finding, *_] = findings(tmp_path, f"{phone}.pdf", b"%PDF", {"format": "csv"})
    assert finding.location.file == "file-1"


def test_totals_that_could_identify_somebody_are_not_shown(tmp_path: Path) -> None:
    step = {"step": "exclude_totals", "label": "tree_id", "pattern": "^合计$", "sums": ["height"]}
    layout = {"format": "csv", "steps": [step]}
    for amount, shown in (("13812345678", False), ("580101199003074514", False), ("1234567890", True)):
        content = f"tree_id,species,district,height\nt1,pine,999902,{amount}\n合计,,,1\n".encode()
        [finding] = findings(tmp_path, "t.csv", content, layout)
        assert finding.rule == ("total-mismatch" if shown else "total-mismatch-withheld")
        assert (amount in finding.message.text()) is shown


def test_the_scan_of_a_workbooks_parts_is_linear() -> None:
    """Elements that are opened and never end: a scan of quadratic cost would not finish a million of them in hours."""
    from pipelines.ingest.readers import workbook_parts

    window = b"<row " * 1_000_000
    for pattern in (workbook_parts._ROW, workbook_parts._COLUMNS, workbook_parts._EMPTY):
        assert pattern.findall(window) == []


def test_a_part_of_openings_alone_is_judged(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"<sheet " * 1000)
        package.writestr("xl/worksheets/sheet1.xml", b"<row " * 200_000)
    assert rules(tmp_path, "t.xlsx", stream.getvalue(), {"format": "xlsx"}) == ["damaged-file"]


def test_only_stored_values_of_formulas_are_read(tmp_path: Path) -> None:
    raw = read_files(tmp_path, {"t.xlsm": commands()}, {"format": "xlsx"})
    assert column(raw, "note")[0] == "was here"


@pytest.mark.parametrize("make", [claiming_all_cells, lambda: merged(100_000)])
def test_what_a_workbook_claims_around_its_rows_changes_nothing(tmp_path: Path, make: Callable[[], bytes]) -> None:
    raw = read_files(tmp_path, {"t.xlsx": make()}, {"format": "xlsx"})
    assert (raw.rows, raw.excluded) == (2, {"header": 1})
