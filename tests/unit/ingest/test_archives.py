from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hostile import overlapping
from ingesting import archive

from pipelines.ingest.archives import expand, extract, tables
from pipelines.ingest.problems import Unreadable


def expanded(folder: Path, content: bytes) -> list[str]:
    path = folder / "archive"
    path.write_bytes(content)
    scratch = folder / "scratch"
    scratch.mkdir()
    members = expand(path, "t.zip", scratch)
    assert {member.path.parent for member in members} == {scratch}
    return [member.shown for member in members]


def refusal(folder: Path, content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        expanded(folder, content)
    assert [entry.name for entry in folder.rglob("*") if entry.parent.name != "scratch"].count("evil") == 0
    return caught.value.finding.rule


def test_members_named_in_gbk_get_their_names(tmp_path: Path) -> None:
    content = archive({"placeholder": b"x"}).replace(b"placeholder", "预算表1.csv".encode("gbk"))
    assert expanded(tmp_path, content) == ["t.zip/预算表1.csv"]


@pytest.mark.parametrize(
    "name", ["../evil", "/evil", "a/../../evil", "a//evil", "a\\evil", "C:\\evil", "a\x01evil", "\u202eevil"]
)
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, archive({"good.csv": b"x", name: b"x"})) == "archive-unsafe-name"


def test_links_nested_and_repeated_members_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = 0o120777 << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        opened.writestr(link, "/etc/passwd")
    cases = {
        "archive-link": stream.getvalue(),
        "archive-nested": archive({"inner.zip": archive({"a.csv": b"x"})}),
        "archive-repeated-name": archive({"a.csv": b"x", "b.csv": b"x"}).replace(b"b.csv", b"a.csv"),
        "archive-too-many": archive({f"{number}.csv": b"x" for number in range(101)}),
        "archive-empty": archive({"folder/": b""}),
        "archive-too-large": archive({"bomb.csv": bytes(64 << 20)}),
    }
    for number, (rule, content) in enumerate(cases.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert refusal(folder, content) == rule


def test_encrypted_and_damaged_archives_are_refused(tmp_path: Path) -> None:
    content = bytearray(archive({"a.csv": b"x" * 1000}))
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    assert refusal(tmp_path, bytes(content)) == "encrypted-file"
    for number, damaged in enumerate((archive({"a.csv": b"x" * 1000})[:-30], _with_wrong_checksum())):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert refusal(folder, damaged) == "damaged-file"


def _with_wrong_checksum() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        opened.writestr("a.csv", b"some text")
    return stream.getvalue().replace(b"some text", b"same text")


def test_one_table_is_extracted_by_its_name(tmp_path: Path) -> None:
    packed = tmp_path / "packed.zip"
    packed.write_bytes(archive({"b.csv": b"2", "a/a.csv": b"1", ".hidden": b"3"}))
    assert tables(packed, "packed.zip") == ["a/a.csv", "b.csv"]
    extract(packed, "packed.zip", "a/a.csv", tmp_path / "member")
    assert (tmp_path / "member").read_bytes() == b"1"
    packed.write_bytes(packed.read_bytes()[:-10])
    with pytest.raises(Unreadable, match="damaged-file"):
        tables(packed, "packed.zip")


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, overlapping()) == "damaged-file"
