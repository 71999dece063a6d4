"""Detectors and check digits, on numbers whose answers are known."""

from __future__ import annotations

import pytest

from pipelines.core.check_digits import (
    credit_code_check,
    identity_number_check,
    is_credit_code,
    is_identity_number,
    is_luhn,
    luhn_check,
)
from pipelines.core.personal_data import looks_like_personal_data


def test_published_examples_of_check_digits() -> None:
    # GB 11643-1999, annex; GB 32100 codes of two listed companies; ISO/IEC 7812 test number
    assert identity_number_check("11010519491231002") == "X"
    assert is_identity_number("440524188001010014") is False  # checks, but nobody alive was born in 1880
    assert is_identity_number("11010519491231002x")
    assert is_credit_code("91110000600037341L", inner=True)
    assert credit_code_check("91350100M000100Y4") == "3"
    assert is_credit_code("91350100M000100Y43")
    assert luhn_check("7992739871") == "3"
    assert is_luhn("79927398713")


@pytest.mark.parametrize(
    "text", ["", "X", "１１０１０５１９４９１２３１００２X", "110105194902300028", "11010519491231002X "]
)
def test_what_is_no_identity_number(text: str) -> None:
    assert not is_identity_number(text)


@pytest.mark.parametrize("text", ["", "0", "４１１１", "4111 1111", "-1"])
def test_luhn_takes_ascii_digits_only(text: str) -> None:
    assert not is_luhn(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("身份证110105-19491231-002X。", "identity_number"),
        ("１１０１０５１９４９１２３１００２ｘ", "identity_number"),
        ("1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 x", "identity_number"),
        ("序号5 11010519491231002X", "identity_number"),
        ("ID11010519491231002Xabc", "identity_number"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "identity_number"),
        ("4111 1111 1111 1111", "bank_card"),
        ("ICBC-4111-1111-1111-1111", "bank_card"),
        ("378282246310005", "bank_card"),
        ("3782 822463 10005", "bank_card"),
        ("电话：138 0013 8000", "mobile"),
        ("+86-138-0013-8000", "mobile"),
        ("8613800138000", "mobile"),
        ("Tel13800138000", "mobile"),
        ("138\u200b0013\u20118000", "mobile"),
        ("1\u30003\u30008\u30000\u30000\u30001\u30003\u30008\u30000\u30000\u30000", "mobile"),
        ("13800138000/13900139000", "mobile"),
        ("zhang.san@example.com", "email"),
        ("张三＠ｅｘａｍｐｌｅ．ｃｏｍ", "email"),
        ("138.1234.5678", "mobile"),
        ("联系138,1234,5678", "mobile"),
        ("138·1234·5678", "mobile"),
        ("138／1234／5678", "mobile"),
        ("13812345678wx", "mobile"),
        ("wx13812345678", "mobile"),
        ("1\x013\x018\x011\x012\x013\x014\x015\x016\x017\x018", "mobile"),
        ("1\u03363\u03368\u03361\u03362\u03363\u03364\u03365\u03366\u03367\u03368", "mobile"),
        ("110105.19491231.002X", "identity_number"),
        ("ID 110105/19491231/002X", "identity_number"),
        ("110105，19491231，002X", "identity_number"),
        ("110105\x0019491231\u200b002X", "identity_number"),
        ("5801011990030745110", "identity_number"),
        ("9580101199003074511", "identity_number"),
        ("580101199003075000", "identity_number"),
        ("旧身份证580101900307451", "identity_number"),
        ("卡号6222.0212.3456.7890.128", "bank_card"),
        ("电话0571-88881234", "landline"),
        ("（010）8888 1234转801", "landline"),
        ("+86 (571) 88881234, 0571 8888123", "landline"),
        ("住址：云川市东城区人民路12号3栋402室", "address"),
        ("建国路 8 号", "address"),
        ("双河村3组15号", "address"),
        ("阳光花园3栋2单元502室", "address"),
        ("护照号码：E12345678", "passport"),
        ("passport no. EA1234567", "passport"),
        ("川A·12345", "plate"),
        ("车号京AD12345。", "plate"),
    ],
)
def test_found(text: str, kind: str) -> None:
    assert looks_like_personal_data(text) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "91350100M000100Y43",
        "2205-350100-04-01-123456",
        "2507-580100-41-11-111111",
        "AA-2025Q1-138001-380000",
        "2025-580101-138001-38000",
        "15 20 30 40 50 1",
        "15000000000.00",
        "0.13800138000",
        "共投资15000000000元",
        "约 13800138000 万元",
        "X4111111111111111",
        "41111111111111112",
        "411111111111111111111",
        "4111111111111112",
        "4111-1111-1111-1111-2",
        "110105194912310021",
        "511051949123100213",
        "me @ home",
        "a@b",
        "闽政〔2025〕13号",
        "云民发〔2025〕8号",
        "YC-ZJ-2025-001",
        "NY-2025Q1-580102-000123",
        "13,812,345,678",
        "135.12, 1200.50, 3400.75",
        "138.1234567",
        "138,1234,5678,9012",
        "1381234567890",
        "13456789-012c-4def-abcd-abcdefabcdef",
        "13812345678ab12cd",
        "110105.194912310021",
        "1101051949.1231002X",
        "5801011990130745110",
        "580101199013075000",
        "580101902307451",
        "580101900307451.25",
        "2025-580101900307451",
        "057188881234",
        "2025-0571-88881234",
        "0.571-88881234",
        "惠及居民 2140 户",
        "滨河路至建设路段",
        "滨河路3号桥、建设路5号泵站、学府路2号地块",
        "云溪区人民路以东",
        "双河村惠及2140户",
        "地铁12号线",
        "改造小区 6 个、楼栋 48 栋",
        "E12345678",
        "京A〔2025〕",
        "云A区",
    ],
)
def test_not_found(text: str) -> None:
    assert looks_like_personal_data(text) == frozenset()
