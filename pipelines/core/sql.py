"""Names and texts as SQL writes them, where DuckDB takes no parameter."""

from __future__ import annotations

from collections.abc import Iterable


def identifier(name: str) -> str:
    """``name`` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as an SQL string literal (as in ``COPY … TO``)."""
    return "'" + text.replace("'", "''") + "'"


def is_one_of(field: str, values: Iterable[object], alias: str = "") -> str:
    """A condition: the text of a field, of a table with that alias and a point, is one of these values' texts."""
    return f"CAST({alias}{identifier(field)} AS VARCHAR) IN ({', '.join(literal(str(value)) for value in values)})"
