"""Names and texts as SQL writes them, where DuckDB takes no parameter."""

from __future__ import annotations


def identifier(name: str) -> str:
    """``name`` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as an SQL string literal (as in ``COPY … TO``)."""
    return "'" + text.replace("'", "''") + "'"
