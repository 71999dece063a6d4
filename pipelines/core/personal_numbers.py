"""Numbers that prove themselves, by check digits or by how they begin: identity numbers, bank cards, mobile telephones.

All of it takes plain text. A digit directly beside a number makes it part of another number. Only identity numbers
are looked for there: their birth date and check character leave one chance in fifteen thousand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pipelines.core.check_digits import is_birth_date, is_credit_code, is_identity_number, is_luhn

#: Separators that also make decimals, amounts and lists: with them only the usual groups count as one number.
_MARKS = ".,/·"
_GAP = rf"[ \-{_MARKS}]{{0,3}}"
_IDENTITY = re.compile(rf"(?<![0-9])(?=([1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx])(?![0-9]))")
_IDENTITY_INSIDE = re.compile(r"(?=([1-9][0-9]{16}[0-9Xx]))")
#: Spreadsheets keep fifteen digits of a number and fill up with zeros.
_IDENTITY_ROUNDED = re.compile(r"(?<![0-9A-Za-z.\-])[1-9][0-9]{14}000(?![0-9A-Za-z\-])")
#: Numbers given before 1999: no check digit, so they must stand alone; their holders were born from 1920 on.
_IDENTITY_OLD = re.compile(
    r"(?<![0-9A-Za-z.\-第])[1-8][0-9]{5}([2-9][0-9]{5})[0-9]{3}(?![0-9A-Za-z号]|[.\-][0-9]| ?[百千万亿]*元)"
)
_CARD = re.compile(rf"(?<![0-9A-Za-z])(?<![0-9]\.)(?=([3-69](?:{_GAP}[0-9]){{12,18}}))")
_LABELS = "tel|phone|mobile|mob|cell|wx|vx|wechat|weixin"
# Amounts can have eleven digits: one that goes on with decimals or 元, 万元, 亿元 is no telephone number. Letters
# behind it are somebody's account, unless digits follow (a hexadecimal code).
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z])(?<![0-9]\.)(?:(?i:{_LABELS})|(?:\+?86|0086){_GAP})?"
    rf"(?=(1{_GAP}[3-9](?:{_GAP}[0-9]){{9}})(?![0-9]|[A-Za-z]+[0-9]|\.[0-9]| ?[百千万亿]*元))"
)
#: Lengths of card numbers by their first digits: UnionPay (62, and older domestic ranges), Visa, Mastercard and
#: domestic ranges that begin with 5, American Express. Lengths that no issuer uses would only trip over codes.
_CARD_LENGTHS = (
    (re.compile("6[02]|9558"), (16, 17, 18, 19)),
    (re.compile("4"), (13, 16, 19)),
    (re.compile("5"), (16,)),
    (re.compile("3[47]"), (15,)),
)

#: Nineteen digits in groups of four, the rest in one.
_LAST_GROUP = 7

_LABEL = rf"(?:(?i:{_LABELS})|(?:\+?86|0086)G)?"
_IDENTITY_SCREEN = r"[1-9](?:G[0-9]){5}G(?:1G9|2G0)(?:G[0-9]){2}G[01]G[0-9]G[0-3](?:G[0-9]){4}G[0-9Xx]"
#: In RE2's terms, per kind: the number, G standing for a gap, and the characters that may not be before and behind.
_SCREENS = (
    # 6 digits of a division, a year of 19.. or 20.., month, day, 3 digits and the check character
    (_IDENTITY_SCREEN, "0-9", "0-9"),
    (r"(?:6G[02]|9G5|4|5|3G[47])(?:G[0-9]){12,18}", "0-9A-Za-z", "0-9A-Za-z"),
    (rf"{_LABEL}1G[3-9](?:G[0-9]){{9}}", "0-9A-Za-z", "0-9"),
)


def _screen() -> str:
    """Numbers in one piece; numbers with gaps, which a hyphen may not join to further digits."""
    parts = [_IDENTITY_SCREEN.replace("G", "")]
    # A rounded number; a number of before 1999
    parts.append(r"(?:^|[^0-9])[1-9][0-9]{14}000(?:[^0-9]|$)")
    parts.append(r"(?:^|[^0-9A-Za-z])[1-8][0-9]{6}[0-9][01][0-9][0-3][0-9]{4}(?:[^0-9A-Za-z]|$)")
    for number, before, behind in _SCREENS:
        whole, spaced = number.replace("G", ""), number.replace("G", r"[ \-.,/]{0,3}")
        parts.append(rf"(?:^|[^{before}]){whole}(?:[^{behind}]|$)")
        parts.append(rf"(?:^-?|[^{before}\-]|[^0-9]-){spaced}(?:[^{behind}\-]|-[^0-9]|-?$)")
    return "|".join(parts)


#: RE2 pattern that every printable ASCII text with one of these numbers matches.
NUMBERS_SCREEN_ASCII = _screen()
#: RE2 pattern that every other plain text with one of them matches: eleven digits.
NUMBERS_SCREEN = rf"[0-9](?:{_GAP}[0-9]){{10}}"


def has_bank_card(plain: str) -> bool:
    """Tell whether a bank card's number is in the text: an issuer's first digits and length, and the Luhn digit."""
    return any(map(_is_card, _cards(plain)))


def has_mobile(plain: str) -> bool:
    """Tell whether a mobile telephone's number is in the text."""
    return any(map(_is_mobile, _numbers(_MOBILE, plain)))


def has_identity_number(plain: str) -> bool:
    """Tell whether a resident identity number is in the text: a possible birth date and, unless a spreadsheet rounded
    it away, the GB 11643 check character; or one of fifteen digits, standing alone."""
    if any(_is_identity(number) for number in _numbers(_IDENTITY, plain)):
        return True
    if any(is_identity_number(match[1]) for match in _IDENTITY_INSIDE.finditer(plain)):
        return True
    if any(_is_rounded_identity(match[0]) for match in _IDENTITY_ROUNDED.finditer(plain)):
        return True
    return any(is_birth_date("19" + match[1]) for match in _IDENTITY_OLD.finditer(plain))


@dataclass(frozen=True)
class _Number:
    """A number as it is written, where it and its label begin in the text, and the character behind it."""

    written: str
    start: int
    begins: int
    behind: str

    @cached_property
    def joined(self) -> str:
        """Its digits (and check character)."""
        return re.sub(rf"[ \-{_MARKS}]", "", self.written)

    @cached_property
    def groups(self) -> list[int]:
        """Lengths of the groups it is written in."""
        return [len(group) for group in re.split(rf"[ \-{_MARKS}]+", self.written)]

    @cached_property
    def is_marked(self) -> bool:
        """Written with separators that decimals and lists have as well."""
        return any(mark in self.written for mark in _MARKS)

    @property
    def has_one_separator(self) -> bool:
        """The same separator between all groups."""
        return len(set(re.split("[0-9Xx]+", self.written)[1:-1])) == 1


def _numbers(pattern: re.Pattern[str], text: str) -> Iterator[_Number]:
    """Every place where the pattern's group matches, overlapping ones included."""
    for match in pattern.finditer(text):
        number = _Number(match[1], match.start(1), match.start(), text[match.end(1) : match.end(1) + 1])
        if not _in_longer_code(text, number):
            yield number


def _in_longer_code(text: str, number: _Number) -> bool:
    """Tell whether a number with gaps goes on: hyphenated as project codes are, listed, or digit by digit."""
    if number.written.isalnum():
        return False
    gap = rf"[ \-{_MARKS}]" if max(number.groups) == 1 else rf"[\-{_MARKS}]" if number.is_marked else "-"
    end = number.start + len(number.written)
    joined_before = re.fullmatch(f"[0-9]{gap}", text[max(number.begins - 2, 0) : number.begins])
    joined_after = re.fullmatch(f"{gap}[0-9]", text[end : end + 2])
    return joined_before is not None or joined_after is not None


def _is_identity(number: _Number) -> bool:
    if not is_identity_number(number.joined):
        return False
    if not number.is_marked or max(number.groups) == 1:
        return True
    # Division, date and the rest; perhaps these in parts. Coordinates and amounts break off elsewhere.
    ends = {sum(number.groups[: count + 1]) for count in range(len(number.groups))}
    return 6 in ends and ends <= {2, 4, 6, 10, 12, 14, 17, 18}


def _is_rounded_identity(digits: str) -> bool:
    """Rounding up may have carried over into the birth date."""
    return is_birth_date(digits[6:14]) or is_birth_date(str(int(digits[:15]) - 1)[6:14])


def _is_mobile(number: _Number) -> bool:
    """Tell groups of a telephone number (three digits or more, or every digit by itself) from a list of numbers."""
    if number.behind.isascii() and number.behind.isalpha() and len(number.groups) > 1:
        return False  # Letters go on with a number in one piece only: groups that end in letters are a UUID's.
    if number.is_marked:
        return number.has_one_separator and (number.groups == [3, 4, 4] or _is_dotted(number))
    return min(number.groups) >= 3 or max(number.groups) == 1


def _is_dotted(number: _Number) -> bool:
    """Digit by digit with dots: lists have commas."""
    return max(number.groups) == 1 and number.written[1] in ".·"


def _cards(text: str) -> Iterator[_Number]:
    """Candidates of every possible length at every place where one may begin."""
    for match in _CARD.finditer(text):
        stretch, start = match[1], match.start(1)
        ends = [position + 1 for position, character in enumerate(stretch) if character.isdigit()]
        joined = "".join(character for character in stretch if character.isdigit())
        for prefix, lengths in _CARD_LENGTHS:
            if prefix.match(joined) is None:
                continue
            for end in (ends[length - 1] for length in lengths if length <= len(ends)):
                after = text[start + end : start + end + 2]
                number = _Number(stretch[:end], start, start, after[:1])
                if re.match(r"[0-9A-Za-z]|\.[0-9]", after):
                    continue
                if not _in_longer_code(text, number):
                    yield number


def _is_card(number: _Number) -> bool:
    joined, groups = number.joined, number.groups
    if not is_luhn(joined) or is_identity_number(joined) or is_credit_code(joined):
        return False
    fours = all(length == 4 for length in groups[:-1]) and groups[-1] <= _LAST_GROUP
    if number.is_marked:
        return number.has_one_separator and (fours or _is_dotted(number))
    return len(groups) == 1 or fours or max(groups) == 1 or groups == [4, 6, 5] or (len(groups) == 2 and groups[0] == 6)
