"""How likely East Asian characters are: by how common the standards of their encodings take them to be."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache, partial
from importlib import resources

from pipelines.ingest.proof.placed import Placed

_HANGUL, _HANJA = 10.5, 16.5
_HIRAGANA, _KATAKANA, _HALF_WIDTH, _FOREIGN_KANA = 7.5, 9.0, 15.0, 12.0
_COMMON, _USUAL, _SELDOM, _RARE = 10.0, 13.5, 18.0, 24.0
_PUNCTUATION, _ELSE = 10.5, 20.0
#: Bits of a letter of another script that goes on with a word in it, and of an ideograph within a Latin word.
_GOES_ON, _WITHIN = 6.0, 9.0
#: A letter is in the script of the one before it if it comes so close behind or before it.
_ONE_SCRIPT = 0x100
_SIGNS = frozenset("（），。、：；“”‘’《》％〇·—－…？！「」『』〔〕【】\u3000￥＋／０１２３４５６７８９")
#: Lead bytes of the characters in common use: of GB 2312, Big5 and JIS X 0208, each with a second level.
_FIRST_LEVELS = {"gb2312": range(0xB0, 0xD8), "big5": range(0xA4, 0xC7), "shift_jis": range(0x88, 0x99)}


def weigh(encoding: str, placed: Placed) -> tuple[float, int]:
    """Bits of characters beyond ASCII, and how many of them are out of place."""
    bits, odd = 0.0, 0
    one = _ONE[encoding]
    for (before, character, after), times in placed.items():
        cost = one(character)
        if cost >= _ELSE and character.isalpha() and before >= "\x80" and _near(before, character):
            cost = _GOES_ON
        elif "a" <= before <= "z" and "a" <= after <= "z":
            cost += _WITHIN
        bits += cost * times
        odd += (cost > _USUAL) * times
    return bits, odd


def _near(one: str, other: str) -> bool:
    return other < "\u3400" and abs(ord(one) - ord(other)) < _ONE_SCRIPT


def _ideograph(character: str, standard: str, common: str | None) -> float:
    if common is not None and character in _listed(common):
        return _COMMON
    coded = character.encode(standard, "ignore")
    if len(coded) != 2:
        return _RARE
    return _USUAL if coded[0] in _FIRST_LEVELS[standard] else _SELDOM


@cache
def _chinese(character: str, standard: str, common: str) -> float:
    if character in _SIGNS:
        return _PUNCTUATION
    if "\u3400" <= character <= "\u9fff":
        return _ideograph(character, standard, common)
    if "\u3040" <= character <= "\u30ff":
        return _FOREIGN_KANA
    return _ELSE if character.encode(standard, "ignore") else _RARE


@cache
def _korean(character: str) -> float:
    if "\uac00" <= character <= "\ud7a3":
        return _HANGUL
    if "\u4e00" <= character <= "\u9fff":
        return _HANJA
    return _PUNCTUATION if character in _SIGNS else _ELSE


@cache
def _japanese(character: str) -> float:
    if "\u3040" <= character <= "\u309f":
        return _HIRAGANA
    if "\u30a0" <= character <= "\u30ff":
        return _KATAKANA
    if "\uff61" <= character <= "\uff9f":
        return _HALF_WIDTH
    if "\u4e00" <= character <= "\u9fff":
        return _ideograph(character, "shift_jis", None)
    return _PUNCTUATION if character in _SIGNS else _ELSE


_ONE: dict[str, Callable[[str], float]] = {
    "gb18030": partial(_chinese, standard="gb2312", common="simplified"),
    "big5": partial(_chinese, standard="big5", common="traditional"),
    "euc_kr": _korean,
    "shift_jis": _japanese,
    "euc_jp": _japanese,
}


@cache
def _listed(script: str) -> frozenset[str]:
    with (resources.files("pipelines.ingest.proof") / "ideographs.csv").open(encoding="utf-8") as stream:
        return next(frozenset(row["characters"]) for row in csv.DictReader(stream) if row["script"] == script)
