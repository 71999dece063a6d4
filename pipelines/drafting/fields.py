"""From a column's label and profile to a field: type, constraints, units, tidy steps, disclosure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.core.messages import Message
from pipelines.drafting.answers import both
from pipelines.drafting.dated import date_doubts, date_remarks, dated
from pipelines.drafting.figures import figure_doubts, figure_remarks, numeric
from pipelines.drafting.labels import names_counted_date, names_something, names_year, words
from pipelines.drafting.naming import english_title
from pipelines.drafting.personal import Suspicion, suspicion
from pipelines.drafting.profiles import Profile
from pipelines.drafting.truth import yes_and_no

#: A list of values is proposed where there are so few of them, each repeated so often.
_MOST_LISTED, _REPEATED, _LONGEST_LISTED = 20, 5, 60


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
        return self.type == "number" or (self.type == "integer" and not names_something(self.label))

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
    date = dated(label, profile)
    if date is not None:
        return FieldDraft(type=date[0], formats=date[1], **typed, remarks=tuple(date_remarks(name, date[1])))
    if shapes.holds("serial") and names_counted_date(label):
        return FieldDraft(type="date", serial=True, **typed, remarks=(Message("draft-serial", {"field": name}),))
    if shapes.holds("boolean"):
        return FieldDraft(type="boolean", **typed)
    truth = yes_and_no(words(label) + label[-1:], _said(profile))
    if truth is not None:
        marks = tuple(mark for mark in marks if mark not in truth[1])
        remark = Message("draft-boolean", {"field": name, "yes": ", ".join(truth[0]), "no": ", ".join(truth[1])})
        return FieldDraft(type="boolean", **common, required=required and not marks, marks=marks, truth=truth,
                          remarks=(remark,))  # fmt: skip
    if shapes.holds("year") and names_year(label):
        return FieldDraft(type="year", **typed)
    if not shapes.has("code") and not (shapes.holds("digits") and names_something(label)):
        number = numeric(label, shapes, unit)
        if number is not None:
            return FieldDraft(**typed, **number, remarks=tuple(figure_remarks(name, number, shapes)))
    listed = _listed(profile)
    remarks = date_doubts(name, profile) or figure_doubts(name, label, shapes)
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


def _listed(profile: Profile) -> tuple[str, ...]:
    """The values of a column that has few and repeats them."""
    values = profile.values
    if not values or len(values) < 2 or len(values) > _MOST_LISTED or profile.longest > _LONGEST_LISTED:
        return ()
    return tuple(sorted(values)) if profile.filled >= _REPEATED * len(values) else ()


def _said(profile: Profile) -> frozenset[str]:
    """Different values of a column, without marks for "no value" save the word 无."""
    return frozenset(value for value in profile.values or () if value not in profile.marked or value == "无")
