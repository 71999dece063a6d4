"""The layout of a draft: columns and tidy steps, from what was detected and what the fields need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.drafting.columns import LeftOut
from pipelines.drafting.fields import FieldDraft
from pipelines.drafting.intake import Intake
from pipelines.drafting.rounding import Rounding
from pipelines.drafting.totals import TotalsPlan, level_name, path_name
from pipelines.ingest.headers import label_keys, matching
from pipelines.registry.layouts import TEXTS, FileFormat

ROW_FIELD = "source_row"
#: Fields from what tells the tables of a delivery apart, by their source.
PLACE_FIELDS = {"file": "source_file", "sheet": "source_sheet"}


@dataclass
class Adjustments:
    """What trials of the draft have shown, and the next draft takes into account."""

    suspected: set[str] = field(default_factory=set)
    unscaled: set[str] = field(default_factory=set)
    not_summed: set[str] = field(default_factory=set)
    plans: list[TotalsPlan] = field(default_factory=list)
    given_up: list[TotalsPlan] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=LeftOut)
    levels: tuple[int, ...] = ()
    rounding: Rounding = Rounding()  # noqa: RUF009
    number_key: bool = False
    footer: bool = True
    unit_note: bool = True
    place_key: bool = False
    row_key: bool = False
    max_quarantined_share: float | None = None

    @property
    def plan(self) -> TotalsPlan | None:
        """How totals are known: the first way that was not given up."""
        return self.plans[0] if self.plans else None

    @property
    def columns_left(self) -> frozenset[int]:
        """Places of columns that become no fields; what totals are known by has to stay."""
        kept = self.plan.labels if self.plan is not None else frozenset()
        kept |= frozenset(self.levels[:1])
        numbers = frozenset() if self.number_key else self.left_out.numbers
        return (self.left_out.empty | numbers) - kept

    @property
    def indent(self) -> int | None:
        """Place of the column whose indents become fields: totals are known by it, or it shows a hierarchy anyway."""
        if self.plan is not None and self.plan.indent is not None:
            return self.plan.indent
        return self.levels[0] if self.levels else None

    def give_up_plan(self) -> None:
        """Try the next way of telling totals."""
        self.given_up.append(self.plans[0])
        self.drop_plan()

    def drop_plan(self) -> None:
        """Go on to the next way of telling totals: this one knows none."""
        self.plans.pop(0)
        self.not_summed.clear()
        self.rounding = Rounding()

    def hierarchy(self, names: Sequence[str | None]) -> Iterator[tuple[str, str]]:
        """Fields that the indents of a column become, as (name, kind). Paths of what may be personal data are none."""
        if self.indent is not None:
            name = str(names[self.indent])
            yield level_name(name), "level"
            if not {name, path_name(name)} & self.suspected:
                yield path_name(name), "path"

    def next_key(self, places: Sequence[str]) -> None:
        """What may tell rows apart next: their running number, the table that they stand in, their number in it."""
        if self.left_out.numbers and not self.number_key and not self.place_key:
            self.number_key = True
            return
        self.row_key = self.place_key or not places
        self.number_key = self.number_key and not self.row_key
        self.place_key = True


def column_keys(labels: Sequence[str]) -> list[str]:
    """What names each column in a layout, its label as it was delivered where that does."""
    return [
        label if matching(label) == key else key for label, key in zip(labels, label_keys(labels), strict=True)
    ]  # fmt: skip


def base_layout(intake: Intake, names: Sequence[str | None], adjustments: Adjustments) -> dict[str, Any]:
    """How the file is read, without any step: as ``dataset.yaml`` writes it."""
    layout, guess = intake.layout, intake.guess
    document: dict[str, Any] = {"name": layout.name, "format": layout.format.value}
    if layout.format in TEXTS:
        document["encoding"] = list(layout.encoding)
    if layout.delimiter != ",":
        document["delimiter"] = layout.delimiter
    if layout.sheet != "*":
        document["sheet"] = layout.sheet
    if layout.range is not None:
        document["range"] = layout.range
    if "hidden" in layout.model_fields_set:
        document["hidden"] = layout.hidden.model_dump(mode="json")
    if layout.records is not None:
        document["records"] = layout.records
    if layout.format not in {FileFormat.JSON, FileFormat.JSONL, FileFormat.PARQUET}:
        document["header_row"] = guess.header.row
        document |= {"header_rows": guess.header.rows} if guess.header.rows > 1 else {}
    if guess.footer is not None and adjustments.footer:
        document["footer"] = guess.footer.pattern
    document["columns"] = dict(zip(column_keys(guess.labels), names, strict=True))
    document["steps"] = [{"step": "trim"}]
    return document


def names_by_place(intake: Intake, fields: Sequence[FieldDraft]) -> list[str | None]:
    """For each column of the file, the name of its field; ``None`` for one that is left out."""
    known = {draft.place: draft.name for draft in fields}
    return [known.get(place) for place in range(len(intake.guess.labels))]


def whole_layout(intake: Intake, fields: Sequence[FieldDraft], adjustments: Adjustments,
                 key_steps: Sequence[dict[str, Any]]) -> dict[str, Any]:  # fmt: skip
    """The layout with all the steps that the fields need."""
    names = names_by_place(intake, fields)
    document = base_layout(intake, names, adjustments)
    hierarchy = {f"{kind}_field": name for name, kind in adjustments.hierarchy(names)}
    if hierarchy and adjustments.indent is not None:
        document["steps"].insert(0, {"step": "indent", "field": names[adjustments.indent], **hierarchy})
    if any(_noted(draft, adjustments) for draft in fields):
        document["unit_note"] = {"required": True}
    document["steps"] += [
        *_numbers(fields),
        *_totals(names, fields, adjustments),
        *_scales(fields, adjustments),
        *_dates(fields),
        *_names(fields),
        *key_steps,
    ]
    return document


def _numbers(fields: Sequence[FieldDraft]) -> Iterator[dict[str, Any]]:
    groups: dict[tuple[tuple[str, str], tuple[str, ...]], list[str]] = {}
    for draft in fields:
        if draft.written is not None:
            groups.setdefault((draft.written, draft.marks), []).append(draft.name)
    for ((decimal, thousands), marks), names in groups.items():
        step: dict[str, Any] = {"step": "parse_number", "fields": names}
        step |= {"decimal": decimal, "thousands": thousands} if (decimal, thousands) != (".", ",") else {}
        yield {**step, "missing": list(marks)} if marks else step


def summed(fields: Sequence[FieldDraft], adjustments: Adjustments) -> list[str]:
    """Names of the fields whose totals are checked."""
    return [draft.name for draft in fields if draft.is_measure and draft.name not in adjustments.not_summed]


def _totals(
    names: Sequence[str | None], fields: Sequence[FieldDraft], adjustments: Adjustments
) -> Iterator[dict[str, Any]]:  # fmt: skip
    sums = summed(fields, adjustments)
    if adjustments.plan is not None and sums:
        yield from adjustments.plan.steps(names, sums, adjustments.rounding.tolerance)


def _noted(draft: FieldDraft, adjustments: Adjustments) -> bool:
    """Whether a field's amounts are in the unit that the note above the table gives."""
    scaled = draft.scaled_from is not None and draft.name not in adjustments.unscaled
    return scaled and draft.unit_noted and adjustments.unit_note


def _scales(fields: Sequence[FieldDraft], adjustments: Adjustments) -> Iterator[dict[str, Any]]:
    groups: dict[str, list[str]] = {}
    for draft in fields:
        if draft.scaled_from is not None and draft.name not in adjustments.unscaled:
            noted = _noted(draft, adjustments)
            if noted or draft.scaled_from != "元":
                groups.setdefault("" if noted else draft.scaled_from, []).append(draft.name)
    for unit, names in groups.items():
        yield {"step": "scale", "fields": names, **({"unit": unit} if unit else {})}


def _dates(fields: Sequence[FieldDraft]) -> Iterator[dict[str, Any]]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for draft in fields:
        if draft.formats:
            groups.setdefault(draft.formats, []).append(draft.name)
    for formats, names in groups.items():
        yield {"step": "parse_date", "fields": names, "formats": list(formats)}


def _names(fields: Sequence[FieldDraft]) -> Iterator[dict[str, Any]]:
    for draft in fields:
        if draft.codelist is not None and draft.codelist[1] is not None:
            codelist, column = draft.codelist
            yield {"step": "map_codes", "field": draft.name, "codelist": codelist, "column": column}
