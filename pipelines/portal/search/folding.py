"""Texts as they are compared: without case, accents and widths, in runs of one script.

``search_engine.js`` does the same to a query, so what is changed here is changed there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: Han characters by their blocks, since Python's expressions know no scripts: iteration mark, zero, unified
#: ideographs with their extensions, compatibility ideographs.
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_HAN}]+)|(?:(?![{_HAN}])[^\W_])+")
#: Characters at most of a run that is no Chinese: longer ones are no words.
_LONGEST = 64

#: Words that are in most texts and tell nothing: they are not in the index, and a query need not have them.
COMMON = frozenset(["a", "an", "and", "by", "for", "in", "of", "on", "or", "the", "to", "和", "与", "及", "的"])


def fold(text: str) -> str:
    """A text as it is compared: compatibility forms (NFKD), without marks, in lower case (NFC)."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(character for character in apart if not unicodedata.category(character).startswith("M"))
    return unicodedata.normalize("NFC", bare.lower())


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """The runs of letters and digits in a text, folded, and whether they are Chinese; all else separates them."""
    for match in _RUN.finditer(fold(text)):
        yield (match[0], True) if match[1] else (match[0][:_LONGEST], False)
