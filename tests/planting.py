"""Ten thousand personal numbers, written in every way people write them, and the search for them in what comes out."""

from __future__ import annotations

import random
import re
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.core.check_digits import identity_number_check, luhn_check

_LENGTHS = (11, 16, 17)
_DIGITS = str.maketrans("０１２３４５６７８９〇一二三四五六七八九⓪①②③④⑤⑥⑦⑧⑨", "012345678901234567890123456789")
_WIDE, _NUMERALS, _CIRCLED = "０１２３４５６７８９", "〇一二三四五六七八九", "⓪①②③④⑤⑥⑦⑧⑨"
_JOINTS = re.compile(r"(?<=[0-9])[ \t\-.,/·_\u200b]{1,3}(?=[0-9])")


def personal_numbers(count: int, seed: int = 1) -> list[str]:
    """Different mobile, identity and card numbers, in turn."""
    rng, made = random.Random(seed), dict[str, None]()
    while len(made) < count:
        match len(made) % 3:
            case 0:
                number = f"1{rng.randint(3, 9)}{rng.randint(0, 10**9 - 1):09d}"
            case 1:
                born = f"{rng.randint(1935, 2012)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
                first = f"{rng.randint(110000, 659999)}{born}{rng.randint(0, 999):03d}"
                number = first + identity_number_check(first)
            case _:
                body = f"6222{rng.randint(0, 10**11 - 1):011d}"
                number = body + luhn_check(body)
        made[number] = None
    return list(made)


def written(number: str, way: int) -> str:
    """The number in one of the ways people write it."""
    cut = 3 if len(number) == 11 else 4 if len(number) == 16 else 6
    parts = [number[:cut], *(number[at : at + 4] for at in range(cut, len(number), 4))]
    if len(number) == 18:
        parts = [number[:6], number[6:14], number[14:]]
    ways = (
        number, " ".join(parts), "-".join(parts), ".".join(parts), " ".join(number), "\u200b".join(number),
        f"联系人张伟{number}", _translated(number, _WIDE), _translated(number, _NUMERALS),
        _translated(number, _CIRCLED),
        f"({number})", f"卡/证/机：{number}", f"IMG_{number}.jpg", f"https://a.example/?q={number}", "_".join(parts),
        "x".join(parts),
    )  # fmt: skip
    return ways[way % len(ways)]


def _translated(number: str, digits: str) -> str:
    return "".join(digits[int(character)] if character.isdigit() else character for character in number)


def planted_in(text: str, planted: frozenset[str]) -> set[str]:
    """Those of the numbers (their first seventeen digits) that stand anywhere in a text, however written."""
    joined = _JOINTS.sub("", text.translate(_DIGITS))
    return {
        run[start : start + length]
        for run in re.findall(r"[0-9]{11,}", joined)
        for length in _LENGTHS
        for start in range(len(run) - length + 1)
        if run[start : start + length] in planted
    }


def digits_of(numbers: list[str]) -> frozenset[str]:
    """What :func:`planted_in` looks for."""
    return frozenset(number[:17] for number in numbers)


def everything_in(root: Path) -> Iterator[tuple[Path, str]]:
    """Every file as text: its bytes; what compressed streams, Parquet tables and SQLite databases hold."""
    for path in sorted(root.rglob("*")):
        if not path.is_file():
            continue
        yield path, str(path.relative_to(root))
        content = path.read_bytes()
        yield path, content.decode("utf-8", errors="replace")
        if path.suffix == ".parquet":
            yield path, repr(pq.read_table(path).to_pylist())
        elif content.startswith(b"SQLite format 3"):
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
                yield path, "\n".join(database.iterdump())
        elif content[:2] == b"\x1f\x8b":
            yield path, zlib.decompress(content, 31).decode("utf-8", errors="replace")
