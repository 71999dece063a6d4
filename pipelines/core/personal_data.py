"""What looks like personal data in a text: identity numbers, bank cards, mobile numbers, e-mail addresses.

:func:`looks_like_personal_data` is the exact test. It reads numbers as people write them (full-width digits,
spaces and hyphens between digits, inside longer text) and leans on check digits and on where a number begins and
ends, so that codes (unified credit codes, project codes, document numbers) pass. The two RE2 patterns are necessary
conditions for it: columns are screened with them before any text is looked at one by one.

A digit directly beside a number makes it part of another number, which is not looked into.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum

from pipelines.core.check_digits import is_credit_code, is_identity_number, is_luhn


class PersonalData(StrEnum):
    """The kinds of look-alikes; also the words that a field's ``disclosure.personal_data`` may list."""

    IDENTITY_NUMBER = "identity_number"
    BANK_CARD = "bank_card"
    MOBILE = "mobile"
    EMAIL = "email"


_GAP = r"[ \-]{0,3}"
_IDENTITY = re.compile(rf"(?<![0-9])(?=([1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx])(?![0-9]))")
_CARD = re.compile(rf"(?<![0-9A-Za-z])(?<![0-9]\.)(?=([3-69](?:{_GAP}[0-9]){{12,18}}))")
# Amounts can have eleven digits: one that goes on with decimals or 元, 万元, 亿元 is no telephone number.
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z])(?<![0-9]\.)(?:(?i:tel|phone|mobile|mob|cell)|(?:\+?86|0086){_GAP})?"
    rf"(?=(1{_GAP}[3-9](?:{_GAP}[0-9]){{9}})(?![0-9A-Za-z]|\.[0-9]| ?[百千万亿]*元))"
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

_LABEL = r"(?:(?i:tel|phone|mobile|mob|cell)|(?:\+?86|0086)G)?"
#: In RE2's terms, per kind: the number, G standing for a gap, and the characters that may not be beside it.
_SCREENS = (
    # 6 digits of a division, a year of 19.. or 20.., month, day, 3 digits and the check character
    (r"[1-9](?:G[0-9]){5}G(?:1G9|2G0)(?:G[0-9]){2}G[01]G[0-9]G[0-3](?:G[0-9]){4}G[0-9Xx]", "0-9"),
    (r"(?:6G[02]|9G5|4|5|3G[47])(?:G[0-9]){12,18}", "0-9A-Za-z"),
    (rf"{_LABEL}1G[3-9](?:G[0-9]){{9}}", "0-9A-Za-z"),
)


def _screen() -> str:
    """Numbers in one piece; numbers with gaps, which a hyphen may not join to further digits; anything with an @."""
    parts = ["@"]
    for number, beside in _SCREENS:
        whole, spaced = number.replace("G", ""), number.replace("G", r"[\x09-\x0d\x1c-\x20\-]{0,3}")
        parts.append(rf"(?:^|[^{beside}]){whole}(?:[^{beside}]|$)")
        parts.append(rf"(?:^-?|[^{beside}\-]|[^0-9]-){spaced}(?:[^{beside}\-]|-[^0-9]|-?$)")
    return "|".join(parts)


#: RE2 pattern that every ASCII text with personal data matches.
SCREEN_ASCII = _screen()
#: RE2 pattern that every other text with personal data matches after NFKC: eleven digits without a letter between.
SCREEN_UNICODE = r"\p{Nd}(?:[^\p{L}\p{Nd}]*\p{Nd}){10}|@"


def looks_like_personal_data(text: str) -> frozenset[str]:
    """The kinds of personal data (:class:`PersonalData`) that ``text`` seems to carry; empty for none.

    Identity numbers need a possible birth date and the GB 11643 check character, bank cards an issuer's first
    digits and length and the Luhn digit.
    """
    plain = _plain(text)
    found = {PersonalData.EMAIL.value} if "@" in plain and _EMAIL.search(plain) else set()
    if any(is_identity_number(_joined(number)) for number in _numbers(_IDENTITY, plain)):
        found.add(PersonalData.IDENTITY_NUMBER.value)
    if any(_is_mobile(number) for number in _numbers(_MOBILE, plain)):
        found.add(PersonalData.MOBILE.value)
    if any(_is_card(number) for number in _cards(plain)):
        found.add(PersonalData.BANK_CARD.value)
    return frozenset(found)


def _plain(text: str) -> str:
    """Compatibility forms, digits of other scripts, dashes, white space and invisible characters made plain."""
    if text.isascii():
        return re.sub(r"\s", " ", text)
    return "".join(_plain_character(character) for character in unicodedata.normalize("NFKC", text))


def _plain_character(character: str) -> str:
    if character.isascii():
        return " " if character.isspace() else character
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    return " " if character.isspace() else character


def _numbers(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """Every place where the pattern's group matches, overlapping ones included."""
    for match in pattern.finditer(text):
        number = match[1]
        if not _in_longer_code(text, match.start(), match.start(1), number):
            yield number


def _in_longer_code(text: str, start: int, start_of_number: int, number: str) -> bool:
    """Tell whether a number with gaps goes on: hyphenated as project codes are, or digit by digit."""
    if number.isalnum():
        return False
    gap = "[ -]" if max(_groups(number)) == 1 else "-"
    end = start_of_number + len(number)
    joined_before = re.fullmatch(f"[0-9]{gap}", text[max(start - 2, 0) : start])
    joined_after = re.fullmatch(f"{gap}[0-9]", text[end : end + 2])
    return joined_before is not None or joined_after is not None


def _joined(number: str) -> str:
    return re.sub("[ -]", "", number)


def _groups(number: str) -> list[int]:
    return [len(group) for group in re.split("[ -]+", number)]


def _is_mobile(number: str) -> bool:
    """Tell groups of a telephone number (three digits or more, or every digit by itself) from a list of numbers."""
    groups = _groups(number)
    return min(groups) >= 3 or max(groups) == 1


def _cards(text: str) -> Iterator[str]:
    """Candidates of every possible length at every place where one may begin."""
    for match in _CARD.finditer(text):
        stretch, start = match[1], match.start(1)
        ends = [position + 1 for position, character in enumerate(stretch) if character not in " -"]
        joined = _joined(stretch)
        for prefix, lengths in _CARD_LENGTHS:
            if prefix.match(joined) is None:
                continue
            for end in (ends[length - 1] for length in lengths if length <= len(ends)):
                number, after = stretch[:end], text[start + end : start + end + 2]
                if re.match(r"[0-9A-Za-z]|\.[0-9]", after):
                    continue
                if not _in_longer_code(text, start, start, number):
                    yield number


def _is_card(number: str) -> bool:
    joined, groups = _joined(number), _groups(number)
    if not is_luhn(joined) or is_identity_number(joined) or is_credit_code(joined):
        return False
    fours = all(length == 4 for length in groups[:-1]) and groups[-1] <= 4
    return len(groups) == 1 or fours or max(groups) == 1 or groups == [4, 6, 5] or (len(groups) == 2 and groups[0] == 6)
