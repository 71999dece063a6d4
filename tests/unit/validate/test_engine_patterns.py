"""Patterns for RE2 accept nothing that Python's ``re`` would refuse."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.validate.engine.fixed_width import ByteRanges
from pipelines.validate.engine.patterns import byte_ranges, narrower_pattern

TEXTS = [
    "",
    "a",
    "b",
    "ab",
    "ba",
    "a\n",
    "A",
    "é",
    "中文",
    "１",
    "1",
    "12",
    "x y",
    "ID0001",
    "ID00011",
    "^",
    "-",
    "aab",
]


@pytest.mark.parametrize(
    "pattern",
    ["a", "a*", "[ab]+", "(a|b)+", "(?:a|b)?", r"\w+", r"\d{1,2}", r"[\w-]+", "ID[0-9]{4}", ".", ".*", "[一-龥]+",
     "^a$", r"\Aa\Z", "a{,2}b", "x y", r"\^", "a+?b"],
)  # fmt: skip
def test_safe_patterns_are_narrower(pattern: str) -> None:
    expression = narrower_pattern(pattern)
    assert expression is not None
    wanted = re.compile(f"^{pattern}$")
    accepted = pc.match_substring_regex(pa.array(TEXTS), expression).to_pylist()
    assert any(accepted)
    assert [text for text, taken in zip(TEXTS, accepted, strict=True) if taken and not wanted.match(text)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        "a|b",
        "[^a]",
        r"\S",
        r"\D+",
        r"\bx",
        "(?=a)a",
        "(?!a)b",
        r"(a)\1",
        "(?i:a)",
        "(?i)a",
        "a{2000}",
        "(",
        "(?>a)",
        "a++",
    ],
)
def test_anything_uncertain_is_left_to_python(pattern: str) -> None:
    assert narrower_pattern(pattern) is None


@pytest.mark.parametrize("pattern", ["ID[0-9]{4}", "a", "^a$", r"x y", "[a-c]{2}-[0-9]", r"[A-Z]{8}[0-9]{8}x"])
def test_patterns_of_one_length_accept_what_python_accepts_among_ascii_texts(pattern: str) -> None:
    ranges = byte_ranges(pattern)
    assert ranges is not None
    texts = [*TEXTS, "ID12345", "IDx001", "ab-1", "ac-9", "ad-1", "ABCDEFGH01234567x", "ABCDEFGH0123456:x", "a\x80", ""]
    accepted = ByteRanges(ranges).accepted(pa.array(["before", *texts]).slice(1)).tolist()
    wanted = [re.fullmatch(pattern, text) is not None for text in texts]
    assert accepted == wanted


@pytest.mark.parametrize(
    "pattern", ["a$b", "a|b", "a?", "[ab]", "é", "a{2,3}", "(?:(?:(?:a{64}){64}){64}){64}", r"\d", "", "(?i:a)"]
)
def test_other_patterns_have_no_byte_ranges(pattern: str) -> None:
    assert byte_ranges(pattern) is None
