"""What looks like personal data in a text: numbers of persons and accounts, addresses, names, telephone, e-mail.

:func:`looks_like_personal_data` is the exact test. It reads numbers as people write them (full-width digits,
separators between digits, Chinese numerals, inside longer text) and leans on check digits, labels and on where a
number begins and ends, so that codes (credit codes of companies, project codes, document numbers) pass. The RE2
patterns are necessary conditions for it: columns are screened with them before any text is looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from pipelines.core.personal_accounts import (
    MESSAGING_SCREEN,
    PARTS_SCREEN,
    TRADER_SCREEN,
    has_labelled_identity_number,
    has_messaging_account,
    has_part,
    has_sole_trader_code,
)
from pipelines.core.personal_names import has_name
from pipelines.core.personal_numbers import (
    NUMBERS_SCREEN,
    NUMBERS_SCREEN_ASCII,
    has_bank_card,
    has_identity_number,
    has_mobile,
)
from pipelines.core.personal_texts import (
    ADDRESS_SCREEN,
    ENGLISH_SCREEN,
    LANDLINE_LABELLED_SCREEN,
    LANDLINE_SCREEN,
    PASSPORT_SCREEN,
    PLATE_SCREEN,
    has_address,
    has_landline,
    has_passport,
    has_plate,
)
from pipelines.core.personal_writing import DISGUISED_SCREEN, MARKED_SCREEN, SPELLED_SCREEN, readings


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
    PERSONAL_NAME = "personal_name"
    SOLE_TRADER_CODE = "sole_trader_code"
    MESSAGING_ACCOUNT = "messaging_account"


_PROVIDERS = "qq|163|126|139|189|gmail|sina|foxmail|hotmail|outlook|yeah|sohu|aliyun|icloud|yahoo|live"
_EMAIL = re.compile(
    r"[\w.%+\-]{1,64}@(?:[\w\-]{1,63}\.)+[^\W\d_]{2,}"
    r"|[\w.%+\-]{1,64} ?@ ?(?:[\w\-]{1,63} ?\. ?){1,3}(?:com|cn|net|org)(?![A-Za-z])"
    rf"|(?i:[\w.%+\-]{{2,64}}(?: ?[#*$] ?|[ (\[{{]{{1,2}}(?:at|艾特)[ )\]}}]{{1,2}}|艾特)(?:{_PROVIDERS})"
    r"(?: ?\. ?|[ (\[]{1,2}dot[ )\]]{1,2}|点)(?:com|cn|net))"
)
_EMAIL_SCREEN = rf"@|(?i:(?:{_PROVIDERS})(?: ?\. ?|[ (\[]{{1,2}}dot[ )\]]{{1,2}}|点)(?:com|cn|net))"

_LABELLED = (
    _EMAIL_SCREEN, LANDLINE_LABELLED_SCREEN, PASSPORT_SCREEN, ENGLISH_SCREEN, MESSAGING_SCREEN, PARTS_SCREEN,
    DISGUISED_SCREEN,
)  # fmt: skip
_UNLABELLED = (LANDLINE_SCREEN, TRADER_SCREEN, MARKED_SCREEN)
#: RE2 patterns, one of which every printable ASCII text with personal data matches.
SCREENS_ASCII = (NUMBERS_SCREEN_ASCII, "|".join((*_LABELLED, *_UNLABELLED)))
#: RE2 patterns, one of which every other text with personal data matches once it is plain, save for names.
SCREENS_PLAIN = (
    "|".join((NUMBERS_SCREEN, SPELLED_SCREEN, *_UNLABELLED)),
    "|".join((*_LABELLED, ADDRESS_SCREEN, PLATE_SCREEN)),
)

#: Check digits (and a birth date) so strong that nothing else is needed.
_PROVED: dict[PersonalData, Callable[[str], bool]] = {
    PersonalData.IDENTITY_NUMBER: has_identity_number,
    PersonalData.SOLE_TRADER_CODE: has_sole_trader_code,
}
_TESTS = _PROVED | {
    PersonalData.IDENTITY_NUMBER: lambda plain: has_identity_number(plain) or has_labelled_identity_number(plain),
    PersonalData.BANK_CARD: lambda plain: has_bank_card(plain) or has_part(plain, "bank_card"),
    PersonalData.MOBILE: lambda plain: has_mobile(plain) or has_part(plain, "mobile"),
    PersonalData.LANDLINE: has_landline,
    PersonalData.EMAIL: lambda plain: _EMAIL.search(plain) is not None,
    PersonalData.ADDRESS: has_address,
    PersonalData.PASSPORT: has_passport,
    PersonalData.PLATE: has_plate,
    PersonalData.PERSONAL_NAME: has_name,
    PersonalData.MESSAGING_ACCOUNT: has_messaging_account,
}


def looks_like_personal_data(text: str) -> frozenset[str]:
    """The kinds of personal data (:class:`PersonalData`) that ``text`` seems to carry; empty for none.

    Identity numbers need a possible birth date and, unless a spreadsheet rounded it away or a label says what they
    are, the GB 11643 check character; bank cards an issuer's first digits and length and the Luhn digit, or a label;
    credit codes of sole traders the GB 32100 check character.
    """
    found: set[str] = set()
    for reading, by_check_digit in readings(text):
        tests = _PROVED if by_check_digit else _TESTS
        found.update(kind.value for kind, test in tests.items() if kind.value not in found and test(reading))
    return frozenset(found)
