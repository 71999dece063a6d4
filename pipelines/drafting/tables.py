"""The tables that a draft is decided by: the file as plain text, and the columns that it holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Finding
from pipelines.core.records import RawTable
from pipelines.drafting.answers import Particulars, both
from pipelines.drafting.columns import columns_left_out
from pipelines.drafting.fields import FieldDraft, draft_field
from pipelines.drafting.folder import dataset_document, schema_document
from pipelines.drafting.intake import Intake
from pipelines.drafting.layouts import Adjustments, base_layout
from pipelines.drafting.naming import field_names
from pipelines.drafting.profiles import Profile, profile_columns
from pipelines.drafting.refusals import of_findings
from pipelines.ingest import read
from pipelines.ingest.units import known_unit
from pipelines.registry import Catalog, CodeList, Dataset
from pipelines.registry.dataset import DatasetDescriptor
from pipelines.registry.fields import SchemaDescriptor

#: Fewer different values than this fit a code list by chance.
_FEWEST_CODES = 3


def read_plain(intake: Intake, catalog: Catalog, about: Particulars, adjustments: Adjustments, folder: Path,
               progress: Callable[[int], None] | None = None) -> RawTable:  # fmt: skip
    """The file as text under its field names, nothing parsed; a footer that would cut rows off is given up.

    Raises:
        CannotDraft: the file cannot be read.
    """
    names = field_names(intake.guess.labels)
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        dataset = _plain_dataset(intake, names, about, adjustments)
        try:
            raw = read(intake.delivery, dataset, catalog, folder, progress)
        except DeliveryRejected as rejected:
            if not adjustments.footer or not _by_footer(rejected.findings):
                raise of_findings(rejected.findings) from rejected
        else:
            if adjustments.fill_merged and not _as_merged(raw, intake):
                adjustments.fill_merged = False
                continue
            footer = intake.guess.footer
            if not adjustments.footer or footer is None or raw.excluded.get("footer", 0) <= footer.rows * intake.tables:
                return raw
        adjustments.footer = False


def _as_merged(raw: RawTable, intake: Intake) -> bool:
    """Whether filling columns from above has filled what merged cells take in, and no other gaps."""
    filled = sum(count for key, count in raw.steps.items() if key.endswith(":fill_down"))
    return filled == sum(intake.merged.values())


def profile_plain(raw: RawTable, intake: Intake, adjustments: Adjustments) -> list[Profile]:
    """What the columns hold, totals left aside where the layout will leave them out; and which are no fields."""
    plan = adjustments.plan
    profiles = profile_columns(raw, plan.keeps if plan is not None else None)
    guess = intake.guess
    adjustments.left_out = columns_left_out(raw, guess.labels, guess.bare, profiles, plan)
    return profiles


def decide_fields(
    profiles: Sequence[Profile], intake: Intake, catalog: Catalog, adjustments: Adjustments
) -> list[FieldDraft]:
    """The fields of the draft, one per column that is not left out."""
    labels = intake.guess.labels
    units = intake.guess.units
    # A note may also name an office (单位：财政局).
    other = known_unit(units.other) if units.other and not units.known else None
    unit = units.known[0] if len(units.known) == 1 else other
    drafts = []
    for place, (name, label, profile) in enumerate(zip(field_names(labels), labels, profiles, strict=True)):
        if place not in adjustments.columns_left:
            public = name not in adjustments.suspected
            draft = draft_field(name, label or name, profile, unit, public, _codelist(profile, catalog))
            drafts.append(replace(draft, place=place, counts_rows=place in adjustments.left_out.numbers))
    return drafts


def _by_footer(findings: Sequence[Finding]) -> bool:
    return any(finding.rule == "rows-after-footer" for finding in findings)


def _plain_dataset(intake: Intake, names: Sequence[str], about: Particulars, adjustments: Adjustments) -> Dataset:
    layout = base_layout(intake, names, adjustments)
    document = dataset_document(intake.delivery.key.dataset, about, layout, None)
    fields: list[dict[str, Any]] = [
        {"name": name, "type": "string", "titles": both("draft-description", title=name),
         "descriptions": both("draft-description", title=name), "disclosure": {"attribute": "active"}}
        for name in names
    ]  # fmt: skip
    schema = SchemaDescriptor.model_validate(schema_document(fields, names[:1]))
    return Dataset(DatasetDescriptor.model_validate(document), schema, None, Path(), "")


def _codelist(profile: Profile, catalog: Catalog) -> tuple[str, str | None] | None:
    """A code list of the catalog that has all values of a column: its name, and the column if they are names."""
    if profile.values is None or len(profile.values) < _FEWEST_CODES:
        return None
    values = profile.values.keys()
    for codelist in catalog.codelists.values():
        if values <= codelist.by_key.keys():
            return codelist.id, None
        for column in _name_columns(codelist):
            if values <= codelist.keys_by(column).keys():
                return codelist.id, column
    return None


def _name_columns(codelist: CodeList) -> list[str]:
    return [column for column in codelist.columns if column.startswith("name_")]
