"""Detectors: every valid number is found wherever it stands, the others are not, and the screens miss nothing."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.core.check_digits import (
    CREDIT_CODE_ALPHABET,
    credit_code_check,
    identity_number_check,
    is_credit_code,
    is_luhn,
    luhn_check,
)
from pipelines.core.personal_data import SCREENS_ASCII, looks_like_personal_data
from pipelines.disclose.scan import _hits
from pipelines.disclose.scanned_texts import spelled

DIVISIONS = st.integers(110000, 919999).map(str)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)).map(lambda day: f"{day:%Y%m%d}")
SERIALS = st.integers(0, 999).map(lambda number: f"{number:03d}")
FIRST17 = st.builds("".join, st.tuples(DIVISIONS, DAYS, SERIALS))
IDENTITIES = FIRST17.map(lambda digits: digits + identity_number_check(digits))
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


def _card(prefix: str, length: int) -> st.SearchStrategy[str]:
    body = st.text("0123456789", min_size=length - len(prefix) - 1, max_size=length - len(prefix) - 1)
    return body.map(lambda digits: prefix + digits + luhn_check(prefix + digits))


CARDS = st.one_of(_card("62", 16), _card("62", 19), _card("4", 16), _card("5", 16), _card("37", 15))

# Text beside a number: no digits, and no letters where a letter would make it a code.
AROUND = st.text(st.characters(codec="utf-8", exclude_categories=("N", "Cs")), max_size=12).map(
    lambda text: text.replace("@", "")
)
HAN = st.text("，。：（）、张王李的 号\t\n“”", max_size=12)
GAPS = st.sampled_from(["", "", " ", "-", "\u3000", "－", "\u200b", " - "])
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@st.composite
def spaced(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> str:
    """A number with gaps anywhere, perhaps in full-width digits."""
    number = draw(numbers)
    written = number[0] + "".join(draw(GAPS) + character for character in number[1:])
    return written.translate(FULL_WIDTH) if draw(st.booleans()) else written


@st.composite
def grouped(draw: st.DrawFn, numbers: st.SearchStrategy[str], sizes: tuple[int, ...]) -> str:
    """A number in groups of the given sizes, the last as long as need be."""
    number, gap, parts = draw(numbers), draw(GAPS), []
    for size in sizes:
        parts.append(number[:size])
        number = number[size:]
    written = gap.join([*parts, number]) if number else gap.join(parts)
    return written.translate(FULL_WIDTH) if draw(st.booleans()) else written


@given(AROUND, spaced(IDENTITIES), AROUND)
@example("", "11010519491231002x", "")
def test_every_identity_number_is_found(before: str, number: str, after: str) -> None:
    assert "identity_number" in looks_like_personal_data(before + number + after)


@given(FIRST17, st.sampled_from("0123456789X"))
def test_a_wrong_check_character_is_no_identity_number(digits: str, check: str) -> None:
    found = "identity_number" in looks_like_personal_data(f"编号{digits}{check}。")
    rounded = check == "0" and digits.endswith("00")
    assert found == (check == identity_number_check(digits) or rounded)


@given(IDENTITIES, st.text("0123456789", min_size=1, max_size=4), st.booleans())
def test_digits_beside_do_not_hide_an_identity_number(number: str, digits: str, in_front: bool) -> None:
    assert "identity_number" in looks_like_personal_data(digits + number if in_front else number + digits)


@given(FIRST17, st.integers(0, 9))
def test_an_identity_number_shows_through_a_float(digits: str, last: int) -> None:
    number = float(int(digits + str(last)))
    assert "identity_number" in looks_like_personal_data(spelled(number))


@given(CARDS.filter(lambda number: not number.endswith("0000")))
def test_a_bank_card_shows_through_a_float(number: str) -> None:
    assert "bank_card" in looks_like_personal_data(spelled(float(int(number))))


@given(HAN, IDENTITIES, st.sampled_from([".", "/", "，", "·", ",", "．"]), HAN)
def test_identity_numbers_in_parts_are_found(before: str, number: str, mark: str, after: str) -> None:
    written = mark.join([number[:6], number[6:14], number[14:]])
    assert "identity_number" in looks_like_personal_data(before + written + after)


@given(HAN, MOBILES, st.sampled_from([".", "/", "，", "·", ",", "•"]), HAN)
def test_mobile_numbers_in_parts_are_found(before: str, number: str, mark: str, after: str) -> None:
    written = mark.join([number[:3], number[3:7], number[7:]])
    assert "mobile" in looks_like_personal_data(before + written + ("" if after.startswith("元") else after))


@given(st.lists(st.tuples(st.floats(73, 135, width=32), st.floats(18, 53, width=32)), min_size=2, max_size=300))
def test_coordinates_are_nobodys_number(places: list[tuple[float, float]]) -> None:
    assert looks_like_personal_data(", ".join(f"{x:.7f} {y:.7f}" for x, y in places)) == frozenset()


@given(HAN, st.one_of(grouped(CARDS, (4, 4, 4, 4)), grouped(CARDS, (6,))), HAN)
def test_every_bank_card_is_found(before: str, number: str, after: str) -> None:
    assert "bank_card" in looks_like_personal_data(before + number + after)


@given(st.text("0123456789", min_size=13, max_size=19))
def test_digits_without_the_luhn_digit_are_no_bank_card(digits: str) -> None:
    assert is_luhn(digits) or "bank_card" not in looks_like_personal_data(digits)


@given(HAN, st.one_of(grouped(MOBILES, (3, 4)), grouped(MOBILES, (5,)), grouped(MOBILES, ())), HAN.filter(
    lambda text: not text.startswith("元")))  # fmt: skip
def test_every_mobile_number_is_found(before: str, number: str, after: str) -> None:
    assert "mobile" in looks_like_personal_data(before + number + after)


@given(
    st.sampled_from(["91", "92", "93", "52", "N2"]),
    st.text("0123456789", min_size=6, max_size=6),
    st.text("ABCDEFGHJKLMNPQRTUWXY", min_size=1, max_size=1),
    st.text(CREDIT_CODE_ALPHABET, min_size=8, max_size=8),
)
def test_credit_codes_pass_but_for_those_of_sole_traders(category: str, division: str, letter: str, rest: str) -> None:
    code = category + division + letter + rest
    code += credit_code_check(code)
    assert is_credit_code(code)
    trader = {"sole_trader_code"} if category == "92" else set()
    assert looks_like_personal_data(f"统一社会信用代码{code}") == trader


@given(st.from_regex(r"20[0-9]{2}-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6}", fullmatch=True))
def test_project_codes_pass(code: str) -> None:
    assert looks_like_personal_data(code) == frozenset()


SOUP = st.one_of(
    st.text("0123456789Xx -\t\x1f.@a+元张\u3000\u200b－１３８", max_size=40),
    st.text("0123456789- .,/·()\x01\x1f\u0301", max_size=30),
    st.text("路街村庄栋室号组区云川京A12345 ８\u200b-", max_size=20),
    st.text("〇一二三五八零幺13589OolI SXx_~年-、\n手机电话", max_size=40),
    st.text("王李张欧阳小伟建国明联系人户主同志先生女士：:（( 、，等3人男·阿卜都12", max_size=14),
    st.lists(
        st.sampled_from(
            [
                "微信",
                "QQ",
                "号",
                "：",
                "尾号",
                "身份证",
                "卡",
                "手机",
                "电话",
                "0571",
                "zs_123456",
                "123456789",
                "11010519491231002",
                "%3",
                "&#4",
                "9;",
                "\\u003",
                "92110105MA01",
                "ABCD2",
                "(",
                "住址",
                "村",
                "3组",
                "5栋",
                "2单元",
                "502",
                " ",
                "\n",
                "x",
                "1",
                "3",
                "8001",
                "#qq.com",
                "at",
            ]
        ),
        max_size=9,
    ).map("".join),
    st.lists(st.sampled_from(["护照", "passport", " no", "E1234567", "8", "0571", "-", " ", "(", ")", "\x02"])).map(
        "".join
    ),
)


@given(
    st.lists(
        st.one_of(
            SOUP,
            st.text(),
            st.builds("".join, st.tuples(SOUP, spaced(IDENTITIES), SOUP)),
            st.builds("".join, st.tuples(SOUP, spaced(MOBILES), SOUP)),
            st.builds("".join, st.tuples(SOUP, spaced(CARDS), SOUP)),
        ),
        max_size=8,
    )
)
def test_a_scanned_column_gives_what_looking_at_each_text_gives(texts: list[str]) -> None:
    expected: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        for kind in looks_like_personal_data(text):
            expected.setdefault(kind, []).append(row)
    assert {kind: rows.to_pylist() for kind, rows in _hits(pa.array(texts, pa.string())).items()} == expected


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_the_screens_let_every_suspect_printable_text_through(text: str) -> None:
    if looks_like_personal_data(text):
        assert any(pc.match_substring_regex(pa.array([text]), screen)[0].as_py() for screen in SCREENS_ASCII)
