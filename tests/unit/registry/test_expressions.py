"""The SQL of descriptors: bound when they are loaded, and reading alone."""

from __future__ import annotations

import pytest

from pipelines.registry.expressions import binding_error, constraint_query


@pytest.mark.parametrize(
    "check",
    [
        "(WITH x AS (COPY (SELECT true) TO 'x') SELECT true)", "true) AS BOOLEAN) FROM delivery; SELECT CAST((true",
        "EXISTS (FROM query('COPY delivery TO ''x'''))",
    ],
)  # fmt: skip
def test_what_is_more_than_reading_is_refused(check: str) -> None:
    assert binding_error(constraint_query(check), {}, {"delivery": ["a"]}) == "one SELECT statement is expected"


def test_what_reads_is_bound() -> None:
    tables = {"delivery": ["a"], "district": ["code"]}
    query = constraint_query("a IN (WITH known AS (SELECT code FROM district) FROM known)")
    assert binding_error(query, {}, tables) is None
    assert "nothing" in str(binding_error(constraint_query("nothing > 1"), {}, tables))
