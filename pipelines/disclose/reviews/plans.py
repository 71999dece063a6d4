"""Disclosure plans: what the descriptors say about a dataset's disclosure, as officers approve it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pipelines.registry import Dataset
from pipelines.registry.disclosures import Attribute


def disclosure_plan(dataset: Dataset) -> dict[str, Any]:
    """The plan as a JSON document: the dataset's attribute, basis and unit, and each field's disclosure.

    Review dates are left out: looking at an attribute again and keeping it changes no plan.
    """
    said = dataset.descriptor.disclosure
    return {
        "dataset": dataset.id,
        "attribute": said.attribute.value,
        "basis": said.basis.model_dump(),
        "unit": said.unit,
        "review": said.review,
        "fields": {
            spec.name: spec.disclosure.model_dump(mode="json", exclude_none=True, exclude={"review_date"})
            for spec in dataset.fields
        },
    }


def plan_digest(dataset: Dataset) -> str:
    """SHA-256 of the plan, in hexadecimal: what an approval names."""
    return hashlib.sha256(json.dumps(disclosure_plan(dataset), sort_keys=True).encode()).hexdigest()


def is_restricted(dataset: Dataset) -> bool:
    """Whether the plan withholds anything, or lets look-alikes of personal data through."""
    said = dataset.descriptor.disclosure
    fields = (spec.disclosure for spec in dataset.fields)
    return said.attribute is not Attribute.ACTIVE or any(
        field.attribute is not Attribute.ACTIVE or field.personal_data for field in fields
    )
