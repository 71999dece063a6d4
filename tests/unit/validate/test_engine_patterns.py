"""Patterns for RE2 accept nothing that Python's ``re`` would refuse."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.validate.engine.patterns import narrower_pattern

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
