"""Units of amounts: what the note above a table says, and what one of it is in yuan."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pipelines.core.personal_data import looks_like_personal_data
from pipelines.registry.layouts import UnitNote

#: Yuan in one of each unit that a ``scale`` step may name.
YUAN = {
    "元": Decimal(1),
    "千元": Decimal(1_000),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
}
#: A unit by itself: 元江县 begins with the character of the yuan, and 元/吨 is a price.
_WHOLE_UNIT = re.compile(rf"[\s（(【\[]*(?:人民币)?({'|'.join(YUAN)})(?:人民币)?(?!\s*[/／]|\w)")
_OPENING, _CLOSING = "（(【[〔", "）)】]〕。．.，,；;、"


@dataclass(frozen=True)
class UnitsFound:
    """What the notes of a table say: the units among :data:`YUAN`, each once, and the first text that is none."""

    known: tuple[str, ...]
    other: str | None


def units_in(texts: Iterable[str | None], note: UnitNote) -> UnitsFound:
    """Every unit that the note's pattern finds: its first group names it (all of the match without one).

    ``填报单位：`` and its like introduce the reporting office, so a match that names no unit does not end the search.
    """
    pattern = re.compile(note.pattern)
    known: dict[str, None] = {}
    other: str | None = None
    for text in texts:
        for match in pattern.finditer(text or ""):
            group = 1 if pattern.groups else 0
            if match[group] is None:
                continue
            unit = _WHOLE_UNIT.match(match.string, match.start(group))
            if unit is not None:
                known[unit[1]] = None
            elif other is None:
                other = _plain(match[group])
    return UnitsFound(tuple(known), other)


def _plain(text: str) -> str | None:
    text = text.strip().lstrip(_OPENING).rstrip(_CLOSING).removeprefix("人民币")
    return "?" if looks_like_personal_data(text) else text or None
