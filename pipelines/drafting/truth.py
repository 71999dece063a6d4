"""Columns of two words that say yes and no, in the spelling of the file."""

from __future__ import annotations

import re
from collections.abc import Collection

#: Words for yes and for no that go together.
_PAIRS = (
    ({"是"}, {"否"}), ({"有"}, {"无"}), ({"true"}, {"false"}), ({"oui"}, {"non"}), ({"vrai"}, {"faux"}),
    ({"yes"}, {"no"}), ({"sí", "si", "sì", "sim"}, {"no", "não"}), ({"ja"}, {"nein", "nee", "nej"}), ({"y"}, {"n"}),
)  # fmt: skip
_DIGITS = ({"1"}, {"0"})
#: Labels that ask a question; else 1 and 0 may be figures or codes.
_ASKING = re.compile(r"是否|有无|能否|[?？]|\b(?:is|has|flag|oui|yes|ja|true)\b")


def yes_and_no(words: str, values: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """How a column writes yes and no; ``None`` where it holds anything else, or only one of them.

    Args:
        words: the column's label in small letters, word by word.
        values: its different values, without marks for "no value" that are no word for no.
    """
    for yes, no in (*_PAIRS, *([_DIGITS] if _ASKING.search(words) else [])):
        spelled = tuple(tuple(sorted(value for value in values if value.casefold() in side)) for side in (yes, no))
        if all(spelled) and len(spelled[0]) + len(spelled[1]) == len(values):
            return spelled[0], spelled[1]
    return None
