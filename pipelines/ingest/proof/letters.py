"""How likely letters and signs are in a language: ``letters.csv``, with what stands beside each letter.

The table counts the letters of Django's and Babel's translations (5.2 and 2.19) into 28 languages; it has none of their
texts.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pipelines.ingest.proof.placed import Placed

#: Bits of a letter that a language does not have, and of a sign that hardly stands in words.
_FOREIGN, _ODD_SIGN = 17.0, 19.0
#: Share of a letter's neighbours that the table lists, and how many letters there are for the others.
_LISTED, _ALPHABET = 0.9, 27
#: Bits against a script or a case that changes within a word; for a capital at the beginning of a word or in one.
_MIXED, _ODD, _CAPITAL, _CAPITALS = 24.0, 9.0, 3.0, 1.0
#: Signs, their bits, and what stands before and after them: L letter, D digit, _ neither.
_SIGNS: Mapping[str, tuple[float, str, str]] = {
    "’": (8, "L", "L_"), "‘": (11, "_", "LD"), "“": (11, "_", "LD_"), "”": (11, "LD_", "_"), "„": (12, "_", "LD"),
    "«": (11, "_", "L_"), "»": (11, "L_", "_"), "–": (9, "_D", "_D"), "—": (11, "_D", "_D"), "…": (12, "L_", "_"),
    "•": (12, "_", "_L"), "°": (10, "LD_", "_LD"), "º": (12, "LD_", "_D"), "ª": (12, "LD_", "_D"),
    "€": (10, "D_", "_D"), "£": (7, "_", "D_"), "§": (13, "_", "_D"), "²": (11, "L", "_L"), "³": (11, "L", "_L"),
    "½": (13, "D_", "_"), "¼": (14, "D_", "_"), "¾": (14, "D_", "_"), "¿": (12, "_", "L"), "¡": (13, "_", "L"),
    "·": (13, "L_", "L_"), "®": (14, "L_", "_"), "™": (14, "L_", "_"), "©": (14, "_", "_"), "µ": (14, "_D", "L"),
    "×": (14, "D_", "D_L"), "±": (14, "_", "D_"), "\xa0": (9, "LD_", "LD_"), "\xad": (14, "L", "L"),
    "№": (11, "_", "D_"), "‰": (14, "D_", "_"),
}  # fmt: skip


@dataclass(frozen=True)
class _Letter:
    bits: float
    before: str
    after: str

    def beside(self, listed: str, neighbour: str) -> float:
        """Bits that a neighbour adds (or saves), against one that says nothing."""
        if not listed:
            return 0.0
        share = _LISTED / len(listed) if neighbour in listed else (1 - _LISTED) / _ALPHABET
        return -math.log2(share * _ALPHABET)


class Language:
    """The letters beyond ASCII of one language."""

    def __init__(self, letters: Mapping[str, _Letter]) -> None:
        self._letters = letters
        self._known: dict[tuple[str, str, str], tuple[float, bool]] = {}

    def weigh(self, placed: Placed) -> tuple[float, int]:
        """Bits of characters beyond ASCII beside their neighbours, and how many of them are out of place."""
        bits, odd = 0.0, 0
        for seen, times in placed.items():
            known = self._known.get(seen)
            if known is None:
                known = self._known[seen] = self._one(*seen)
            bits += known[0] * times
            odd += known[1] * times
        return bits, odd

    def _one(self, before: str, character: str, after: str) -> tuple[float, bool]:
        if not character.isalpha() or character in "ªºµ":
            return _sign(before, character, after)
        lower = character.lower()
        letter = self._letters.get(lower)
        bits, odd = (_FOREIGN, True) if letter is None else (letter.bits, False)
        if letter is not None:
            bits += letter.beside(letter.before, _folded(before))
            # A letter beyond ASCII that follows counts this one as its neighbour itself.
            bits += letter.beside(letter.after, _folded(after)) if after < "\x80" else 0.0
        case, strange = _case(before, character, after)
        return bits + case, odd or strange


def _folded(neighbour: str) -> str:
    return neighbour.lower() if neighbour.isalpha() else "_"


def _case(before: str, character: str, after: str) -> tuple[float, bool]:
    """Bits for a letter's case and script among its neighbours, and whether these are odd."""
    if not character.isascii() and any(_other_script(character, beside) for beside in (before, after)):
        return _MIXED, True
    if before.isdigit() and after.isdigit():
        return _ODD, True
    if after.isdigit() and not before.isalnum():
        # Alone before a figure stands the sign of a currency, whatever letter it is in another encoding.
        return _MIXED, False
    if character.isupper():
        if before.isalpha():
            return (_CAPITALS, False) if before.isupper() else (_ODD, True)
        return _CAPITAL, False
    # Programs that make capitals leave some letters small: odd, and yet it occurs.
    amid = after.isupper() and (before.isupper() or not before.isalpha())
    return (_ODD, True) if amid else (0.0, False)


def _other_script(character: str, beside: str) -> bool:
    return beside.isalpha() and (character < "\u0370") != (beside < "\u0370")


def _sign(before: str, character: str, after: str) -> tuple[float, bool]:
    bits, left, right = _SIGNS.get(character, (_ODD_SIGN, "", ""))
    in_place = _kind(before) in left and _kind(after) in right
    return (bits, False) if in_place else (max(bits + _ODD, _ODD_SIGN), True)


def _kind(neighbour: str) -> str:
    return "L" if neighbour.isalpha() else "D" if neighbour.isdigit() else "_"


@cache
def language(name: str) -> Language:
    """A language of the table, by its code of two letters."""
    letters: dict[str, _Letter] = {}
    with (resources.files("pipelines.ingest.proof") / "letters.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["language"] == name:
                bits = -math.log2(int(row["per_million"]) / 1_000_000)
                letters[row["letter"]] = _Letter(bits, row["before"], row["after"])
    return Language(letters)
