"""Units of amounts: what the note above a table says, and what one of it is in yuan."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pipelines.core.personal_data import looks_like_personal_data
from pipelines.registry import Dataset
from pipelines.registry.layouts import Layout, UnitNote
from pipelines.registry.steps import Scale, Unpivot

#: Yuan in one of each unit that a ``scale`` step may name.
YUAN = {
    "元": Decimal(1),
    "千元": Decimal(1_000),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
}
#: A unit by itself: 元江县 begins with the character of the yuan, and 元/吨 is a price.
_WHOLE_UNIT = re.compile(rf"[\s（(【\[]*(?:人民币)?({'|'.join(YUAN)})(?:人民币)?(?!\s*[/／]|\w)")
#: The unit of fields that hold yuan (ISO 4217).
_YUAN_CODE = "CNY"
#: What amounts and counts are measured in, as labels and notes write it.
_COUNTED = (
    "元|美元|欧元|港元|日元|人民币|人|户|人次|户次|人数|次|个|家|件|宗|起|例|项|辆|台|套|台套|部|艘|架|头|只|羽|株|棵|册|本|份|张|床|间|幢|栋|座|所|"
    "处|条|班|名|吨|公斤|千克|克|斤|公里|千米|米|厘米|毫米|平方公里|平方千米|平方米|公顷|亩|立方米|升|千瓦时|度|千瓦|兆瓦|吨标准煤|标准煤|小时|"
    "分钟|天|年|岁|分|微克|毫克|摄氏度|百分点"
)
_CHINESE = re.compile(rf"[十百千万亿]*(?:{_COUNTED})(?:\s*[/／]\s*[十百千万亿]*(?:{_COUNTED}))?|[百千万亿]")
_SIGNS = re.compile(
    r"(?:[km]?[$€£¥￥]|[%％‰]|°C|℃|(?:[kcmµμ]?m|[kmµμ]?g|ha|l|t|[kMGT]?Wh?)(?:[²³23])?)(?:/(?:[kcm]?m|ha|l|t|s|h|d|min)[²³23]?)?"
)
_ENGLISH = re.compile(
    r"(?:in\s+)?(?:[0-9][0-9 ,]*\s+|'?000s?\s*)?"
    r"(?:(?:thousands?|millions?|billions?|hundreds?|mn|bn)(?:\s+(?:of\s+)?|$))?"
    r"(?:(?:rmb|cny|usd|eur|gbp|hkd|jpy|us\$|yuan|euros?|dollars?|pounds?|"
    r"persons?|people|inhabitants|households?|cases?|units?|items?|visits?|students?|pupils?|vehicles?|beds?|"
    r"(?:metric )?tons?|tonnes?|kilograms?|grams?|km|kilometres?|kilometers?|metres?|meters?|miles?|hectares?|acres?|"
    r"mu|sq\.? ?(?:km|m|metres?|meters?)|square (?:kilometres?|kilometers?|metres?|meters?)|cubic (?:metres?|meters?)|"
    r"litres?|liters?|kwh|mwh|gwh|hours?|minutes?|days?|months?|years?|percent|per ?cent|percentage points?)"
    r"(?:\s*(?:/|per)\s*[a-z]+)?)?",
    re.IGNORECASE,
)
_EUROPEAN = re.compile(
    r"(?:in\s+|en\s+)?"
    r"(?:1[ .]?000\s*|tsd\.?\s*|mio\.?\s*|mrd\.?\s*|k|(?:milliers?|millions?|milliards?)\s+(?:d['’]\s*|de\s+))?"
    r"(?:eur|euros?|€|personen|einwohner|anzahl|prozent|tonnen|stück|personnes?|habitants?|logements?|ménages?|tonnes?)",
    re.IGNORECASE,
)
_LONGEST = 40
_OPENING, _CLOSING = "（(【[〔", "）)】]〕。．.，,；;、"


@dataclass(frozen=True)
class UnitsFound:
    """What the notes of a table say: the units among :data:`YUAN`, each once, and the first text that is none."""

    known: tuple[str, ...]
    other: str | None


def units_in(texts: Iterable[str | None], note: UnitNote) -> UnitsFound:
    """Every unit that the note's pattern finds: its first group names it (all of the match without one).

    ``填报单位：`` and its like introduce the reporting office, so a match that names no unit does not end the search.
    """
    pattern = re.compile(note.pattern)
    known: dict[str, None] = {}
    other: str | None = None
    for text in texts:
        for match in pattern.finditer(text or ""):
            group = 1 if pattern.groups else 0
            if match[group] is None:
                continue
            unit = _WHOLE_UNIT.match(match.string, match.start(group))
            if unit is not None:
                known[unit[1]] = None
            elif other is None:
                other = _plain(match[group])
    return UnitsFound(tuple(known), other)


def declared_units(layout: Layout, dataset: Dataset) -> frozenset[str]:
    """The units that a layout without a unit note reads amounts in: those of ``scale``, and yuan for other amounts."""
    gathered = {
        column: step.value_field for step in layout.steps if isinstance(step, Unpivot) for column in step.columns
    }
    units = {column: step.unit for step in layout.steps if isinstance(step, Scale) for column in step.fields}
    scaled = {gathered.get(column, column) for column in units}
    plain = any(spec.unit == _YUAN_CODE and spec.name not in scaled for spec in dataset.fields)
    return frozenset(unit for unit in units.values() if unit is not None) | ({"元"} if plain else frozenset())


def known_unit(text: str) -> str | None:
    """The unit that a text is, without brackets; ``None`` for one that names no unit of amounts or counts."""
    plain = _plain(text[: _LONGEST + 1])
    if plain is None or len(plain) > _LONGEST:
        return None
    plain = " ".join(plain.split())
    known = any(pattern.fullmatch(plain) for pattern in (_CHINESE, _SIGNS, _ENGLISH, _EUROPEAN))
    return plain if known and not plain.replace(" ", "").replace(",", "").isdigit() else None


def _plain(text: str) -> str | None:
    text = text.strip().lstrip(_OPENING).rstrip(_CLOSING).removeprefix("人民币")
    return "?" if looks_like_personal_data(text) else text or None
