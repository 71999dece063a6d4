"""Rows between a parser, which tells of each as it meets it, and the reader that goes on when it has taken them."""

from __future__ import annotations

from typing import Generic, TypeVar

_Row = TypeVar("_Row")


class ParsedRows(Generic[_Row]):
    """Keeps the rows that a parser has met until they are taken."""

    def __init__(self) -> None:
        self._waiting: list[_Row] = []

    def row(self, row: _Row) -> None:
        """Called by the parser."""
        self._waiting.append(row)

    def take(self) -> list[_Row]:
        """The rows since the last call."""
        taken, self._waiting = self._waiting, []
        return taken
