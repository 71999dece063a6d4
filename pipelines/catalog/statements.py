"""Running one reading statement of anybody's over a connection to an index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import duckdb

from pipelines.catalog.errors import QueryFailed, QueryRefused
from pipelines.core.statements import NotReading, names_read
from pipelines.publish import VersionWithdrawn

#: What is explained is run too if it is analysed, so it has to be a statement that may be run.
_EXPLAIN = re.compile(r"\s*EXPLAIN\s+(?:ANALYZE\s+)?(?P<explained>.*)", re.IGNORECASE | re.DOTALL)
#: Table functions that read what their text names.
_OF_ANY_NAME = frozenset({"query_table", "changes"})


class Statements:
    """Runs statements. Relations it returns can be read until the connection is closed.

    ``withdrawn``: dataset → versions that have been withdrawn since the snapshot, whose index still has them.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, withdrawn: Mapping[str, Sequence[str]]) -> None:
        self._connection, self._withdrawn = connection, withdrawn

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, for questions about a statement before it runs."""
        return self._connection

    def query(self, sql: str) -> duckdb.DuckDBPyRelation:
        """Run one reading statement (SELECT, FROM, WITH, SHOW, DESCRIBE, EXPLAIN …) over the catalog.

        The database is read-only and sees no file outside the catalog; statements that could write into the
        catalog's folder are refused before they run.

        Raises:
            QueryRefused: when it is not exactly one reading statement.
            QueryFailed: when DuckDB does not understand it.
            VersionWithdrawn: when it names a dataset of which a version has been withdrawn since that snapshot.
        """
        try:
            self.refuse_withdrawn(self._names_in(sql))
            relation = self._connection.sql(sql)
        except duckdb.Error as problem:
            raise QueryFailed(str(problem)) from problem
        return relation

    def _names_in(self, sql: str) -> frozenset[str]:
        """Names of the tables, views and functions in a statement that reads, or in one that is explained.

        Raises:
            QueryRefused: when it is none.
        """
        try:
            return names_read(self._connection, sql)
        except NotReading as refused:
            explained = _EXPLAIN.fullmatch(sql) if refused.kinds == ("EXPLAIN",) else None
            if explained is None or _EXPLAIN.fullmatch(explained["explained"]):
                raise QueryRefused(", ".join(refused.kinds) or "-") from None
        return self._names_in(explained["explained"])

    def refuse_withdrawn(self, names: Iterable[str]) -> None:
        """Refuse what names a dataset of which a version has been withdrawn.

        Args:
            names: of tables, views and functions, in small letters.

        Raises:
            VersionWithdrawn: when one of them is such a dataset, or may lead to one.
        """
        for name in names if self._withdrawn else ():
            dataset = min(self._withdrawn) if name in _OF_ANY_NAME else name
            if dataset in self._withdrawn:
                raise VersionWithdrawn(dataset, ", ".join(self._withdrawn[dataset]))
