"""Disclosure plans: what the descriptors say about a dataset's disclosure, as officers approve it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.registry import Dataset
from pipelines.registry.disclosures import Attribute


def disclosure_plan(dataset: Dataset) -> dict[str, Any]:
    """The plan as a JSON document: the dataset's attribute, basis and unit, each field's disclosure, small cells,
    and what a table of sums is made of.

    Beside each condition stand the values that it spares: the known ones that it does not name. What is known comes
    from enums and code lists, so a value that is added there changes the plan. Review dates are left out: looking at an
    attribute again and keeping it changes no plan.
    """
    said, small = dataset.descriptor.disclosure, dataset.descriptor.small_cells
    summed = dataset.descriptor.aggregate
    looked_after = {} if small is None else small.model_dump(mode="json") | _spared(dataset, small.applies_to)
    return {
        "dataset": dataset.id,
        "attribute": said.attribute.value,
        "basis": said.basis.model_dump(),
        "unit": said.unit,
        "review": said.review,
        "fields": {
            spec.name: {
                **spec.disclosure.model_dump(mode="json", exclude_none=True, exclude={"review_date"}),
                **_spared(dataset, spec.disclosure.when),
            }
            for spec in dataset.fields
        },
        **({"small_cells": looked_after} if looked_after else {}),
        **({} if summed is None else {"aggregate": summed.model_dump(mode="json")}),
    }


def _spared(dataset: Dataset, conditions: Mapping[str, Iterable[str]] | None) -> dict[str, Any]:
    if not conditions:
        return {}
    return {"spared": {name: sorted(dataset.condition_values[name] - {*values}) for name, values in conditions.items()}}


def plan_digest(dataset: Dataset) -> str:
    """SHA-256 of the plan, in hexadecimal: what an approval names."""
    return hashlib.sha256(json.dumps(disclosure_plan(dataset), sort_keys=True).encode()).hexdigest()


def is_restricted(dataset: Dataset) -> bool:
    """Whether the plan withholds anything, in fields or cells, or lets look-alikes of personal data through."""
    said = dataset.descriptor.disclosure
    if dataset.descriptor.small_cells is not None or dataset.descriptor.aggregate is not None:
        return True
    fields = (spec.disclosure for spec in dataset.fields)
    return said.attribute is not Attribute.ACTIVE or any(
        field.attribute is not Attribute.ACTIVE or field.personal_data for field in fields
    )
