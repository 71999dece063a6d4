"""Field names from labels: ASCII for Latin ones, known government terms for Chinese ones, else ``field_3``."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import resources

_LONGEST = 60
_HAN = re.compile("[\u3400-\u9fff]+")
_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})年度?")
_WORDS = re.compile(r"[A-Za-z0-9]+|[\u3400-\u9fff]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
#: Letters that have no decomposition into a base letter.
_FOLDED = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "œ": "oe", "ł": "l", "Ł": "L", "đ": "d", "ı": "i"})
#: Units and remarks in brackets say nothing about what a column is called.
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
#: English words beside or below Chinese ones, as yearbooks have them.
_ENGLISH = re.compile(r"(?:^|(?<=[\s/]))[A-Za-z]{2}[A-Za-z .,&-]*")
#: Connecting characters of Chinese labels.
_PARTICLES = re.compile("[的之及和与]")


def field_names(labels: Sequence[str]) -> list[str]:
    """An identifier per label, each once."""
    names: list[str] = []
    for position, label in enumerate(labels, start=1):
        name = _identifier(label) or f"field_{position}"
        number, unique = 2, name
        while unique in names:
            unique, number = f"{name}_{number}", number + 1
        names.append(unique)
    return names


def english_title(label: str) -> str:
    """What an English reader can make of a label: the label itself unless it is Chinese and its terms are known."""
    name = _identifier(label) if _HAN.search(label) else None
    return name.replace("_", " ").capitalize() if name else label


def _identifier(label: str) -> str | None:
    bare = _BRACKETS.sub(" ", label)
    if _HAN.search(bare) and bare.rpartition("/")[2].strip().isascii():
        # The last row of the header is English: it says all that the rows above say.
        return _plain_identifier(_english(bare)) or _plain_identifier(label)
    return _plain_identifier(label) or (_plain_identifier(_english(bare)) if _HAN.search(bare) else None)


def _english(label: str) -> str:
    return " ".join(_ENGLISH.findall(label))


def _plain_identifier(label: str) -> str | None:
    bare = _BRACKETS.sub(" ", label)
    plain = unicodedata.normalize("NFKD", (bare if bare.strip() else label).translate(_FOLDED))
    plain = "".join(character for character in plain if not unicodedata.combining(character)).replace("'", "")
    plain = _YEAR.sub(r"\1 ", plain)
    parts: list[str] = []
    for word in _WORDS.findall(_CAMEL.sub(" ", plain)):
        known = [word.lower()] if word.isascii() else _translated(word)
        if known is None:
            return None
        parts += known
    name = re.sub("_+", "_", "_".join(part for part in parts if part)).strip("_")
    if not name:
        return None
    if not name[0].isalpha():
        name = f"year_{name}" if re.match(r"(19|20)[0-9]{2}(_|$)", name) else f"n_{name}"
    return name[:_LONGEST].rstrip("_")


def _translated(text: str) -> list[str] | None:
    """The terms that make up a Chinese text, longest first; ``None`` when some of it is unknown."""
    terms = _terms()
    parts: list[str] = []
    rest = _PARTICLES.sub("", text)
    while rest:
        known = next((rest[:size] for size in range(len(rest), 0, -1) if rest[:size] in terms), None)
        if known is None:
            return None
        parts.append(terms[known])
        rest = rest[len(known) :]
    return parts


@cache
def _terms() -> dict[str, str]:
    with (resources.files("pipelines.drafting") / "terms.csv").open(encoding="utf-8") as stream:
        return {row["zh"]: row["en"] for row in csv.DictReader(stream)}
