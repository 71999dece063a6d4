"""Requests made up from the OpenAPI document: whatever they are, the server answers as the document says."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from apiserving import Site
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

OPERATIONS = ("datasets", "dataset", "versions", "version", "fields", "rows", "sql", "sql_posted")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: What exists, so that not everything made up ends at the first look-up.
KNOWN = {"dataset": "tree_inventory", "version": "1.0.0"}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("known", [True, False], ids=["known", "made-up"])
def test_whatever_is_asked(site: Site, name: str, known: bool) -> None:
    schema = schemathesis.openapi.from_url(f"{site.url}/api/v1/openapi.json")
    operations = {found.definition.raw["operationId"]: found for found in map(_sound, schema.get_all_operations())}
    assert operations.keys() == set(OPERATIONS)

    @settings(max_examples=8, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operations[name].as_strategy())
    def ask(case: Case[Any]) -> None:
        for parameter, value in KNOWN.items():
            if known and parameter in (case.path_parameters or {}):
                case.path_parameters[parameter] = value
        case.call_and_validate(checks=CHECKS)

    ask()


def _sound(result: Any) -> Any:
    return result.ok()
