"""What only its label makes personal: numbers cut short or mistyped, bank accounts, accounts of messaging services.

And what only its first characters make personal: credit codes of sole traders (个体工商户), GB 32100-2015 with 9 for
the registering department and 2 for the category. All of it takes plain text.
"""

from __future__ import annotations

import re

from pipelines.core.check_digits import is_birth_date, is_credit_code

_GAP = r"[ \-]{0,3}"
_IDENTITY_LABEL = "(?:身份证|身份号码|身份证明|证件|(?i:ID card|ID number|ID no))"
_IDENTITY = re.compile(
    rf"{_IDENTITY_LABEL}[^0-9]{{0,12}}(?P<number>[1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx]"
    rf"|[1-9](?:{_GAP}[0-9]){{14}})(?![0-9])"
)
_TAIL = r"(?:号码?|号)?的?(?:最?[后末]|尾)(?:[三四五六八3-8]位|尾)?(?:数字?|号码?)?[ :为是=()\"“]{0,3}"
_PARTS = {
    "identity_number": re.compile(rf"{_IDENTITY_LABEL}{_TAIL}[0-9]{{3,7}}[0-9Xx](?![0-9A-Za-z])"),
    "bank_card": re.compile(
        rf"(?:银行卡|卡|账户|账号|帐号|存折|一卡通){_TAIL}[0-9]{{3,6}}(?![0-9A-Za-z])"
        r"|(?:银行卡|卡号|存折|一卡通|惠农卡|社保卡|工资卡|个人账[户号]|个人帐[户号]|本人账[户号])(?:号码?"
        r"|账[户号]|帐[户号])?[ :为是=()]{0,3}"
        rf"[0-9](?:{_GAP}[0-9]){{11,20}}(?![0-9A-Za-z])"
    ),
    "mobile": re.compile(rf"(?:手机|电话|机号){_TAIL}[0-9]{{3,6}}(?![0-9A-Za-z])"),
}
_PARTS_SCREEN = (
    rf"(?:{_IDENTITY_LABEL}|卡|账[户号]|帐[户号]|存折|一卡通|手机|电话|机号)(?:号码?|号|账[户号]|帐[户号])?的?"
)

_SERVICE = (
    r"(?:微信(?!公众|小程序|支付|群|平台|视频|扫码|服务号|搜索|关注)|威信|(?<![A-Za-z])(?i:we ?chat|weixin|wx"
    r"|vx|v信)(?![A-Za-z])|加[vV微]"
    r"|(?<![A-Za-z])[Qq]{2}(?!群|[A-Za-z])|扣扣|企鹅号|抖音号|快手号|支付宝|(?i:alipay|skype|whatsapp|telegram))"
)
_ACCOUNT = r"(?!1[3-9][0-9]{9}(?![0-9]))(?=[A-Za-z0-9_\-]*[0-9_])[A-Za-z0-9][A-Za-z0-9_\-]{4,19}"
_MESSAGING = re.compile(
    rf"{_SERVICE}(?:号码?|账号|帐号|(?i:ID))?[ :=是为()\[\]\-]{{0,4}}(?:{_ACCOUNT}"
    rf"|(?<=[:=是为])[A-Za-z]{{6,20}})(?![A-Za-z0-9@])"
    rf"|(?<![A-Za-z0-9@.]){_ACCOUNT} ?[(\[ ] ?(?:微信|(?i:QQ|wechat|wx|vx))号?[)\] ]?"
)
MESSAGING_SCREEN = (
    r"微信|威信|(?i:we ?chat|weixin|wx|vx|v信)|加[vV微]|[Qq]{2}|扣扣|企鹅号|抖音号|快手号|支付宝"
    "|(?i:alipay|skype|whatsapp|telegram)"
)

_TRADER = re.compile(rf"(?<![0-9A-Za-z])9{_GAP}2(?:{_GAP}[0-9A-Za-z]){{16}}(?![0-9A-Za-z])")
_WORD_OF_18 = re.compile(r"(?<![0-9A-Za-z])[0-9A-Z]{18}(?![0-9A-Za-z])")
_LOOKALIKES = str.maketrans("OI", "01")
#: RE2 patterns that every text with a number of these kinds matches.
TRADER_SCREEN = r"(?:^|[^0-9A-Za-z])9[ \-]{0,3}2(?:[ \-]{0,3}[0-9OoIi]){6}(?:[ \-]{0,3}[0-9A-Za-z]){10}"
PARTS_SCREEN = (
    rf"{_PARTS_SCREEN}(?:最?[后末尾]|[ :为是=()]{{0,3}}[0-9])|{_IDENTITY_LABEL}[^0-9]{{0,12}}[1-9]{_GAP}[0-9]"
)


def has_labelled_identity_number(plain: str) -> bool:
    """Tell whether beside its label stand the digits of an identity number (18, or 15) with a possible birth date,
    mistyped or not, or its last digits."""
    for match in _IDENTITY.finditer(plain):
        digits = re.sub("[ -]", "", match["number"])
        if is_birth_date(digits[6:14] if len(digits) == 18 else "19" + digits[6:12]):
            return True
    return has_part(plain, "identity_number")


def has_part(plain: str, kind: str) -> bool:
    """Tell whether the end of somebody's number stands beside its label, or an account without check digit.

    ``kind``: identity_number, bank_card, mobile.
    """
    return _PARTS[kind].search(plain) is not None


def has_messaging_account(plain: str) -> bool:
    """Tell whether an account of a messaging or payment service stands beside the service's name.

    Letters amid a credit code (``91000000WX00000005``) name no service.
    """
    return any(not _within_credit_code(plain, match.start()) for match in _MESSAGING.finditer(plain))


def _within_credit_code(plain: str, place: int) -> bool:
    return any(
        word.start() < place < word.end() and is_credit_code(word[0])
        for word in _WORD_OF_18.finditer(plain, max(place - 18, 0), place + 18)
    )


def has_sole_trader_code(plain: str) -> bool:
    """Tell whether a sole trader's credit code, its check character right, is in the text."""
    return any(
        is_credit_code(re.sub("[ -]", "", match[0]).upper().translate(_LOOKALIKES)) for match in _TRADER.finditer(plain)
    )
