"""Characters beyond ASCII and what stands beside them, counted: the same ones weigh the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

#: The character before, the character, and the one after it → how often. At either end of a text stands ``_``.
Placed = Mapping[tuple[str, str, str], int]


def placed(texts: Iterable[str]) -> Placed:
    """Count the characters beyond ASCII of texts."""
    whole = f"_{'_'.join(texts)}_"
    counted = Counter(zip(whole, whole[1:], whole[2:], strict=False))
    return {seen: times for seen, times in counted.items() if seen[1] >= "\x80"}
