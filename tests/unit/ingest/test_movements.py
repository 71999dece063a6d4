"""How much of a file is read to tell what moved in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ingesting import dataset, delivered

from pipelines.core.files import PRIVATE_FOLDER_MODE
from pipelines.ingest.detection.samples import HEAD_ROWS
from pipelines.ingest.movements import Movement, movements_of

HEADER = "tree_id,species,district,height,planted,felled,keeper_phone,note\n"
ROW = "A1,pine,999901,3.5,2020-01-02,,,\n"
#: A record that cannot be read: where it is told of, the file was read so far.
DAMAGED = f'"{"x" * (1 << 20)}\n'


def moved(folder: Path, text: str) -> list[Movement]:
    scratch = folder / "scratch"
    scratch.mkdir(mode=PRIVATE_FOLDER_MODE)
    files = delivered(folder, {"trees.csv": text.encode()})
    return movements_of(files, dataset({"format": "csv"}), scratch, lambda _: (None, ()))


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_delimiter_is_told_by_the_opening_and_what_is_below_by_all_of_the_file(tmp_path: Path, mark: str) -> None:
    rows = ROW * (HEAD_ROWS + 100)
    text = (HEADER + rows).replace(",", mark) + "Source: parks office\n"
    assert [movement.rule for movement in moved(tmp_path, text)] == ["moved-delimiter", "moved-footer"]


def test_a_damaged_end_does_not_hide_a_delimiter(tmp_path: Path) -> None:
    text = (HEADER + ROW * (HEAD_ROWS + 100)).replace(",", ";") + DAMAGED
    assert [movement.rule for movement in moved(tmp_path, text)] == ["moved-delimiter"]


def test_nothing_is_said_of_a_file_without_a_header(tmp_path: Path) -> None:
    assert moved(tmp_path, "1,2,3\n" * 5) == []
