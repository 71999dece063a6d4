"""Lists of SHA-256 sums in the form that ``sha256sum --check`` reads, with paths relative to the catalog's root.

What is written is what is read: one form and no other, since a list is signed byte by byte. So text marks only
(two blanks), lines that end in a line feed, paths ascending without repetition. Paths are narrow ASCII, so that a
list of someone else's can lead nowhere (no ``..``, no leading ``/`` or ``.``) and coreutils need not escape anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Parts begin with a letter or digit, so that none is ``.`` or ``..`` or looks like an option.
_PART = r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}"
_PATH = re.compile(rf"{_PART}(?:/{_PART})*")
_LINE = re.compile(rf"([0-9a-f]{{64}})  ({_PATH.pattern})")


class MalformedSums(ValueError):
    """A list of sums is not written as it has to be. ``line`` counts from 1."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}")


def format_sums(sums: Mapping[str, str]) -> bytes:
    """The list for ``sums`` (path → SHA-256 in hexadecimal), by path.

    Raises:
        MalformedSums: when a path or digest cannot stand in such a list.
    """
    lines = [f"{digest}  {path}" for path, digest in sorted(sums.items())]
    for number, line in enumerate(lines, start=1):
        if not _LINE.fullmatch(line):
            raise MalformedSums(number)
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def parse_sums(content: bytes) -> dict[str, str]:
    """Path → SHA-256 of a list that :func:`format_sums` wrote.

    Raises:
        MalformedSums: when the list is written in any other way.
    """
    sums: dict[str, str] = {}
    before = ""
    lines = content.split(b"\n")
    for number, raw in enumerate(lines, start=1):
        if number == len(lines):
            if raw:
                raise MalformedSums(number)
            break
        match = _LINE.fullmatch(raw.decode("latin-1"))
        if match is None or match[2] <= before:
            raise MalformedSums(number)
        before = match[2]
        sums[before] = match[1]
    return sums
