"""Rows and errors with the contents of frictionless's ``Row`` and ``Error``, a tenth of the work.

Most of the time of a frictionless error goes into exporting its own descriptor to write its message. Here an error
is its class and its attributes; the descriptor and the message come from the class's template when they are asked
for. The order in which cells are read, and so the order of errors, is that of ``Row`` of frictionless 5.21.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from pipelines.validate.engine.model import Cells

#: Distinct cells of a field whose reading is kept, and how many characters a cell may have to be kept.
_MOST_KEPT, _LONGEST_KEPT = 1 << 14, 200
#: What a cell reads as, and the notes of its errors: of its type (or ``None``), and of its constraints.
Cell = tuple[Any, str | None, tuple[str, ...]]
Readers = Mapping[str, Callable[[str | None], Cell]]


class LightError:
    """An error of a row: a class of ``frictionless.errors`` and the attributes that it would have.

    ``attributes`` are those of the error's descriptor without what its class knows, by their Python names.
    """

    __slots__ = ("attributes", "kind")

    def __init__(self, kind: Any, **attributes: Any) -> None:
        self.kind = kind
        self.attributes = attributes

    def __getattr__(self, name: str) -> Any:
        try:
            return self.attributes[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def type(self) -> str:
        """The error type of frictionless."""
        return str(self.kind.type)

    def to_descriptor(self) -> dict[str, Any]:
        """The error's descriptor, as frictionless writes it."""
        descriptor: dict[str, Any] = {}
        for name, attribute in _properties(self.kind):
            if name != "message":
                value = self.attributes[attribute] if attribute in self.attributes else getattr(self.kind, attribute)
                descriptor[name] = list(value) if isinstance(value, list) else value
            else:
                descriptor[name] = ""  # keeps its place
        descriptor["message"] = self.kind.template.format_map(descriptor)
        return descriptor


@cache
def _properties(kind: Any) -> list[tuple[str, str]]:
    """The properties of an error's descriptor, in their order, with the names of their attributes."""
    names = kind.metadata_ensure_profile()["properties"]
    return [(name, re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", name)) for name in names]


class LightRow:
    """One row: cast values by field name, read when asked for, and its errors.

    Args:
        cells: the delivered cells.
        readers: see :func:`readers_of`.
        row_number: its number as frictionless counts.
    """

    def __init__(self, cells: Cells, readers: Readers, row_number: int) -> None:
        self.cells = cells
        self.row_number = row_number
        self._texts = ["" if cell is None else cell for cell in cells]
        self._readers = readers
        self._values: dict[str, Any] = {}
        self._missing = 0
        self._errors: list[Any] = []
        self._complete = False

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            self._read(name, list(self._readers).index(name))
        return self._values[name]

    @property
    def errors(self) -> list[Any]:
        """The row's errors so far; more can be appended. All cells are read at the first call."""
        if not self._complete:
            self._complete = True
            self._read_all()
        return self._errors

    def error(self, kind: Any, note: str, **attributes: Any) -> LightError:
        """An error of this row."""
        return LightError(kind, note=note, cells=self._texts, row_number=self.row_number, **attributes)

    def _read(self, name: str, position: int) -> None:
        cell = self.cells[position] if position < len(self.cells) else None
        value, type_note, notes = self._readers[name](cell)
        self._values[name] = value
        if value is None and type_note is None:
            self._missing += 1
        if type_note is None and not notes:
            return
        place = {"cell": str(cell), "field_name": name, "field_number": position + 1}
        if type_note is not None:
            self._errors.append(self.error(frictionless_errors().TypeError, type_note, **place))
        self._errors += [self.error(frictionless_errors().ConstraintError, note, **place) for note in notes]

    def _read_all(self) -> None:
        for position, name in enumerate(self._readers):
            if name not in self._values:
                self._read(name, position)
        names, delivered = list(self._readers), len(self.cells)
        for position in range(len(names), delivered):
            self._errors.append(self.error(frictionless_errors().ExtraCellError, "", cell=str(self.cells[position]),
                                           field_name="", field_number=position + 1))  # fmt: skip
        for position in range(delivered, len(names)):
            self._errors.append(self.error(frictionless_errors().MissingCellError, "", cell="",
                                           field_name=names[position], field_number=position + 1))  # fmt: skip
        if self._missing == len(names):
            self._errors = [self.error(frictionless_errors().BlankRowError, "")]


@cache
def frictionless_errors() -> Any:
    """The module ``frictionless.errors``, imported when the first error is written."""
    from frictionless import errors

    return errors


def readers_of(handlers: Mapping[str, Any]) -> Readers:
    """Frictionless's cell readers by field name, with the readings of cells that come again."""
    return {name: _keeping(_reader(handler.reader)) for name, handler in handlers.items()}


def _keeping(read: Callable[[str | None], Cell]) -> Callable[[str | None], Cell]:
    kept = lru_cache(_MOST_KEPT)(read)
    return lambda text: read(text) if text is not None and len(text) > _LONGEST_KEPT else kept(text)


def _reader(read: Callable[[Any], Any]) -> Callable[[str | None], Cell]:
    def cell(text: str | None) -> Cell:
        value, notes = read(text)
        if not notes:
            return value, None, ()
        return value, notes.get("type") or None, tuple(note for name, note in notes.items() if name != "type")

    return cell
