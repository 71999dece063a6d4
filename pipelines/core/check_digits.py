"""Check digits of the numbers that deliveries carry.

Resident identity numbers by GB 11643-1999 (ISO 7064 MOD 11-2), unified social credit codes by GB 32100-2015
(with the organisation code of GB 11714-1997 inside), bank card numbers by the Luhn formula (ISO/IEC 7812-1 annex B).
All take plain ASCII without separators: bringing text into that form is the caller's business.
"""

from __future__ import annotations

import datetime as dt
import re

_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECKS = "10X98765432"
_IDENTITY_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9Xx]")

#: GB 32100 leaves out I, O, S, V and Z.
CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_VALUES = {character: value for value, character in enumerate(CREDIT_CODE_ALPHABET)}
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT_CODE = re.compile(rf"[{CREDIT_CODE_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_CODE_ALPHABET}]{{10}}")

_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

#: People with an identity number were born in these years; anything else is a code that happens to check.
_FIRST_BIRTH_YEAR, _LAST_BIRTH_YEAR = 1900, 2099


def identity_number_check(first17: str) -> str:
    """Check character (``0``-``9`` or ``X``) of a resident identity number, from its first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _IDENTITY_WEIGHTS, strict=True))
    return _IDENTITY_CHECKS[total % 11]


def is_identity_number(text: str) -> bool:
    """Tell whether ``text`` is a resident identity number: 18 characters, a possible birth date, the check character.

    The division code is not looked up: divisions are renamed and abolished, and residents from abroad have
    codes that begin with 9.
    """
    if _IDENTITY_NUMBER.fullmatch(text) is None or not is_birth_date(text[6:14]):
        return False
    return identity_number_check(text[:17]) == text[17].upper()


def credit_code_check(first17: str) -> str:
    """Check character of a unified social credit code, from its first 17 characters (upper case).

    Raises:
        KeyError: when a character is not of the code's alphabet.
    """
    total = sum(_CREDIT_VALUES[character] * weight for character, weight in zip(first17, _CREDIT_WEIGHTS, strict=True))
    return CREDIT_CODE_ALPHABET[-total % 31]


def is_credit_code(text: str, *, inner: bool = False) -> bool:
    """Tell whether ``text`` is a unified social credit code.

    With ``inner`` the organisation code in characters 9-17 must check too; codes that were given before the
    reform sometimes do not.
    """
    if _CREDIT_CODE.fullmatch(text) is None or credit_code_check(text[:17]) != text[17]:
        return False
    return not inner or organisation_code_check(text[8:16]) == text[16]


def organisation_code_check(first8: str) -> str:
    """Check character (``0``-``9`` or ``X``) of an organisation code (GB 11714), from its first 8 characters.

    Letters count 10 (A) to 35 (Z).
    """
    total = sum(int(character, 36) * weight for character, weight in zip(first8, _ORGANISATION_WEIGHTS, strict=True))
    value = -total % 11
    return "X" if value == 10 else str(value)


def luhn_check(digits: str) -> str:
    """Luhn check digit to append to ``digits``."""
    return str(-_luhn_sum(digits + "0") % 10)


def is_luhn(text: str) -> bool:
    """Tell whether ``text`` is all ASCII digits (two or more) and its last is the Luhn check digit of the others."""
    return len(text) > 1 and text.isascii() and text.isdigit() and _luhn_sum(text) % 10 == 0


def _luhn_sum(digits: str) -> int:
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return doubled + sum(int(digit) for digit in digits[-1::-2])


def is_birth_date(text: str) -> bool:
    """Tell whether eight digits (yyyymmdd) are the birth date of somebody with an identity number."""
    try:
        day = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return _FIRST_BIRTH_YEAR <= day.year <= _LAST_BIRTH_YEAR
