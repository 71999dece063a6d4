"""Personal data that characters and digits make up together: landlines, addresses, passports, number plates.

All of it takes plain text (compatibility forms resolved, see ``core.personal_data``). Each has an RE2 pattern that
every text it finds something in matches, so that columns can be screened.

An address is told by a house or room number behind a road, a village or an estate; a road alone, or a numbered
thing that is no dwelling (a bridge, a plot, a document), is none: projects are described that way.
"""

from __future__ import annotations

import re

_AREA = r"0(?:10|2[0-9]|[3-9][0-9]{2})"
#: A separator or parentheses set the area code apart: twelve digits in one piece are a code.
_LANDLINE = re.compile(
    rf"(?<![0-9A-Za-z.\-])(?:\(?\+?86\)?[ \-]?)?(?:\({_AREA}\)[ \-]?|{_AREA}[ \-])[2-9][0-9]{{2,3}}[ \-]?[0-9]{{4}}"
    r"(?:[ \-]?(?:转|(?i:ext)\.?)? ?[0-9]{1,4})?(?![0-9A-Za-z]|[\-.][0-9])"
)
LANDLINE_SCREEN = r"0[1-9][0-9]{1,2}\)?[ \-\x09-\x0d\x1c-\x1f)][2-9][0-9]{2,3}[ \-\x09-\x0d\x1c-\x1f]?[0-9]{4}"

#: Two letters and seven digits, or one and eight, are common in codes: only beside the word they are a passport.
_PASSPORT = re.compile(
    r"(?:护照|(?i:passport))[^0-9A-Za-z]{0,8}(?:(?i:no|number)[^0-9A-Za-z]{0,3})?[A-Z]{1,2}[0-9]{7,8}(?![0-9A-Za-z])"
)
PASSPORT_SCREEN = r"护照|(?i:passport)"

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(rf"[{_PROVINCES}][A-HJ-NP-Z][ ·.\-]?([A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳])(?![0-9A-Za-z])")
_PLATE_DIGITS = 3
PLATE_SCREEN = rf"[{_PROVINCES}][^\p{{L}}\p{{Nd}}]*[A-HJ-NP-Z]"

_NUMBER = r"[0-9]{1,5}(?:-[0-9]{1,4})?"
#: What a number sign goes on to when it counts bridges, plots or documents instead of houses.
_NO_HOUSE = r"(?![线桥楼井泵站闸坝地渠隧文令公标仓库塔机炉厂口码泊渡支污管信批])"
_ROAD = r"(?:(?<![线电管铁公道])路|街|大道|巷|弄|胡同)(?:[东南西北中]|[东南西北中一二三四五六七八九十]段)?"
_GROUP = r"(?:第?[0-9一二三四五六七八九十]{1,3}|[\u4e00-\u9fff]{1,4})(?:村民小组|小组|组|社|队|屯)"
_ESTATE = r"(?:小区|社区|花园|家园|公寓|新村|村|苑|庭|府|城|园|号|路|街|巷)"
_BUILDING = r"[0-9A-Z]{1,4}(?:栋|幢|座|号楼)"
_ADDRESSES = (
    re.compile(rf"{_ROAD}(?:{_NUMBER}弄)?{_NUMBER}号{_NO_HOUSE}"),
    re.compile(rf"(?:村|庄|屯|寨)(?:{_GROUP}){{0,2}}{_NUMBER}号{_NO_HOUSE}"),
    re.compile(rf"{_ESTATE}{_BUILDING}(?:[0-9]{{1,2}}(?:单元|门))?-?[0-9]{{2,5}}[室号房户]"),
    re.compile(rf"{_ESTATE}(?:{_BUILDING})?[0-9]{{1,2}}(?:单元|门)[0-9]{{2,5}}[室号房户]"),
)
ADDRESS_SCREEN = r"(?s:[路街道巷弄同庄屯寨村区园寓苑庭府城号].*\p{Nd}[^\p{L}\p{Nd}]*[号室房户])"


def has_landline(plain: str) -> bool:
    """Tell whether a domestic fixed-line number with its area code is in the text."""
    return "0" in plain and _LANDLINE.search(plain) is not None


def has_passport(plain: str) -> bool:
    """Tell whether a passport number stands behind the word."""
    return _PASSPORT.search(plain) is not None


def has_plate(plain: str) -> bool:
    """Tell whether a motor vehicle's number plate (GA 36) is in the text: at least three of its characters digits."""
    return any(sum(c.isdigit() for c in match[1]) >= _PLATE_DIGITS for match in _PLATE.finditer(plain))


def has_address(plain: str) -> bool:
    """Tell whether a dwelling's address is in the text."""
    if plain.isascii():
        return False
    closed = plain.replace(" ", "")
    return any(pattern.search(closed) for pattern in _ADDRESSES)
