"""From a layout's step models to steps that work on the columns of one grid."""

from __future__ import annotations

import re
from decimal import Decimal

from pipelines.core.findings import Severity
from pipelines.ingest.dates import date_parser
from pipelines.ingest.numbers import number_parser
from pipelines.ingest.steps.base import StepContext, TidyStep
from pipelines.ingest.steps.cells import CellStep, half_width, mapper
from pipelines.ingest.steps.columns import (
    ComposeStep,
    ConstantStep,
    FillDownStep,
    LookupStep,
    RowNumberStep,
    template_fields,
)
from pipelines.ingest.steps.indent import IndentStep
from pipelines.ingest.steps.level_totals import LevelColumns, LevelTotalsStep
from pipelines.ingest.steps.scale import ScaleStep, scaler
from pipelines.ingest.steps.split import SplitStep
from pipelines.ingest.steps.totals import ExcludeTotalsStep, TotalColumns
from pipelines.ingest.steps.unpivot import UnpivotStep
from pipelines.ingest.units import YUAN
from pipelines.registry.steps import (
    Compose,
    Constant,
    ExcludeTotals,
    FillDown,
    FromDelivery,
    HalfWidth,
    Indent,
    Lookup,
    MapCodes,
    MapValues,
    ParseDate,
    ParseNumber,
    Scale,
    Split,
    Step,
    Trim,
    Unpivot,
)
from pipelines.registry.tables import CodeList


def build_steps(labels: tuple[str, ...], context: StepContext) -> list[tuple[str, TidyStep]]:
    """The steps of the context's layout, each under its key ``<layout>/<position from 1>:<step>``.

    Steps whose columns were not delivered are reported and do nothing.
    """
    steps: list[tuple[str, TidyStep]] = []
    for position, model in enumerate(context.layout.steps, start=1):
        for step in _build(model, labels, context):
            steps.append((f"{context.layout.name}/{position}:{model.step}", step))
            labels = step.labels
    return steps


def _build(model: Step, labels: tuple[str, ...], context: StepContext) -> list[TidyStep]:
    match model:
        case Trim() | HalfWidth() | ParseNumber() | ParseDate() | MapValues():
            return [_cell_step(model, labels, context)]
        case MapCodes():
            return _map_codes(model, labels, context)
        case Scale():
            return _scale(model, labels, context)
        case FillDown():
            return [FillDownStep(labels, context.positions(labels, model.fields, model.step))]
        case Constant():
            return [ConstantStep(labels, model.field, model.value)]
        case FromDelivery():
            return [_delivered(model, labels, context)]
        case Lookup():
            return _lookup(model, labels, context)
        case Compose():
            context.positions(labels, template_fields(model.template), model.step)
            return [ComposeStep(labels, model.field, model.template)]
        case Unpivot():
            return _unpivot(model, labels, context)
        case Split():
            places = context.positions(labels, [model.field], model.step)
            return [SplitStep(labels, place, model.pattern, model.parts) for place in places[:1]]
        case Indent():
            return _indent(model, labels, context)
        case ExcludeTotals():
            return _exclude_totals(model, labels, context)


def _cell_step(
    model: Trim | HalfWidth | ParseNumber | ParseDate | MapValues, labels: tuple[str, ...], context: StepContext
) -> CellStep:
    wanted = (model.field,) if isinstance(model, MapValues) else model.fields
    if isinstance(model, (Trim, HalfWidth)) and not wanted:
        wanted = tuple(dict.fromkeys(labels))
    places = context.positions(labels, wanted, model.step)
    match model:
        case Trim():
            return CellStep(labels, places, str.strip, at_once=True)
        case HalfWidth():
            return CellStep(labels, places, half_width)
        case ParseNumber():
            return CellStep(labels, places, number_parser(model))
        case ParseDate():
            targets = [spec for name in wanted if (spec := context.field_of(name)) is not None]
            dates_only = bool(targets) and all(spec.type == "date" for spec in targets)
            return CellStep(labels, places, date_parser(model, dates_only))
        case MapValues():
            return CellStep(labels, places, mapper(model.values))


def _codelist(name: str, column: str, step: str, context: StepContext) -> CodeList | None:
    codelist = context.catalog.table(name)
    if codelist is None or column not in codelist.columns:
        context.report("step-codelist-absent", step=step, codelist=name, column=column)
        return None
    return codelist


def _map_codes(model: MapCodes, labels: tuple[str, ...], context: StepContext) -> list[TidyStep]:
    codelist = _codelist(model.codelist, model.column, model.step, context)
    places = context.positions(labels, [model.field], model.step)
    return [] if codelist is None else [CellStep(labels, places, mapper(codelist.keys_by(model.column)))]


def _lookup(model: Lookup, labels: tuple[str, ...], context: StepContext) -> list[TidyStep]:
    codelist = _codelist(model.codelist, model.column, model.step, context)
    places = context.positions(labels, [model.by], model.step)
    if codelist is None:
        return []
    texts = {key: row[model.column] for key, row in codelist.by_key.items()}
    return [LookupStep(labels, model.field, places[0] if places else None, texts)]


def _scale(model: Scale, labels: tuple[str, ...], context: StepContext) -> list[TidyStep]:
    places = context.positions(labels, model.fields, model.step)
    unit = model.unit or context.unit
    if unit is None and context.layout.unit_note is not None and not context.layout.unit_note.required:
        unit = "元"
        context.report("unit-assumed", Severity.WARNING, unit=unit)
    factor = YUAN.get(unit) if unit is not None else None
    if unit is None or factor is None:
        # A required note that is missing has been reported where it was looked for.
        if unit is not None or context.layout.unit_note is None:
            context.report("unit-unknown", expected=", ".join(YUAN))
        return []
    scalers = {place: scaler(factor, context.dataset, context.field_of(labels[place])) for place in places}
    scale = ScaleStep(labels, scalers if factor != Decimal(1) else {}, context)
    return [scale] if model.unit_field is None else [scale, ConstantStep(labels, model.unit_field, unit)]


def _delivered(model: FromDelivery, labels: tuple[str, ...], context: StepContext) -> TidyStep:
    if model.source == "row":
        return RowNumberStep(labels, model.field)
    return ConstantStep(labels, model.field, _from_delivery(model, context))


def _from_delivery(model: FromDelivery, context: StepContext) -> str | None:
    key = context.delivery.key
    if model.source == "period":
        return key.period
    if model.source == "year":
        period = context.dataset.period(key.period)
        return str(period.year) if period.start is not None else None
    if model.source in {"file", "sheet"}:
        return _part_of_name(model, context)
    if model.source == "organisation":
        return key.organisation
    organisation = context.catalog.organisations.get(key.organisation)
    if organisation is None:
        context.report("step-organisation-unknown", step=model.step, organisation=key.organisation)
        return None
    return organisation.name_zh if model.source == "organisation_name" else organisation.credit_code


def _part_of_name(model: FromDelivery, context: StepContext) -> str | None:
    name = context.file if model.source == "file" else context.sheet_name
    if model.pattern is None or name is None:
        return name
    found = re.search(model.pattern, name)
    if found is None or found[1] is None:
        context.report("step-name-unlike", step=model.step, source=model.source, column=model.field)
        return None
    return found[1]


def _unpivot(model: Unpivot, labels: tuple[str, ...], context: StepContext) -> list[TidyStep]:
    absent = [name for name in model.columns if name not in labels]
    # Some of the columns may rightly be absent (a fund that the department has not); all of them may not.
    severity = Severity.ERROR if len(absent) == len(model.columns) else Severity.WARNING
    context.positions(labels, absent, model.step, severity)
    places = {labels.index(name): value for name, value in model.columns.items() if name in labels}
    step = UnpivotStep(labels, places, model.name_field, model.value_field, model.keep_missing, context.tally)
    return [step] if places else []


def _indent(model: Indent, labels: tuple[str, ...], context: StepContext) -> list[TidyStep]:
    places = context.positions(labels, [model.field], model.step, Severity.ERROR)
    return [IndentStep(labels, place, model, context) for place in places[:1]]


def _exclude_totals(model: ExcludeTotals, labels: tuple[str, ...], context: StepContext) -> list[TidyStep]:
    wanted = [name for name in (model.code, model.level, model.label) if name is not None]
    wanted += [*model.sums, *model.within]
    if any(name not in labels for name in wanted):
        # Totals that cannot be told from other rows would be published as if they were lines.
        context.positions(labels, wanted, model.step, Severity.ERROR)
        return []
    if model.level is not None:
        label = labels.index(model.label) if model.label is not None else None
        sums = [labels.index(name) for name in model.sums]
        return [LevelTotalsStep(labels, model, LevelColumns(labels.index(model.level), label, sums), context)]
    columns = TotalColumns(
        labels.index(model.code) if model.code is not None else None,
        labels.index(model.label) if model.label is not None else None,
        {name: labels.index(name) for name in model.sums},
        [labels.index(name) for name in model.within],
    )
    return [ExcludeTotalsStep(labels, model, columns, context)]
