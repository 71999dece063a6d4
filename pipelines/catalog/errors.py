"""Errors of reading the catalog."""

from __future__ import annotations

from pipelines.core.errors import GongkaiError


class NoEarlierVersion(GongkaiError):
    """A version is a dataset's first: there is none to compare it with."""

    message_id = "catalog-no-earlier-version"

    def __init__(self, dataset: str, version: str) -> None:
        super().__init__(dataset=dataset, version=version)


class QueryRefused(GongkaiError):
    """A query is not one statement that only reads."""

    message_id = "catalog-query-refused"

    def __init__(self, statement: str) -> None:
        super().__init__(statement=statement)


class QueryFailed(GongkaiError):
    """DuckDB could not answer a query."""

    message_id = "catalog-query-failed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class IndexUnusable(GongkaiError):
    """The DuckDB index is missing or damaged. It is derived: the next run makes it again."""

    message_id = "catalog-index-unusable"

    def __init__(self, index: str) -> None:
        super().__init__(index=index)
