"""Data Packages by frictionless's own model of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.registry.table_schemas import for_frictionless


def package_problems(descriptor: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What frictionless has against a Data Package: the type of each error, and its note. No data are read."""
    from frictionless import FrictionlessException, Package

    resources = [
        {**entry, "schema": for_frictionless(entry["schema"])} if "schema" in entry else entry
        for entry in descriptor.get("resources", ())
    ]
    try:
        for error in Package.metadata_validate({**descriptor, "resources": resources}):
            yield error.type, error.note
    except FrictionlessException as refused:
        yield refused.error.type, refused.error.note
