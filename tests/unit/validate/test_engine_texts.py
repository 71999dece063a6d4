"""Whole columns of text looked at as bytes, and files read as UTF-8 in blocks."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.validate.engine.text_arrays import check_utf8, decimals_in, digits_in, nulls_of, rows_of_length, words_of
from pipelines.validate.engine.utf8_stream import Utf8Stream

NUMBERS = st.one_of(
    st.integers(0, 10**12).map(str),
    st.decimals(0, 10**6, places=2).map(str),
    st.text("0123456789.+-e ,", max_size=6),
)


@given(st.lists(NUMBERS, max_size=30), st.integers(0, 40))
def test_decimals_are_numbers_of_digits_and_one_point(odd: list[str], plain: int) -> None:
    texts = ["12.50", *odd, *["7.25"] * plain, *["8"] * plain]
    found = decimals_in(pa.array(["before", *texts, "after"]).slice(1, len(texts)), 12)
    if found is not None:
        accepted = [text for text, decimal in zip(texts, found.tolist(), strict=True) if decimal]
        assert all(re.fullmatch(r"[0-9]+(\.[0-9]*)?", text) and len(text) <= 12 for text in accepted)
        assert {"12.50", "7.25", "8"} & set(texts) <= set(accepted)


def test_a_few_odd_numbers_are_left_out_and_many_give_no_answer() -> None:
    odd = ["1.5.0", "x", "", "1..5", "-1.50", ".50", "2", "12345678901"]
    texts = ["1.50", *odd] + ["10.25"] * 3_000
    found = decimals_in(pa.array(texts), 10)
    assert found is not None
    assert found.tolist() == [True] + [False] * len(odd) + [True] * 3_000
    assert decimals_in(pa.array(["1.50", "x"] * 10), 10) is None


def test_digits_are_found_up_to_a_length() -> None:
    odd = ["-1", "", "1.0", "１２", "x", "12345"]
    found = digits_in(pa.array(["before", *odd, *["0012", "7"] * 2_000]).slice(1), 4)
    assert found is not None
    assert found.tolist() == [False] * len(odd) + [True] * 4_000
    assert digits_in(pa.array(["1", "12345"] * 10), 4) is None


@given(st.lists(st.one_of(st.none(), st.text(max_size=3)), min_size=1, max_size=40))
def test_nulls_are_found_in_slices(texts: list[str | None]) -> None:
    column = pa.array(["before", None, *texts, None], pa.string()).slice(1)
    assert nulls_of(column).tolist() == [True, *(text is None for text in texts), True]


@given(st.lists(st.binary(min_size=11, max_size=11), max_size=12), st.lists(st.binary(max_size=12), max_size=6))
def test_words_are_the_bytes_of_texts(fitting: list[bytes], others: list[bytes]) -> None:
    column = pa.array([b"before", *fitting, *others], pa.binary()).cast(pa.binary()).slice(1)
    texts = pa.Array.from_buffers(pa.string(), len(column), column.buffers(), offset=column.offset)
    rows = rows_of_length(texts, 11)
    words = np.stack(words_of(texts, 11, rows), axis=1)
    wanted = [text for text in [*fitting, *others] if len(text) == 11]
    assert [row.tobytes() for row in words.astype("<u8")] == [text + bytes(5) for text in wanted]


def test_bytes_that_are_no_utf8_are_refused() -> None:
    check_utf8(pa.array(["中文", "plain"]))
    column = pa.array([b"plain", b"\xff\xfe"])
    with pytest.raises(pa.ArrowInvalid):
        check_utf8(pa.Array.from_buffers(pa.string(), 2, column.buffers()))


def test_a_file_is_read_as_it_is_whatever_is_held_of_it(tmp_path: Path) -> None:
    content = Random(3).randbytes(50_000).replace(b"\n", b"\r\n").replace(b"\0", b"")
    path = tmp_path / "file"
    path.write_bytes(content)
    with Utf8Stream(path, "utf-8") as stream:
        held: list[pa.Buffer | bytes] = []
        while len(block := stream.read(997)):
            held.append(pa.py_buffer(block) if len(held) % 3 else bytes(block))
            stream.parsed()
        blocks = [bytes(block) for block in held]
    assert b"".join(blocks) == content
    assert not any(block.endswith(b"\r") for block in blocks[:-1])


def test_no_more_than_two_blocks_are_read_ahead_of_parsing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100)
    with Utf8Stream(path, "utf-8", patience=60) as stream:
        assert [len(stream.read(10)) for _ in range(2)] == [10, 10]
        third: list[int] = []
        reader = threading.Thread(target=lambda: third.append(len(stream.read(10))))
        reader.start()
        assert third == []
        stream.parsed()
        reader.join()
        assert third == [10]


def test_what_needs_more_blocks_than_are_read_ahead_gets_them(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100)
    with Utf8Stream(path, "utf-8", patience=0.001) as stream:
        assert sum(len(stream.read(10)) for _ in range(10)) == 100
