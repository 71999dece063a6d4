"""Cells of many sorts, a batch at a time."""

from __future__ import annotations

import numpy as np


def days(random: np.random.Generator, count: int) -> list[str]:
    """Dates of ten years, ``YYYY-MM-DD``."""
    return _written(np.datetime64("2016-01-01") + random.integers(0, 3_650, count))


def seconds(random: np.random.Generator, count: int) -> list[str]:
    """Times of thirty years, ``YYYY-MM-DDThh:mm:ss``."""
    return _written(np.datetime64("1995-01-01T00:00:00") + random.integers(0, 30 * 365 * 86_400, count))


def amounts(random: np.random.Generator, count: int) -> list[str]:
    """Amounts of money, most in the thousands."""
    return [f"{amount:.2f}" for amount in random.lognormal(9, 2, count).tolist()]


def integers(random: np.random.Generator, count: int, below: int = 10_000_000) -> list[str]:
    """Whole numbers from 0."""
    return [str(number) for number in random.integers(0, below, count).tolist()]


def codes(random: np.random.Generator, count: int, known: list[str]) -> list[str]:
    """Some of the known codes."""
    return [known[position] for position in random.integers(0, len(known), count).tolist()]


def booleans(random: np.random.Generator, count: int) -> list[str]:
    """``true`` and ``false``."""
    return codes(random, count, ["true", "false"])


def notes(random: np.random.Generator, count: int) -> list[str]:
    """Remarks with a comma in them; a third is empty."""
    numbers = random.integers(0, 10**8, count).tolist()
    return [f"contract {number}, instalment {number % 12}" if number % 3 else "" for number in numbers]


def sentences(random: np.random.Generator, count: int) -> list[str]:
    """Free text, hardly a line twice."""
    numbers = random.integers(0, 10**10, (count, 2)).tolist()
    return [f"第 {one} 号申请 – resurfacing of lot {other} between two streets" for one, other in numbers]


def uuids(random: np.random.Generator, count: int) -> list[str]:
    """Random UUIDs of version 4."""
    parts = [random.integers(0, 1 << bits, count).tolist() for bits in (32, 16, 12, 12, 48)]
    return [f"{a:08x}-{b:04x}-4{c:03x}-8{d:03x}-{e:012x}" for a, b, c, d, e in zip(*parts, strict=True)]


def _written(times: np.ndarray) -> list[str]:
    texts: list[str] = np.datetime_as_string(times).tolist()
    return texts
