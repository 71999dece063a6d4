"""Units of amounts: what the note above a table says, and what one of it is in yuan."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from pipelines.registry.layouts import UnitNote

#: Yuan in one of each unit that a ``scale`` step may name.
YUAN = {
    "元": Decimal(1),
    "千元": Decimal(1_000),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
}
_CLOSING = "）)】]〕。．.，,；;、"


def unit_in(texts: Iterable[str | None], note: UnitNote) -> str | None:
    """The unit that the first matching text names: the first group of the note's pattern (all of it without one)."""
    pattern = re.compile(note.pattern)
    for text in texts:
        match = pattern.search(text) if text else None
        if match is not None:
            unit = match[1] if pattern.groups else match[0]
            return (unit or "").strip().rstrip(_CLOSING).removeprefix("人民币") or None
    return None
