"""Frictionless's errors without copies of their row: it copies all of one to write a sentence about a cell.

A row of many columns with an error in each would take time that grows with the square of its width, many times over.
"""

from __future__ import annotations

import contextlib
import re
import string
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

#: How ``Error`` asks for what its message may name.
_FOR_MESSAGE = ["message"]


@contextlib.contextmanager
def lean_errors() -> Iterator[None]:
    """Let errors give their message only what its template names; everything else about them stays."""
    from frictionless import Error

    whole = Error.metadata_export

    def export(self: Any, *, exclude: Sequence[str] = ()) -> dict[str, Any]:
        if list(exclude) != _FOR_MESSAGE:
            return dict(whole(self, exclude=list(exclude)))
        values = ((name, getattr(self, attribute, None)) for name, attribute in _named(self.template))
        return {name: value for name, value in values if value is not None}

    # The method is inherited: giving the class one of its own, and taking it away again, changes no other class.
    Error.metadata_export = export
    try:
        yield
    finally:
        del Error.metadata_export


@cache
def _named(template: str) -> tuple[tuple[str, str], ...]:
    """The names in a template, each with the attribute that holds its value."""
    names = (name for _, name, _, _ in string.Formatter().parse(template) if name)
    return tuple((name, re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", name)) for name in names)
