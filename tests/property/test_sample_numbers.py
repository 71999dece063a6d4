"""Numbers of the sample city, for any seed: they pass the checks, and they are nobody's."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.check_digits import is_credit_code, is_identity_number, is_luhn
from pipelines.core.personal_data import looks_like_personal_data
from pipelines.samples import numbers
from pipelines.samples.city import DISTRICTS

randoms = st.integers(0, 2**64).map(Random)
divisions = st.sampled_from([district.code for district in DISTRICTS])
organisation_codes = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8)


@given(randoms, divisions)
def test_identity_numbers_check_and_lie_in_no_province(random: Random, division: str) -> None:
    number = numbers.identity_number(random, division)
    assert is_identity_number(number)
    assert number.startswith("58")


@given(randoms)
def test_bank_cards_and_mobiles(random: Random) -> None:
    card, phone = numbers.bank_card(random), numbers.mobile(random)
    assert is_luhn(card)
    assert (len(card), card[:2]) == (19, "62")
    assert (len(phone), phone[:3]) == (11, "154")


@given(randoms)
def test_landlines_are_told_as_such_and_lie_in_no_city(random: Random) -> None:
    number = numbers.landline(random)
    assert looks_like_personal_data(number) == {"landline"}
    assert number.startswith("0688-")


@given(st.sampled_from(["11", "91", "92", "N2"]), divisions, organisation_codes)
def test_credit_codes_check_inside_and_out(kind: str, division: str, organisation: str) -> None:
    assert is_credit_code(numbers.credit_code(kind, division, organisation), inner=True)
