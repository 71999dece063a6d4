"""The limits within which any file is judged: patterns, long lines, and that they change no verdict."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import fuzz_engine
import pytest

from pipelines.validate.any_file import bounded
from pipelines.validate.any_file.nested_repeats import may_explode
from pipelines.validate.any_file.text_scan import scan
from pipelines.validate.engine import EngineReport, validate_file
from pipelines.validate.patterns import _Pattern


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|aa)*b?", "[a-c]{2,5}x?", "(?:ab|a)*c"])
def test_re2_decides_as_python_does(pattern: str) -> None:
    compiled = re.compile(f"^{pattern}$")
    slow = _Pattern(compiled)
    slow._use_re2()
    random = Random(pattern)
    for _ in range(300):
        text = "".join(random.choices("abcx\n!é", k=random.randrange(9)))
        assert slow.matches(text) is (compiled.match(text) is not None), text


def test_a_scan_finds_long_lines_wherever_blocks_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(1)
    for _ in range(200):
        content = bytes(random.choices(b'ab\n"\xc3\xa9\0', k=random.randrange(60)))
        (tmp_path / "t").write_bytes(content)
        monkeypatch.setattr("pipelines.validate.any_file.text_scan._BLOCK", random.randrange(1, 70))
        facts = scan(tmp_path / "t")
        lines = content.split(b"\n")
        longest = max(map(len, lines))
        assert facts.longest[0] == longest
        assert facts.lines == content.count(b"\n")
        assert facts.quotes == content.count(b'"')
        assert facts.nuls == [content[::2].count(0), content[1::2].count(0)]
        assert facts.first_nul_line == (content[: content.index(0)].count(b"\n") + 1 if 0 in content else None)
        try:
            content.decode()
            assert facts.utf8
        except UnicodeDecodeError as problem:
            assert (facts.utf8, facts.broken_at) == (False, problem.start)


def test_bounds_change_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def within_bounds(*given: Any, **options: Any) -> EngineReport:
        with bounded():
            report = validate_file(*given, **options)
            return replace(report, errors=list(report.errors))

    # Errors made within the bounds are compared with those that frictionless makes without them.
    monkeypatch.setattr(fuzz_engine, "validate_file", within_bounds)
    for seed in range(150):
        case = fuzz_engine.random_case(Random(f"bounded.{seed}"))
        engine, difference = fuzz_engine.compare(case)
        assert difference is None, (engine, difference, case)


EXPLOSIVE = ["(a+)+", "(a|aa)*b", "(?:a*b)*", r"(a)(\1)*"]


@pytest.mark.parametrize("pattern", [*EXPLOSIVE, "a+b+", "(ab){2,9}", "(", "[a-z]+(-[a-z]{1,5}){0,3}"])
def test_repetitions_within_repetitions_are_found(pattern: str) -> None:
    assert may_explode(pattern) is (pattern in EXPLOSIVE)
