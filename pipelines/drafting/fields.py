"""From a column's label and profile to a field: type, constraints, units, tidy steps, disclosure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.core.messages import Message
from pipelines.drafting.answers import both
from pipelines.drafting.naming import english_title
from pipelines.drafting.personal import Suspicion, suspicion
from pipelines.drafting.profiles import Profile
from pipelines.drafting.shapes import DATES, DAY_FIRST, MONTH_FIRST, MONTHS, TIMES, WORDED, WORDED_MONTHS, Shapes
from pipelines.drafting.truth import yes_and_no
from pipelines.ingest.units import YUAN, known_unit

_CODE_WORDS = re.compile(
    r"代码|编码|编号|号码|文号|邮编|证号|账号|\b(?:code|id|ids|uid|number|no|nr|num|siret|siren|zip|postcode|insee|nic|ref)\b"
)
_COUNT_WORDS = re.compile(r"\s*(?:total )?(?:number|no|nr|num|nombre|nb|numero|número|anzahl) (?:of|de|des|d|di|der)\b")
_YEAR_WORDS = re.compile(r"年|\b(?:year|fy|annee|année|exercice|jaar|ano|anno|jahr)\b")
_DATE_WORDS = re.compile(r"日期|时间|\b(?:date|day)\b")
#: Labels of a date, not of a number of days.
_SERIAL_WORDS = re.compile(r"日期|\b(?:date|datum|fecha)\b")
_BRACKETED = re.compile(r"[(（\[【]\s*(?:单位\s*[:：]\s*)?([^)）\]】]{1,40})[)）\]】]\s*$")
_SHORTENED = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+(?:1[0-9]|[2-9][0-9])")
_RATIO_WORDS = re.compile(r"率|比|占|%|人数|户数|数量|面积|次|序号|\b(?:rate|share|percent|count|number)\b")
#: A list of values is proposed where there are so few of them, each repeated so often.
_MOST_LISTED, _REPEATED, _LONGEST_LISTED = 20, 5, 60
_YUAN = "CNY"
_MOST_DIGITS, _MOST_DECIMALS, _MONEY_DECIMALS = 18, 9, 2


@dataclass(frozen=True)
class FieldDraft:
    """One field. ``marks`` mean "no value"; ``codelist`` has its values, in that column if they are names.

    ``place``: its column in the file; ``counts_rows``: it is the running number of the rows.
    """

    name: str
    label: str
    type: str
    required: bool
    profile: Profile
    decimals: int | None = None
    unit: str | None = None
    scaled_from: str | None = None
    unit_noted: bool = False
    listed: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    written: tuple[str, str] | None = None
    currency: str | None = None
    percent: bool = False
    formats: tuple[str, ...] = ()
    serial: bool = False
    truth: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    codelist: tuple[str, str | None] | None = None
    suspected: Suspicion | None = None
    remarks: tuple[Message, ...] = field(default=(), compare=False)
    place: int = 0
    counts_rows: bool = False

    @property
    def is_measure(self) -> bool:
        """A figure that is counted or measured, not one that names something."""
        if self.counts_rows:
            return False
        return self.type == "number" or (self.type == "integer" and not _names_something(self.label))

    def descriptor(self, disclosure: dict[str, Any]) -> dict[str, Any]:
        """The field as ``schema.json`` has it."""
        constraints: dict[str, Any] = {"required": True} if self.required else {}
        if self.listed:
            constraints["enum"] = list(self.listed)
        english = english_title(self.label)
        document: dict[str, Any] = {"name": self.name, "type": self.type}
        document["titles"] = {"zh": self.label, "en": english}
        document["descriptions"] = both("draft-field-description", label=self.label)
        document |= {"unit": self.unit} if self.unit else {}
        document |= {"decimals": self.decimals} if self.decimals is not None else {}
        document |= {"codelist": self.codelist[0]} if self.codelist else {}
        document |= {"constraints": constraints} if constraints else {}
        document |= {"trueValues": list(self.truth[0]), "falseValues": list(self.truth[1])} if self.truth else {}
        if self.marks and self.written is None:
            document["missingValues"] = ["", *self.marks]
        return {**document, "disclosure": disclosure}


def draft_field(name: str, label: str, profile: Profile, unit: str | None, public: bool,
                codelist: tuple[str, str | None] | None) -> FieldDraft:  # fmt: skip
    """Decide on one field.

    Args:
        name: its identifier.
        label: its delivered label.
        profile: what its column holds.
        unit: the unit that the note above the table gives for amounts.
        public: ``False`` where something that looks like personal data came through before.
        codelist: a code list that has all its values, and the column in it if they are names.
    """
    suspected = suspicion(label, profile.kinds)
    if suspected is None and not public:
        suspected = Suspicion(("unknown",), False)
    required = profile.filled == profile.rows > 0
    if suspected is not None:
        told = "draft-suspected-label" if suspected.by_label else "draft-suspected"
        remark = Message(told, {"field": name, "kinds": ", ".join(suspected.kinds)})
        return FieldDraft(name, label, "string", required, profile, suspected=suspected, remarks=(remark,))
    shapes = profile.shapes
    marks = tuple(sorted(profile.marked))
    # A column of nothing but marks says nothing about its type.
    if not shapes.values:
        return FieldDraft(name, label, "string", required and not marks, profile)
    if codelist is not None:
        remark = Message("draft-codelist", {"field": name, "codelist": codelist[0]})
        return FieldDraft(name, label, "string", required, profile, codelist=codelist, remarks=(remark,))
    common: dict[str, Any] = {"name": name, "label": label, "profile": profile}
    typed = {**common, "required": required and not marks, "marks": marks}
    dated = _dated(label, shapes)
    if dated is not None:
        return FieldDraft(type=dated[0], formats=dated[1], **typed)
    if shapes.holds("serial") and _SERIAL_WORDS.search(_words(label)):
        return FieldDraft(type="date", serial=True, **typed, remarks=(Message("draft-serial", {"field": name}),))
    if shapes.holds("boolean"):
        return FieldDraft(type="boolean", **typed)
    truth = yes_and_no(_words(label) + label[-1:], _said(profile))
    if truth is not None:
        marks = tuple(mark for mark in marks if mark not in truth[1])
        remark = Message("draft-boolean", {"field": name, "yes": ", ".join(truth[0]), "no": ", ".join(truth[1])})
        return FieldDraft(type="boolean", **common, required=required and not marks, marks=marks, truth=truth,
                          remarks=(remark,))  # fmt: skip
    if shapes.holds("year") and _YEAR_WORDS.search(_words(label)):
        return FieldDraft(type="year", **typed)
    if not shapes.has("code") and not (shapes.holds("digits") and _names_something(label)):
        number = _numeric(label, shapes, unit)
        if number is not None:
            notes = (*_told_of_marks(name, number), *_lost_digits(name, profile))
            return FieldDraft(**typed, **number, remarks=notes)
    listed = _listed(profile)
    remarks = _doubts(name, shapes)
    if listed:
        remarks += (Message("draft-listed", {"field": name, "values": len(listed)}),)
    return FieldDraft(type="string", **common, required=required, listed=listed, remarks=remarks)


def hierarchy_descriptor(name: str, kind: str) -> dict[str, Any]:
    """The field for the place of a row in a hierarchy, as ``schema.json`` has it; ``kind``: level or path."""
    return _made_field(name, "integer" if kind == "level" else "string", f"draft-hierarchy-{kind}")


def place_descriptor(name: str, source: str) -> dict[str, Any]:
    """The field for a row's place in the file, as ``schema.json`` has it; ``source``: row, sheet or file."""
    required = {"constraints": {"required": True}}
    return _made_field(name, "integer" if source == "row" else "string", f"draft-place-{source}", required)


def _made_field(name: str, kind: str, text: str, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A public field that a tidy step makes; ``text`` is the message that names it."""
    document = {"name": name, "type": kind, "titles": both(text), "descriptions": both(text), **(more or {})}
    return {**document, "disclosure": {"attribute": "active"}}


def _dated(label: str, shapes: Shapes) -> tuple[str, tuple[str, ...]] | None:
    """Type and ``strptime`` formats of a column of dates; no formats where it is written as Table Schema has it."""
    if shapes.holds("%Y%m%d") and not _DATE_WORDS.search(_words(label)):
        return None
    for kind, formats, standard in (
        ("date", DATES | WORDED, "%Y-%m-%d"),
        ("yearmonth", MONTHS | WORDED_MONTHS, "%Y-%m"),
        ("datetime", TIMES, "%Y-%m-%dT%H:%M:%S"),
    ):
        if shapes.holds(*formats):
            used = tuple(name for name in formats if shapes.has(name))
            if used == (standard,):
                return kind, ()
            # The step writes a month as its first day.
            return ("date" if kind == "yearmonth" else kind), used
    for wanted, other in ((DAY_FIRST, MONTH_FIRST), (MONTH_FIRST, DAY_FIRST)):
        for name, swapped in zip(wanted, other, strict=True):
            if shapes.holds(name) and not shapes.holds(swapped):
                return "date", (name,)
    return None


def _numeric(label: str, shapes: Shapes, unit: str | None) -> dict[str, Any] | None:
    plain = shapes.holds("number")
    marks = shapes.marks
    if not plain and marks is None:
        return None
    whole, decimals = shapes.extents.get(marks or (".", ","), (0, 0))
    own = _unit(label) or _marked_unit(shapes)
    if shapes.currency == _YUAN and own in YUAN and own != "元":
        return None  # 12元 under a label that says 万元: one of them is wrong
    noted = own is None
    unit = own or (unit if unit is not None and not _RATIO_WORDS.search(label.lower()) else None)
    money = unit in YUAN
    document: dict[str, Any] = {
        "unit": "CNY" if money else unit,
        "scaled_from": unit if money else None,
        "unit_noted": noted,
    }
    if not plain:
        document |= {"written": marks, "currency": shapes.currency, "percent": shapes.percents > 0}
    if shapes.holds("integer") and not money:
        return {**document, "type": "integer"}
    if decimals == 0 and not shapes.exponents and not plain and not money and whole <= _MOST_DIGITS:
        return {**document, "type": "integer"}
    places = max(decimals, _MONEY_DECIMALS) if decimals <= _MONEY_DECIMALS else decimals
    exact = not shapes.exponents and places <= _MOST_DECIMALS and whole + places <= _MOST_DIGITS - 9 * bool(money)
    return {**document, "type": "number", "decimals": places if exact else None}


def _marked_unit(shapes: Shapes) -> str | None:
    """The unit that a sign beside every figure says, or one beside some that says a currency without doubt."""
    if shapes.percents:
        return "%"
    return "元" if shapes.currency == _YUAN else shapes.currency


def _told_of_marks(name: str, number: Mapping[str, Any]) -> Iterator[Message]:
    if number.get("percent"):
        yield Message("draft-percent", {"field": name})
    elif number.get("currency") not in {None, _YUAN}:
        yield Message("draft-currency", {"field": name, "currency": number["currency"]})


def _unit(label: str) -> str | None:
    """The unit that a label ends with: in brackets, or as the last row of its header. Other remarks are none."""
    match = _BRACKETED.search(label)
    if match:
        return known_unit(match[1])
    # Rows of a header are joined by the mark that units have too: m3/s.
    parts = label.split("/")
    ends = ("/".join(parts[place:]) for place in range(1, len(parts)))
    return next(filter(None, map(known_unit, ends)), None)


def _listed(profile: Profile) -> tuple[str, ...]:
    """The values of a column that has few and repeats them."""
    values = profile.values
    if not values or len(values) < 2 or len(values) > _MOST_LISTED or profile.longest > _LONGEST_LISTED:
        return ()
    return tuple(sorted(values)) if profile.filled >= _REPEATED * len(values) else ()


def _doubts(name: str, shapes: Shapes) -> tuple[Message, ...]:
    """Columns that nearly have another type: kept as text, and told."""
    for first, second in zip(DAY_FIRST, MONTH_FIRST, strict=True):
        if shapes.holds(first) and shapes.holds(second):
            return (Message("draft-day-or-month", {"field": name}),)
    if 0 < shapes.percents < shapes.values:
        return (Message("draft-percent-some", {"field": name}),)
    return ()


def _names_something(label: str) -> bool:
    """Whether figures under a label are codes or numbers of something, not counts: ``Number`` below a group is one."""
    group, _, last = label.rpartition("/")
    if _COUNT_WORDS.match(_words(label)) or (group and _words(last).strip() == "number"):
        return False
    return _CODE_WORDS.search(_words(label)) is not None


def _lost_digits(name: str, profile: Profile) -> tuple[Message, ...]:
    """Figures such as ``6.22202E+15``: a spreadsheet has shortened long numbers, and their last digits are gone."""
    lost = any(_SHORTENED.fullmatch(value) for value in profile.values or ())
    return (Message("draft-lost-digits", {"field": name}),) if lost else ()


def _said(profile: Profile) -> frozenset[str]:
    """Different values of a column, without marks for "no value" save the word 无."""
    return frozenset(value for value in profile.values or () if value not in profile.marked or value == "无")


def _words(label: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[_\W]+", " ", label).lower()
