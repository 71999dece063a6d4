"""CSV longer than what is read at once: records, their lines and their limit do not depend on where it is cut."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers.csv_text import MAX_RECORD, csv_grid
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat

#: As many characters are read at once.
BLOCK = 1 << 16
LINE = "a,b,c\n"
LONG = "a,b," + "c" * 1000 + "\n"


def rows(folder: Path, text: str) -> list[tuple[int, list[str | None]]]:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    grid = csv_grid(SourceFile("t.csv", path, FileFormat.CSV), "utf-8", ",", None)
    return [(row.number, row.cells) for row in grid.rows()]


def expected(text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found, begins = [], 1
    for cells in reader:
        found.append((begins, cells))
        begins = reader.line_num + 1
    return found


PARTS = st.lists(st.sampled_from(["a", ",", "\n", "\r\n", "\r", '"b\nc"', '"d""e"', "x" * 50]), max_size=20)


@given(short=st.integers(0, 40), parts=PARTS, more=st.booleans())
def test_records_are_those_of_the_whole_text(
    tmp_path_factory: pytest.TempPathFactory, short: int, parts: list[str], more: bool
) -> None:
    # Few and long records: as many rows as fit would take a hundred times as long.
    before = LONG * (BLOCK // len(LONG) - 1) + "x" * (BLOCK % len(LONG) + len(LONG) - 30 + short) + "\n"
    text = before + "".join(parts) + ("\n" + LINE * 30 if more else "")
    folder = tmp_path_factory.mktemp("csv")
    try:
        wanted = expected(text)
    except csv.Error:
        with pytest.raises(Unreadable) as caught:
            rows(folder, text)
        assert caught.value.finding.rule == "csv-quotation"
    else:
        assert rows(folder, text) == wanted


@pytest.mark.parametrize("before", ["", LINE * 20_000])
@pytest.mark.parametrize(
    ("begin", "end"), [("", "\n"), ('"', '"\n'), ('"' + "y" * 30 + "\n", '"\n')], ids=["bare", "quoted", "lines"]
)
def test_the_limit_of_a_record_is_exact(tmp_path: Path, before: str, begin: str, end: str) -> None:
    record = begin + "x" * (MAX_RECORD - len(begin) - len(end)) + end
    assert len(rows(tmp_path, before + record + LINE)) == before.count("\n") + 2
    with pytest.raises(Unreadable) as caught:
        rows(tmp_path, before + begin + "x" + record.removeprefix(begin) + LINE)
    assert (caught.value.finding.rule, caught.value.finding.location.row) == ("csv-record", before.count("\n") + 1)
