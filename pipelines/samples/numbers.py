"""Numbers of people and organisations that pass every check that real ones pass, and yet are nobody's.

Identity numbers and credit codes stand under the division prefix 58, which no province has; mobile numbers under
154, which no operator has been given, landlines under 0688, which is no area code.
"""

from __future__ import annotations

import datetime as dt
from random import Random

from pipelines.core.check_digits import credit_code_check, identity_number_check, luhn_check, organisation_code_check

_FIRST_BIRTHDAY = dt.date(1938, 1, 1)
_BIRTHDAYS = (dt.date(2007, 12, 31) - _FIRST_BIRTHDAY).days
#: Letters of GB 32100's alphabet that organisation codes begin with.
_LETTERS = "ABCDEFGHJKLMNPQRTUWXY"
#: Issuer prefixes of UnionPay cards begin with 62 (ISO/IEC 7812-1).
_CARD_PREFIX = "622958"


def identity_number(random: Random, division: str) -> str:
    """A resident identity number of that division (6 digits), of someone born from 1938 to 2007."""
    born = _FIRST_BIRTHDAY + dt.timedelta(days=int(random.random() * _BIRTHDAYS))
    body = f"{division}{born:%Y%m%d}{1 + int(random.random() * 999):03d}"
    return body + identity_number_check(body)


def bank_card(random: Random) -> str:
    """A bank card number of 19 digits."""
    body = f"{_CARD_PREFIX}{int(random.random() * 10**12):012d}"
    return body + luhn_check(body)


def mobile(random: Random) -> str:
    """A mobile number of 11 digits."""
    return f"154{int(random.random() * 10**8):08d}"


def credit_code(kind: str, division: str, organisation: str) -> str:
    """A unified social credit code.

    Args:
        kind: Two characters, registering authority and kind of organisation (``11`` government body,
            ``91`` company, ``92`` sole trader, ``N1`` rural collective).
        division: Six digits.
        organisation: The eight characters of the organisation code before its check character.
    """
    body = f"{kind}{division}{organisation}{organisation_code_check(organisation)}"
    return body + credit_code_check(body)


def random_credit_code(random: Random, kind: str, division: str) -> str:
    """A credit code with a random organisation code: two letters and six digits."""
    letters = random.choice(_LETTERS) + random.choice(_LETTERS)
    return credit_code(kind, division, f"{letters}{int(random.random() * 10**6):06d}")


def landline(random: Random) -> str:
    """A telephone number of an office: under the area code 0688, which no city has."""
    return f"0688-2{int(random.random() * 10**6):06d}"
