"""Independent streams of random numbers, so that one part of the city changes without moving the others."""

from __future__ import annotations

import hashlib
from random import Random


def stream(seed: int, *parts: str | int) -> Random:
    """The stream of ``parts`` (a kind, a period, an organisation …) under ``seed``; the same in every process."""
    name = "\0".join(str(part) for part in (seed, *parts))
    return Random(int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "big"))


def between(random: Random, low: float, high: float) -> float:
    """A number from ``low`` to ``high``, evenly."""
    return low + (high - low) * random.random()
