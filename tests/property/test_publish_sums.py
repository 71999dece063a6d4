"""Lists of sums: what is written is read back, and nothing else is read."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.publish.signing import MalformedSums, format_sums, parse_sums

ALPHABET = string.ascii_letters + string.digits
PARTS = st.builds(str.__add__, st.sampled_from(ALPHABET), st.text(ALPHABET + "._-", max_size=8))
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
DIGESTS = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")
SUMS = st.dictionaries(PATHS, DIGESTS, max_size=8)
DIGEST = "ab" * 32
LINE = f"{DIGEST}  objects/ab/x.parquet\n".encode()


@given(SUMS)
def test_what_is_written_is_read_back(sums: dict[str, str]) -> None:
    content = format_sums(sums)
    assert parse_sums(content) == sums
    assert format_sums(dict(reversed(sums.items()))) == content


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_whatever_is_read_is_what_would_have_been_written(content: bytes) -> None:
    try:
        sums = parse_sums(content)
    except MalformedSums:
        return
    assert format_sums(sums) == content


@given(st.dictionaries(PATHS, DIGESTS, min_size=1, max_size=5), st.data())
def test_a_list_with_any_byte_changed_is_another_list_or_none(sums: dict[str, str], data: st.DataObject) -> None:
    content = bytearray(format_sums(sums))
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    try:
        assert parse_sums(bytes(content)) != sums
    except MalformedSums as problem:
        assert 1 <= problem.line <= content.count(b"\n") + 1


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x", "a/../x", "a//b", "a/", "./a", ".hidden", "a/.hidden", "-rf", "a b", "a\tb", "a\\b",
     "a\nb", "a\rb", "a\0b", "表.csv", "é", "a\u202eb", "x" * 201, "a*b"],
)  # fmt: skip
def test_odd_names_are_neither_written_nor_read(path: str) -> None:
    with pytest.raises(MalformedSums):
        format_sums({path: DIGEST})
    with pytest.raises(MalformedSums):
        parse_sums(f"{DIGEST}  {path}\n".encode())


@pytest.mark.parametrize(
    "content",
    [LINE.replace(b"\n", b"\r\n"), LINE.replace(b"  ", b" *"), LINE.replace(b"  ", b" "), LINE.replace(b"  ", b"   "),
     LINE[:-1], LINE + b"\n", b"\n" + LINE, b"\xef\xbb\xbf" + LINE, LINE.upper(), b"\\" + LINE, LINE[1:], LINE + LINE,
     LINE + LINE.replace(b"objects", b"manifests"), b"# comment\n" + LINE, LINE[:-1] + b" \n"],
    ids=["CRLF", "binary mark", "one blank", "three blanks", "no line end", "empty line", "empty first line", "BOM",
         "upper case", "escaped", "short digest", "twice", "not in order", "comment", "blank at the end"],
)  # fmt: skip
def test_other_forms_are_refused(content: bytes) -> None:
    assert parse_sums(LINE) == {"objects/ab/x.parquet": DIGEST}
    with pytest.raises(MalformedSums):
        parse_sums(content)
