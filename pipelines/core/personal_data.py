"""What looks like personal data in a text: numbers of persons and accounts, addresses, telephone, e-mail.

:func:`looks_like_personal_data` is the exact test. It reads numbers as people write them (full-width digits,
separators between digits, inside longer text) and leans on check digits and on where a number begins and ends, so
that codes (unified credit codes, project codes, document numbers) pass. The RE2 patterns are necessary conditions
for it: columns are screened with them before any text is looked at one by one.

A digit directly beside a number makes it part of another number. Only identity numbers are looked for there: their
birth date and check character leave one chance in fifteen thousand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pipelines.core.check_digits import is_birth_date, is_credit_code, is_identity_number, is_luhn
from pipelines.core.personal_texts import (
    ADDRESS_SCREEN,
    LANDLINE_SCREEN,
    PASSPORT_SCREEN,
    PLATE_SCREEN,
    has_address,
    has_landline,
    has_passport,
    has_plate,
)


class PersonalData(StrEnum):
    """The kinds of look-alikes; also the words that a field's ``disclosure.personal_data`` may list."""

    IDENTITY_NUMBER = "identity_number"
    BANK_CARD = "bank_card"
    MOBILE = "mobile"
    LANDLINE = "landline"
    EMAIL = "email"
    ADDRESS = "address"
    PASSPORT = "passport"
    PLATE = "plate"


#: Separators that also make decimals, amounts and lists: with them only the usual groups count as one number.
_MARKS = ".,/·"
_GAP = rf"[ \-{_MARKS}]{{0,3}}"
_IDENTITY = re.compile(rf"(?<![0-9])(?=([1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx])(?![0-9]))")
_IDENTITY_INSIDE = re.compile(r"(?=([1-9][0-9]{16}[0-9Xx]))")
#: Spreadsheets keep fifteen digits of a number and fill up with zeros.
_IDENTITY_ROUNDED = re.compile(r"(?<![0-9A-Za-z.\-])[1-9][0-9]{14}000(?![0-9A-Za-z\-])")
#: Numbers given before 1999: no check digit, so they must stand alone; their holders were born from 1920 on.
_IDENTITY_OLD = re.compile(
    r"(?<![0-9A-Za-z.\-])[1-8][0-9]{5}([2-9][0-9]{5})[0-9]{3}(?![0-9A-Za-z]|[.\-][0-9]| ?[百千万亿]*元)"
)
_CARD = re.compile(rf"(?<![0-9A-Za-z])(?<![0-9]\.)(?=([3-69](?:{_GAP}[0-9]){{12,18}}))")
_LABELS = "tel|phone|mobile|mob|cell|wx|vx|wechat|weixin"
# Amounts can have eleven digits: one that goes on with decimals or 元, 万元, 亿元 is no telephone number. Letters
# behind it are somebody's account, unless digits follow (a hexadecimal code).
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z])(?<![0-9]\.)(?:(?i:{_LABELS})|(?:\+?86|0086){_GAP})?"
    rf"(?=(1{_GAP}[3-9](?:{_GAP}[0-9]){{9}})(?![0-9]|[A-Za-z]+[0-9]|\.[0-9]| ?[百千万亿]*元))"
)
_EMAIL = re.compile(r"[\w.%+\-]{1,64}@(?:[\w\-]{1,63}\.)+[^\W\d_]{2,}")

#: Lengths of card numbers by their first digits: UnionPay (62, and older domestic ranges), Visa, Mastercard and
#: domestic ranges that begin with 5, American Express. Lengths that no issuer uses would only trip over codes.
_CARD_LENGTHS = (
    (re.compile("6[02]|9558"), (16, 17, 18, 19)),
    (re.compile("4"), (13, 16, 19)),
    (re.compile("5"), (16,)),
    (re.compile("3[47]"), (15,)),
)

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
    """Numbers in one piece; numbers with gaps, which a hyphen may not join to further digits; anything with an @."""
    parts = ["@", LANDLINE_SCREEN, PASSPORT_SCREEN, _IDENTITY_SCREEN.replace("G", "")]
    # A rounded number; a number of before 1999
    parts.append(r"(?:^|[^0-9])[1-9][0-9]{14}000(?:[^0-9]|$)")
    parts.append(r"(?:^|[^0-9A-Za-z])[1-8][0-9]{6}[0-9][01][0-9][0-3][0-9]{4}(?:[^0-9A-Za-z]|$)")
    for number, before, behind in _SCREENS:
        whole, spaced = number.replace("G", ""), number.replace("G", r"[\x09-\x0d\x1c-\x20\-.,/]{0,3}")
        parts.append(rf"(?:^|[^{before}]){whole}(?:[^{behind}]|$)")
        parts.append(rf"(?:^-?|[^{before}\-]|[^0-9]-){spaced}(?:[^{behind}\-]|-[^0-9]|-?$)")
    return "|".join(parts)


#: RE2 pattern that every ASCII text with personal data matches, control characters aside.
SCREEN_ASCII = _screen()
#: RE2 pattern of the characters that nobody sees; texts are looked at without them.
INVISIBLE = r"[\p{Cf}\p{Mn}\p{Me}\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
#: RE2 pattern that every other text with personal data matches after NFKC and without what is invisible.
SCREEN_UNICODE = "|".join(
    # eleven digits without a letter between
    (r"\p{Nd}(?:[^\p{L}\p{Nd}]*\p{Nd}){10}", "@", ADDRESS_SCREEN, PASSPORT_SCREEN, PLATE_SCREEN)
)


def looks_like_personal_data(text: str) -> frozenset[str]:
    """The kinds of personal data (:class:`PersonalData`) that ``text`` seems to carry; empty for none.

    Identity numbers need a possible birth date and, unless a spreadsheet rounded it away, the GB 11643 check
    character; bank cards an issuer's first digits and length and the Luhn digit.
    """
    plain = _plain(text)
    tests = {
        PersonalData.IDENTITY_NUMBER: _has_identity_number,
        PersonalData.BANK_CARD: lambda plain: any(_is_card(number) for number in _cards(plain)),
        PersonalData.MOBILE: lambda plain: any(_is_mobile(number) for number in _numbers(_MOBILE, plain)),
        PersonalData.LANDLINE: has_landline,
        PersonalData.EMAIL: lambda plain: "@" in plain and _EMAIL.search(plain) is not None,
        PersonalData.ADDRESS: has_address,
        PersonalData.PASSPORT: has_passport,
        PersonalData.PLATE: has_plate,
    }
    return frozenset(kind.value for kind, test in tests.items() if test(plain))


def _plain(text: str) -> str:
    """Compatibility forms, digits of other scripts, dashes, white space and invisible characters made plain."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_plain_character(character) for character in unicodedata.normalize("NFKC", text))


def _plain_character(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Mn", "Me"}:
        return ""
    if character.isascii():
        return character
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    return "·" if character in "•‧∙⋅・" else character


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


def _has_identity_number(text: str) -> bool:
    if any(_is_identity(number) for number in _numbers(_IDENTITY, text)):
        return True
    if any(is_identity_number(match[1]) for match in _IDENTITY_INSIDE.finditer(text)):
        return True
    if any(_is_rounded_identity(match[0]) for match in _IDENTITY_ROUNDED.finditer(text)):
        return True
    return any(is_birth_date("19" + match[1]) for match in _IDENTITY_OLD.finditer(text))


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
        return number.groups == [3, 4, 4] and number.has_one_separator
    return min(number.groups) >= 3 or max(number.groups) == 1


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
    fours = all(length == 4 for length in groups[:-1]) and groups[-1] <= 4
    if number.is_marked:
        return fours and number.has_one_separator
    return len(groups) == 1 or fours or max(groups) == 1 or groups == [4, 6, 5] or (len(groups) == 2 and groups[0] == 6)
