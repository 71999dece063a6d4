"""What the labels of columns say: units, years and dates, whether figures name something."""

from __future__ import annotations

import re

from pipelines.ingest.units import known_unit

_CODE_WORDS = re.compile(
    r"代码|编码|编号|号码|文号|邮编|证号|账号|\b(?:code|id|ids|uid|number|no|nr|num|siret|siren|zip|postcode|insee|nic|ref)\b"
)
_COUNT_WORDS = re.compile(r"\s*(?:total )?(?:number|no|nr|num|nombre|nb|numero|número|anzahl) (?:of|de|des|d|di|der)\b")
_YEAR_WORDS = re.compile(r"年|\b(?:year|fy|annee|année|exercice|jaar|ano|anno|jahr)\b")
_DATE_WORDS = re.compile(r"日期|时间|\b(?:date|day)\b")
#: Labels of a date, not of a number of days.
_SERIAL_WORDS = re.compile(r"日期|\b(?:date|datum|fecha)\b")
_BRACKETED = re.compile(r"[(（\[【]\s*(?:单位\s*[:：]\s*)?([^)）\]】]{1,40})[)）\]】]\s*$")
_RATIO_WORDS = re.compile(r"率|比|占|%|人数|户数|数量|面积|次|序号|\b(?:rate|share|percent|count|number)\b")


def words(label: str) -> str:
    """A label in small letters, word by word."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[_\W]+", " ", label).lower()


def names_year(label: str) -> bool:
    """Whether what stands below may be years."""
    return _YEAR_WORDS.search(words(label)) is not None


def names_date(label: str) -> bool:
    """Whether what stands below may be dates or times."""
    return _DATE_WORDS.search(words(label)) is not None


def names_counted_date(label: str) -> bool:
    """Whether numbers below may be dates, as workbooks count days."""
    return _SERIAL_WORDS.search(words(label)) is not None and not names_something(label)


def names_ratio(label: str) -> bool:
    """Whether figures below are shares or counts, to which a note on the unit of amounts does not apply."""
    return _RATIO_WORDS.search(label.lower()) is not None


def names_something(label: str) -> bool:
    """Whether figures under a label are codes or numbers of something, not counts: ``Number`` below a group is one."""
    group, _, last = label.rpartition("/")
    if _COUNT_WORDS.match(words(label)) or (group and words(last).strip() == "number"):
        return False
    return _CODE_WORDS.search(words(label)) is not None


def unit_of(label: str) -> str | None:
    """The unit that a label ends with: in brackets, or as the last row of its header. Other remarks are none."""
    match = _BRACKETED.search(label)
    if match:
        return known_unit(match[1])
    # Rows of a header are joined by the mark that units have too: m3/s.
    parts = label.split("/")
    ends = ("/".join(parts[place:]) for place in range(1, len(parts)))
    return next(filter(None, map(known_unit, ends)), None)
