"""The Table Schema of the public copy: what is still true of the fields after their treatment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, assert_never

from pipelines.core.messages import LANGUAGES, translate
from pipelines.disclose.plan import FieldPlan, Keep, public
from pipelines.registry import Dataset
from pipelines.registry.disclosures import Drop, Generalise, Mask, Round, Surrogate, TopCode
from pipelines.registry.fields import TABLE_SCHEMA_PROFILE
from pipelines.registry.small_cells import SmallCells, kind_of, name_of
from pipelines.registry.treatment_types import published_type

_SURROGATE_PATTERN = "[0-9a-f]{32}"
_UPPER = ("maximum", "exclusiveMaximum")


def public_schema(dataset: Dataset, plans: Sequence[FieldPlan]) -> dict[str, Any]:
    """A Table Schema v2 descriptor of the public fields, in their order.

    Keys are there only as far as they still hold: a key needs all its fields, untreated or as surrogates (which
    differ where the originals do); a foreign key needs them untreated.
    """
    by_name = {plan.spec.name: plan for plan in plans}
    schema: dict[str, Any] = {
        "$schema": TABLE_SCHEMA_PROFILE,
        "fields": [_blurred(_field(name, plan), dataset) for name, plan in public(plans)],
        "missingValues": [""],
    }
    if dataset.primary_key and (key := _public_key(dataset.primary_key, by_name)):
        schema["primaryKey"] = key
    unique = [
        key
        for names in dataset.schema.uniqueKeys
        if (key := _public_key(names, by_name)) and not any(_is_blurred(name, dataset) for name in key)
    ]
    if unique:
        schema["uniqueKeys"] = unique
    foreign = [
        {
            "fields": list(key.fields),
            "reference": {"resource": key.reference.resource, "fields": list(key.reference.fields)},
        }
        for key in dataset.foreign_keys
        if all(by_name[name].is_active and not _is_blurred(name, dataset) for name in key.fields)
    ]
    if foreign:
        schema["foreignKeys"] = foreign
    return schema


def _is_blurred(name: str, dataset: Dataset) -> bool:
    said = dataset.descriptor.small_cells
    return said is not None and name in said.quasi_identifiers


def _blurred(field: dict[str, Any], dataset: Dataset) -> dict[str, Any]:
    """A quasi-identifier may be absent, or coarser than its constraints know; its description says so."""
    said = dataset.descriptor.small_cells
    if said is None or field["name"] not in said.quasi_identifiers:
        return field
    kept = _only(field.pop("constraints", {}), *(_UPPER if field["type"] == "date" else ()))
    described = {language: _described(field, said, language) for language in LANGUAGES}
    return {**field, "descriptions": described, **({"constraints": kept} if kept else {})}


def _described(field: Mapping[str, Any], said: SmallCells, language: str) -> str:
    levels = [translate("small-cells-level-exact", language)]
    for level in said.quasi_identifiers[field["name"]]:
        _, _, size = name_of(level).partition(" ")
        kind = level if isinstance(level, str) else kind_of(level)
        levels.append(translate(f"small-cells-level-{kind}", language, size=size))
    listed = ("、" if language == "zh" else "; ").join(levels)
    text = field["descriptions"][language]
    ended = text if text.endswith((".", "。")) else f"{text}{'。' if language == 'zh' else '.'}"
    return translate("small-cells-field", language, text=ended, k=said.k, levels=listed)


def _public_key(names: Iterable[str], by_name: Mapping[str, FieldPlan]) -> list[str] | None:
    """The key's public names, or ``None`` when rows that it told apart might look alike in public."""
    plans = [by_name[name] for name in names]
    if not all(isinstance(plan.action, (Keep, Surrogate)) for plan in plans):
        return None
    return [name for name, _ in public(plans)]


def _field(name: str, plan: FieldPlan) -> dict[str, Any]:
    """Properties that describe delivered text (formats, decimal signs, missing values) say nothing of Parquet."""
    spec = plan.spec
    field: dict[str, Any] = {"name": name, "type": published_type(spec)}
    untreated = isinstance(plan.action, (Keep, Drop))
    keeps_kind = isinstance(plan.action, (Keep, Drop, Round, TopCode))
    if untreated and spec.type == "string" and spec.format is not None:
        field["format"] = spec.format
    field["title"] = spec.titles.zh
    field["titles"] = spec.titles.model_dump()
    field["descriptions"] = spec.descriptions.model_dump()
    if keeps_kind:
        kept = {"unit": spec.unit, "codelist": spec.codelist, "decimals": spec.decimals, "rdfType": spec.rdfType}
        field |= {key: value for key, value in kept.items() if value is not None}
        if untreated and spec.categories is not None:
            field |= spec.model_dump(mode="json", include={"categories", "categoriesOrdered"}, exclude_none=True)
    if constraints := _constraints(plan):
        field["constraints"] = constraints
    return field


def _constraints(plan: FieldPlan) -> dict[str, Any]:
    """The constraints that every public value still meets."""
    declared = plan.spec.constraints.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    match plan.action:
        case Keep():
            return declared
        case Drop():
            return {key: value for key, value in declared.items() if key not in {"required", "unique"}}
        case Mask() | Round() | TopCode():
            return _only(declared, "required")
        case Surrogate():
            return {**_only(declared, "required", "unique"), "pattern": _SURROGATE_PATTERN}
        case Generalise() as generalise:
            # The first day of a month is never later than the day it stands for.
            upper = _UPPER if generalise.gives_date and plan.spec.type == "date" else ()
            return _only(declared, "required", *upper)
        case never:
            assert_never(never)


def _only(constraints: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: constraints[name] for name in names if name in constraints}
