"""What single cells look like."""

from __future__ import annotations

import re

#: Figures, amounts and dates: what rows hold and headers do not.
_FIGURE = re.compile(
    r"[(（]?[+\-−–]?\s*[¥￥$€£]?\s*(?:[0-9０-９]{1,3}(?:[,.' \u00a0][0-9]{3})+|[0-9０-９]+)(?:[.,][0-9]+)?"
    r"(?:[eE][+-]?[0-9]+)?\s*[%％€元]?[)）]?"
)
_DATE = re.compile(
    r"[0-9]{4}[-/.年][0-9]{1,2}(?:[-/.月][0-9]{1,2}日?|月)?(?:[ T][0-9:.]+Z?)?|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}"
)
#: Headers name columns by years.
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
#: A word, a colon, and what it is about.
_NOTE = re.compile(r"[^:：]{1,12}[:：]\s*\S")
#: Who filled in a form, and how to reach them: what stands below a table with a person's name behind it.
SIGNATURES = (
    "填报日期|填表日期|制表日期|填报时间|填表时间|填表人|填报人|制表人?|编制人|审核人?|复核人?|经办人|审批人|单位负责人|负责人|"
    "分管领导|联系人|联系电话|Prepared by|Compiled by|Approved by"
)
_SIGNATURE = re.compile(rf"(?:{SIGNATURES})(?:[(（][^)）]{{0,8}}[)）])?\s*[:：]")
#: Labels of totals over everything, as a layout writes them; subtotals are none.
TOTALS = r"(?i)^(?:合\s*计|总\s*计|合计数|grand total|totals?|total général|gesamt|summe)\s*[:：]?$"
#: Labels of totals over a part of the table.
SUBTOTALS = r"(?i)(?:小\s*计|分\s*计|sub-?\s*totals?|sous-total|zwischensumme)\s*[:：]?$"


def is_figure(text: str) -> bool:
    """Tell whether a text is a number or a date; a year alone, which may be a label, is none."""
    text = text.strip()
    if _YEAR.fullmatch(text):
        return False
    return _FIGURE.fullmatch(text) is not None or _DATE.fullmatch(text) is not None


def is_note(text: str) -> bool:
    """Tell whether a text is a remark such as ``填报单位：…`` or ``单位：万元``."""
    return _NOTE.match(text.strip()) is not None


def is_signature(text: str) -> bool:
    """Tell whether a text begins like ``填表人：…``, so that a person is named in it or beside it."""
    return (":" in text or "：" in text) and _SIGNATURE.match(text.lstrip()) is not None


def is_total(text: str) -> bool:
    """Tell whether a text is the label of a total over everything."""
    return re.search(TOTALS, text.strip()) is not None


def sums_up(text: str) -> bool:
    """Tell whether a text is the label of a total, over everything or over a part."""
    return is_total(text) or re.search(SUBTOTALS, text.strip()) is not None
