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
    rf"(?<![0-9A-Za-z.\-])(?:\(?\+?86\)?[ \-]?)?(?:\({_AREA}\)[ \-]?"
    rf"|{_AREA}[ \-]{{1,3}})[2-9][0-9]{{2,3}}[ \-]?[0-9]{{4}}"
    r"(?:[ \-]?(?:转|(?i:ext)\.?)? ?[0-9]{1,4})?(?![0-9A-Za-z]|[\-.][0-9])"
)
#: Beside the word it needs no area code, and no separator behind one.
_LANDLINE_LABELLED = re.compile(
    rf"(?:电话|座机|传真|固话|(?i:tel|phone|fax)\.?)(?:号码?)?[ :为是=()\-]{{0,4}}(?:{_AREA}[ )\-]{{0,2}})?"
    r"[2-9][0-9]{2,3}[ \-]?[0-9]{4}(?![0-9A-Za-z]|[.\-][0-9]| ?[百千万亿]*[元户人个])"
)
LANDLINE_SCREEN = r"0[1-9][0-9]{1,2}\)?[ \-)]{1,4}[2-9][0-9]{2,3}[ \-]?[0-9]{4}"
LANDLINE_LABELLED_SCREEN = r"(?:电话|座机|传真|固话|(?i:tel|phone|fax)\.?)(?:号码?)?[ :为是=()\-]{0,4}[02-9][0-9]"

#: Letters and digits as in passports are common in codes: only beside the word they are one.
_DOCUMENT = "(?:护照|通行证|台胞证|回乡证|港澳证|居留证|(?i:passport))"
_DOCUMENT_NUMBER = r"[A-Za-z]{1,2}[ \-]?[0-9](?:[ \-]?[0-9]){6,8}"
_PASSPORT = re.compile(
    rf"{_DOCUMENT}[^0-9A-Za-z]{{0,8}}(?:(?i:no|number)[^0-9A-Za-z]{{0,3}})?{_DOCUMENT_NUMBER}(?![0-9A-Za-z])"
    rf"|(?:台胞证|通行证|回乡证)(?:号码?)?[ :为是]{{0,3}}[0-9]{{8}}(?![0-9A-Za-z])"
    rf"|(?<![0-9A-Za-z]){_DOCUMENT_NUMBER}[ (,\[]{{1,2}}{_DOCUMENT}"
)
PASSPORT_SCREEN = _DOCUMENT

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER = "A-HJ-NP-Za-hj-np-z"
_PLATE = re.compile(
    rf"[{_PROVINCES}] ?[{_LETTER}][ ·.\-_]{{0,3}}((?:[{_LETTER}0-9] ?){{4,5}}[{_LETTER}0-9挂学警港澳])(?![0-9A-Za-z])"
)
_PLATE_DIGITS = 3
PLATE_SCREEN = rf"[{_PROVINCES}] ?[{_LETTER}]"

_NUMERAL = "[0-9一二三四五六七八九十百〇零]"
_NUMBER = rf"{_NUMERAL}{{1,5}}(?:-[0-9]{{1,4}}|[之附][0-9一二三四五六七八九十]{{1,3}})?"
#: What a number sign goes on to when it counts bridges, plots or documents instead of houses.
_NO_HOUSE = r"(?![线桥楼井泵站闸坝地渠隧文令公标仓库塔机炉厂口码泊渡支污管信批])"
_ROAD = (
    r"(?:(?<![线电管铁公道])路|街|大道|巷|弄|胡同|里)(?:[东南西北中]|[东南西北中一二三四五六七八九十]段)?[甲乙丙丁]?"
)
_GROUP = r"(?:第?[0-9一二三四五六七八九十]{1,3}|[\u4e00-\u9fff]{1,4})(?:村民小组|小组|组|社|队|屯)"
_ESTATE = r"(?:小区|社区|花园|家园|公寓|新村|村|苑|庭|府|城|园|湾|郡|墅|号院?|里|路|街|巷)"
_BUILDING = r"[0-9A-Z一二三四五六七八九十]{1,4}(?:栋|幢|座|号楼|#楼?|号)"
_ENTRANCE = r"[0-9一二三四五六七八九十]{1,3}(?:单元|门)"
#: No measure and no count of anything.
_ROOM = r"[0-9]{3,4}(?![0-9.平㎡m元万亿户个人年套间米吨项次家])"
_ADDRESSES = (
    re.compile(rf"{_ROAD}(?:{_NUMBER}弄)?{_NUMBER}号{_NO_HOUSE}"),
    re.compile(rf"(?:村|庄|屯|寨)(?:{_GROUP}){{0,2}}{_NUMBER}号{_NO_HOUSE}"),
    re.compile(
        rf"{_ESTATE}{_BUILDING}(?:{_ENTRANCE})?(?:[0-9一二三四五六七八九十]{{1,2}}[层楼])?-?[0-9]{{2,5}}[室号房户]"
    ),
    re.compile(rf"{_ESTATE}(?:{_BUILDING})?{_ENTRANCE}(?:[0-9]{{2,5}}[室号房户]|{_ROOM})"),
    re.compile(rf"{_ESTATE}(?:{_BUILDING}){_ROOM}"),
    re.compile(rf"{_ESTATE}[0-9]{{1,3}}-[0-9]{{1,2}}-{_ROOM}(?!-)"),
    re.compile(
        r"(?:家庭住址|家庭地址|现住址|住址|户籍地址?|户籍所在地|居住地址?|通讯地址|通信地址|收件地址|邮寄地址"
        r"|现居住?于?|家住|现住|住在)[ :为是在]{0,3}"
        r"[\u4e00-\u9fff0-9]{2,30}(?:[0-9一二三四五六七八九十]+(?:[组社队栋幢号室弄]|单元)|小区|花园|家园|公寓|胡同|巷)"
    ),
)
_ENGLISH = re.compile(
    r"(?<![A-Za-z0-9])(?:(?i:no)\.? ?[0-9]{1,5},? (?:[A-Z][a-z]+ ){1,3}(?:Road|Rd|Street|St|Avenue|Ave|Lane|Alley)\b"
    r"|(?i:room|apt|flat)\.? ?[0-9]{3,4},)"
)
ENGLISH_SCREEN = r"(?i:no)\.? ?[0-9]{1,5},? [A-Z]|(?i:room|apt|flat)\.? ?[0-9]{3,4},"
ADDRESS_SCREEN = (
    rf"(?s:[路街道巷弄同庄屯寨村区园寓苑庭府城号里湾郡墅].*{_NUMERAL} *[号室房户])"
    rf"|(?:单 *元|门|栋|幢|座|号 *楼|号|# *楼?) *[0-9] *[0-9]|[0-9] *- *[0-9] *-|住 *[址在]|[居户] *[住籍]"
    rf"|[现家] *住|地 *址"
)


def has_landline(plain: str) -> bool:
    """Tell whether a domestic fixed-line number is in the text, with its area code or beside the word for it."""
    return _LANDLINE.search(plain) is not None or _LANDLINE_LABELLED.search(plain) is not None


def has_passport(plain: str) -> bool:
    """Tell whether the number of a passport or a travel permit stands beside the word."""
    return _PASSPORT.search(plain) is not None


def has_plate(plain: str) -> bool:
    """Tell whether a motor vehicle's number plate (GA 36) is in the text: at least three of its characters digits."""
    return any(sum(c.isdigit() for c in match[1]) >= _PLATE_DIGITS for match in _PLATE.finditer(plain))


def has_address(plain: str) -> bool:
    """Tell whether a dwelling's address is in the text."""
    if _ENGLISH.search(plain) is not None:
        return True
    if plain.isascii():
        return False
    closed = plain.replace(" ", "")
    return any(pattern.search(closed) for pattern in _ADDRESSES)
