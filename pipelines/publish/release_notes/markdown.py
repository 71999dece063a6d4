"""Text from descriptors as CommonMark, where nothing in it is markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

#: What begins markup inside a line in CommonMark and in GitHub's tables, links and mentions.
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#|&~!$@:])")
#: What makes a list or a heading of a line that begins with it.
_OPENING = re.compile(r"^([0-9]+(?=[.)])|(?=[-+=]))(.)")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
#: Control and format characters (bidirectional overrides among them), surrogates, and what is no character.
_INVISIBLE = {"Cc", "Cf", "Cs", "Cn"}


def on_one_line(text: str) -> str:
    """``text`` on one line, without characters that cannot be seen or that XML 1.0 does not allow."""
    spaced = "".join(" " if unicodedata.category(sign) in _INVISIBLE else sign for sign in text)
    return " ".join(spaced.split())


def escaped(text: str) -> str:
    """``text`` on one line, as text that shows itself."""
    return _OPENING.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", on_one_line(text)))


def code(name: str) -> str:
    """An identifier, period or version as code; anything else as text."""
    return f"`{name}`" if _PLAIN.fullmatch(name) else escaped(name)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], right: int) -> list[str]:
    """Lines of a table; its last ``right`` columns are numbers."""
    marks = ["---"] * (len(headings) - right) + ["---:"] * right
    return [f"| {' | '.join(cells)} |" for cells in (headings, marks, *rows)]
