"""The shape of a table: its key and its columns with their DuckDB types, all that reading a file takes of a schema."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.core.identifiers import is_identifier
from pipelines.core.sql import identifier
from pipelines.publish.schemas import columns, primary_key


@dataclass(frozen=True)
class Shape:
    """Key fields, and name → DuckDB type in order.

    Written as text, as the index keeps it and its macros read it: ``<key>,<key>|<name> <type>;<name> <type>``.
    """

    key: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> Shape:
        """The shape of a Table Schema.

        Raises:
            ValueError: when a field's name is no identifier: the text above could not be taken apart again.
        """
        found = columns(schema)
        if not all(is_identifier(name) for name in (*found, *primary_key(schema))):
            raise ValueError("not an identifier")
        return cls(primary_key(schema), tuple(found.items()))

    @classmethod
    def parse(cls, text: str) -> Shape:
        """Read the text form."""
        key, _, listed = text.partition("|")
        pairs = (entry.partition(" ") for entry in listed.split(";"))
        return cls(tuple(name for name in key.split(",") if name), tuple((name, kind) for name, _, kind in pairs))

    def __str__(self) -> str:
        return f"{','.join(self.key)}|{';'.join(f'{name} {kind}' for name, kind in self.columns)}"

    def _values(self, written: Shape) -> list[tuple[str, str]]:
        """Name and SQL of these columns over files of another shape: cast, null where the files have none."""
        available = {name for name, _ in written.columns}
        return [
            (name, f"CAST({identifier(name) if name in available else 'NULL'} AS {kind})")
            for name, kind in self.columns
        ]

    def select_list(self, written: Shape, as_text: Collection[str] = ()) -> str:
        """These columns for a SELECT over files of another shape; those named ``as_text`` as VARCHAR in the end."""
        return ", ".join(
            f"CAST({value} AS VARCHAR) AS {identifier(name)}" if name in as_text else f"{value} AS {identifier(name)}"
            for name, value in self._values(written)
        )
