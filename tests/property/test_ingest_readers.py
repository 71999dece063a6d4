"""What readers promise for any input: cells come back as written, and every row is accounted for."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Literal

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ingesting import dataset, read_files, rows_of

from pipelines.ingest.archives import is_safe_member
from pipelines.ingest.numbers import number_parser
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers import open_grids
from pipelines.ingest.readers.cells import float_text
from pipelines.ingest.readers.json_stream import records
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat
from pipelines.registry.steps import ParseNumber

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffd"), max_size=12)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=8)
LAYOUT = dataset({"format": "csv"}).descriptor.layouts[0]


# Python's writer leaves line breaks unquoted that are not its own: minimal quoting goes with CR LF only.
STYLES: list[tuple[str, Literal[0, 1]]] = [
    ("\n", csv.QUOTE_ALL),
    ("\r", csv.QUOTE_ALL),
    ("\r\n", csv.QUOTE_ALL),
    ("\r\n", csv.QUOTE_MINIMAL),
]


@given(ROWS, st.sampled_from(STYLES))
@settings(max_examples=200)
def test_csv_cells_and_row_numbers_come_back(rows: list[list[str]], style: tuple[str, Literal[0, 1]]) -> None:
    end, quoting = style
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator=end, quoting=quoting)
    begins = []
    for row in rows:
        begins.append(physical_lines(stream.getvalue()) + 1)
        writer.writerow(row)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(stream.getvalue().encode())
        assume(not stream.getvalue().startswith("\ufeff"))
        [grid] = open_grids(SourceFile("t.csv", path, FileFormat.CSV), LAYOUT, [])
        read = list(grid.rows())
    assert [row.cells for row in read] == rows
    assert [row.number for row in read] == begins


def physical_lines(text: str) -> int:
    return len(list(io.StringIO(text, newline="")))


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_any_bytes_are_read_or_refused_with_a_finding(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(content)
        for kind in FileFormat:
            layout = LAYOUT.model_copy(update={"format": kind})
            try:
                for grid in open_grids(SourceFile("t", path, kind), layout, []):
                    assert sum(1 for _ in grid.rows()) >= 0
            except Unreadable as refusal:
                assert refusal.finding.message.text("zh")


COUNTS = st.integers(0, 4)


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, st.booleans())
@settings(max_examples=60)
def test_every_row_is_accounted_for(
    preamble: int, rows: int, inner: int, blank: int, footer: int, unpivot: bool
) -> None:
    header = "tree_id,species,district,height,planted,felled,keeper_phone,note"
    body = ["A1,1,,2,,,,"] * rows + [",,,,,,,"] * inner + ["A2,0,,1,,,,"] + [""] * blank
    tail = ["source: office"] + ["more"] * (footer - 1) if footer else []
    text = "\n".join([*["Title"] * preamble, header, *body, *tail]) + "\n"
    step = {
        "step": "unpivot",
        "columns": {"species": "s", "height": "h"},
        "name_field": "planted",
        "value_field": "felled",
    }
    layout = {"format": "csv", "footer": "source", "header_row": preamble + 1, "steps": [step] if unpivot else []}
    with TemporaryDirectory() as folder:
        raw = read_files(Path(folder), {"t.csv": text.encode()}, layout)
        assert len(rows_of(raw)) == raw.rows
    physical = preamble + 1 + len(body) + len(tail)
    assert raw.rows_in_files == physical + sum(raw.steps.values())
    assert raw.rows + sum(raw.excluded.values()) == raw.rows_in_files
    named = {reason: raw.excluded.get(reason, 0) for reason in ("preamble", "header", "blank", "footer")}
    assert named == {"preamble": preamble, "header": 1, "blank": blank, "footer": footer}


AMOUNTS = st.decimals(-(10**12), 10**12, places=2, allow_nan=False)


@given(
    AMOUNTS, st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'")]), st.sampled_from(["-", "−", "－", "("])
)
def test_numbers_as_people_write_them_come_back(amount: Decimal, marks: tuple[str, str], minus: str) -> None:
    decimal, thousands = marks
    step = ParseNumber.model_validate(
        {"step": "parse_number", "fields": ["x"], "decimal": decimal, "thousands": thousands}
    )
    written = f"{abs(amount):,.2f}".translate({ord(","): thousands, ord("."): decimal})
    if amount < 0:
        written = f"({written})" if minus == "(" else minus + written
    parsed = number_parser(step)(f" {written}　")
    assert parsed is not None
    assert Decimal(parsed) == amount
    assert number_parser(step.model_copy(update={"decimal": ".", "thousands": ","}))(parsed) == parsed


@given(st.text(max_size=12))
def test_what_is_no_number_stays(text: str) -> None:
    parsed = number_parser(ParseNumber(step="parse_number", fields=("x",), missing=()))(text)
    assert parsed is not None
    if parsed != text:
        whole, _, fraction = parsed.removeprefix("-").partition(".")
        assert whole.isascii() and whole.isdigit()
        assert not fraction or (fraction.isascii() and fraction.isdigit())


@given(st.floats(-1e15, 1e15))
def test_floats_are_plain_and_keep_fifteen_digits(value: float) -> None:
    text = float_text(value)
    assert "e" not in text.lower()
    assert float(text) == float(format(value, ".15g"))


@given(st.lists(st.sampled_from(["..", ".", "a", "", "\\", "C:", "b.csv", "\0", "\u202e"]), max_size=4))
def test_members_that_are_let_in_stay_inside(parts: list[str]) -> None:
    name = "/".join(parts)
    if is_safe_member(name):
        path = PurePosixPath("/root") / name
        assert path.is_relative_to("/root")
        assert not {"..", ".", ""} & set(name.split("/"))
        assert "\\" not in name


@given(st.lists(st.sampled_from(["1", '{"a":1}', "[", "]", "{", "}", ",", ":", '"r"', " ", "[]"]), max_size=9))
@settings(max_examples=300)
def test_json_records_come_from_whole_documents_alone(parts: list[str]) -> None:
    text = '{"r":[1,{"a":2}]' + "".join(parts)
    try:
        found = list(records(io.StringIO(text), ("r",)))
    except ValueError:
        found = None
    try:
        expected = json.loads(text, object_pairs_hook=_once)
    except ValueError:
        expected = None
    assert (found is None) == (expected is None)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("repeated")
    return dict(pairs)
